import type {HistogramParts, LatencyHistogram} from '../base/latency-histogram.ts';
import type {
  BenchBar,
  BenchFigures,
  BenchLatency,
  BenchPoint,
  BenchRun,
  BenchStore,
} from '../view/model/bench-report.ts';
import type {LoadResult} from './load-result.ts';
import {histogramOf, mergeParts} from './merge-load.ts';
import {median, spread} from './noise.ts';

/** A run with what all runs together are made of. */
export interface MeasuredRun {
  readonly run: BenchRun;
  readonly result: LoadResult;
}

export interface RunFacts {
  readonly loop: 'open' | 'closed';
  readonly startedAt: string;
  /** µs. */
  readonly step: number;
  /** Share of one core. */
  readonly serverCpu: number | undefined;
  /** CPU of the command itself beside its processes, µs. */
  readonly ownCpu: number;
  /** When the store could be reached again after a loss between these two instants, ms since the epoch. */
  readonly reachedBetween: (from: number, until: number) => number | undefined;
  /** The beginning of what was measured, ms since the epoch. */
  readonly beganAt: number;
}

/** What one run came to. */
export const runOf = (result: LoadResult, facts: RunFacts): BenchRun => {
  const {loop, startedAt, step, serverCpu, ownCpu, reachedBetween, beganAt} = facts;
  const over = Math.max(1, result.cpuOver);
  return {
    ...countsOf(result),
    ...latenciesOf(loop, result),
    startedAt,
    seconds: result.elapsed / 1_000_000,
    decisionsPerSecond: rateOf(result),
    clientCpu: share((result.cpu - result.idle + ownCpu) / over),
    clientIdle: share(result.idle / over),
    serverCpu: serverCpu === undefined ? null : share(serverCpu),
    silenceMs: Math.round(result.silence / 1_000),
    stepMs: step / 1_000,
    series: pointsOf(result, step),
    outages: result.outages.map(({lastAnswerAt, noticedAt, firstAnswerAt}) => {
      const reached = firstAnswerAt === undefined ? undefined : reachedBetween(noticedAt, firstAnswerAt);
      return {
        atMs: Math.max(0, Math.round(lastAnswerAt - beganAt)),
        withoutAnswersMs: firstAnswerAt === undefined ? null : Math.round(firstAnswerAt - lastAnswerAt),
        recoveryMs: reached === undefined ? null : Math.round(firstAnswerAt! - reached),
      };
    }),
  };
};

/** All runs as one: see `BenchStore.total`. */
export const totalOf = (runs: readonly MeasuredRun[], loop: 'open' | 'closed'): BenchFigures | null => {
  if (runs.length === 0) return null;
  const of = (pick: (run: BenchRun) => number): number => median(runs.map(({run}) => pick(run)));
  const sum = (pick: (result: LoadResult) => number): number =>
    runs.reduce((total, {result}) => total + pick(result), 0);
  const errors = new Map<string, number>();
  for (const {result} of runs)
    for (const [message, count] of result.errors) errors.set(message, (errors.get(message) ?? 0) + count);
  const parts = (pick: (result: LoadResult) => HistogramParts): HistogramParts =>
    mergeParts(runs.map(({result}) => pick(result)));
  const servers = runs.flatMap(({run}) => run.serverCpu ?? []);
  return {
    ...countsOf({
      allowed: sum(({allowed}) => allowed),
      denied: sum(({denied}) => denied),
      remembered: sum(({remembered}) => remembered),
      withoutStore: sum(({withoutStore}) => withoutStore),
      unsent: sum(({unsent}) => unsent),
      errors,
    }),
    ...latenciesOf(loop, {
      response: parts(({response}) => response),
      service: parts(({service}) => service),
      lateness: parts(({lateness}) => lateness),
    }),
    decisionsPerSecond: of((run) => run.decisionsPerSecond),
    clientCpu: of((run) => run.clientCpu),
    clientIdle: of((run) => run.clientIdle),
    serverCpu: servers.length === 0 ? null : median(servers),
    silenceMs: Math.max(...runs.map(({run}) => run.silenceMs)),
  };
};

/** The latency that a loop is judged by. */
export const judgedLatency = ({
  response,
  service,
}: Pick<BenchFigures, 'response' | 'service'>): BenchLatency => response ?? service;

export const spreadOf = (runs: readonly BenchRun[]): BenchStore['spread'] => ({
  decisionsPerSecond: spread(runs.map(({decisionsPerSecond}) => decisionsPerSecond)) ?? null,
  p50: spread(runs.map((run) => judgedLatency(run).p50Us)) ?? null,
  p99: spread(runs.map((run) => judgedLatency(run).p99Us)) ?? null,
});

const rateOf = ({allowed, denied, elapsed}: LoadResult): number =>
  elapsed === 0 ? 0 : Math.round(((allowed + denied) * 1_000_000) / elapsed);

const share = (value: number): number => Math.round(Math.max(0, value) * 1_000) / 1_000;

type Counts = Pick<LoadResult, 'allowed' | 'denied' | 'remembered' | 'withoutStore' | 'unsent' | 'errors'>;

const countsOf = ({allowed, denied, remembered, withoutStore, unsent, errors}: Counts) => ({
  decisions: allowed + denied,
  allowed,
  denied,
  remembered,
  withoutStore,
  unsent,
  errors: [...errors].map(([message, count]) => ({message, count})).sort((a, b) => b.count - a.count),
});

const latenciesOf = (
  loop: 'open' | 'closed',
  {response, service, lateness}: Pick<LoadResult, 'response' | 'service' | 'lateness'>,
): Pick<BenchFigures, 'response' | 'service' | 'lateness'> => ({
  response: loop === 'open' ? latencyOf(histogramOf(response)) : null,
  service: latencyOf(histogramOf(service)),
  lateness: loop === 'open' ? latencyOf(histogramOf(lateness)) : null,
});

export const latencyOf = (histogram: LatencyHistogram): BenchLatency => ({
  count: histogram.count,
  meanUs: Math.round(histogram.mean),
  p50Us: histogram.percentile(0.5),
  p90Us: histogram.percentile(0.9),
  p99Us: histogram.percentile(0.99),
  p999Us: histogram.percentile(0.999),
  p9999Us: histogram.percentile(0.9999),
  maxUs: histogram.max,
});

const pointsOf = ({steps}: LoadResult, step: number): readonly BenchPoint[] =>
  steps.map(({allowed, denied, withoutStore, latency}, i) => {
    const histogram = histogramOf(latency);
    return {
      atMs: Math.round((i * step) / 1_000),
      allowed,
      denied,
      withoutStore,
      p50Us: histogram.percentile(0.5),
      p99Us: histogram.percentile(0.99),
      maxUs: histogram.max,
    };
  });

/** 1, 2 and 5 in every power of ten, 1 µs … 1,000 s. */
const EDGES: readonly number[] = Array.from({length: 10}, (_, power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
).flat();

/** The latencies between round numbers, from the first that has one to the last. */
export const barsOf = (parts: HistogramParts): readonly BenchBar[] => {
  const histogram = histogramOf(parts);
  if (histogram.count === 0) return [];
  const bars = EDGES.map((toUs, i) => {
    const fromUs = i === 0 ? 0 : EDGES[i - 1]!;
    const below = i === 0 ? 0 : histogram.countUpTo(fromUs);
    return {fromUs, toUs, count: histogram.countUpTo(toUs) - below};
  });
  const first = bars.findIndex(({count}) => count > 0);
  const last = bars.findLastIndex(({count}) => count > 0);
  return bars.slice(Math.max(0, first), last + 1);
};
