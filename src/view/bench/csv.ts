import {csv} from '../csv.ts';
import type {BenchReport} from '../model/bench-report.ts';
import {latencyOf} from './words.ts';

const HEADER = [
  ...['store', 'run', 'started_at', 'loop', 'rate_per_second', 'decisions_per_second', 'allowed', 'denied'],
  ...['remembered', 'without_store', 'unsent', 'p50_us', 'p90_us', 'p99_us', 'p999_us', 'p9999_us', 'max_us'],
  ...['service_p50_us', 'service_p99_us', 'service_max_us', 'client_cpu', 'server_cpu', 'silence_ms'],
];

/** A row for each run. Latencies are responses in an open loop, service times in a closed one. */
export const benchCsv = ({stores, settings}: BenchReport): string =>
  csv(
    HEADER,
    stores.flatMap(({name, runs, sweep}) =>
      runs.map((run, i) => {
        const {p50Us, p90Us, p99Us, p999Us, p9999Us, maxUs} = latencyOf(run);
        const rate = sweep?.kneePerSecond ?? settings.ratePerSecond;
        return [
          ...[name, i + 1, run.startedAt, settings.loop, rate ?? undefined, run.decisionsPerSecond],
          ...[run.allowed, run.denied, run.remembered, run.withoutStore, run.unsent],
          ...[p50Us, p90Us, p99Us, p999Us, p9999Us, maxUs],
          ...[run.service.p50Us, run.service.p99Us, run.service.maxUs],
          ...[run.clientCpu, run.serverCpu ?? undefined, run.silenceMs],
        ];
      }),
    ),
  );
