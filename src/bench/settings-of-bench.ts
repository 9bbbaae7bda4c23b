import {parsePolicy} from '../policy/load-policy.ts';
import type {BenchSettings} from '../view/model/bench-report.ts';
import type {BenchOptions} from './bench-options.ts';

/** What was asked for, as the report tells it. */
export const settingsOf = (options: BenchOptions): BenchSettings => {
  const {load, connections, processes, warmup, duration, runs, keys, distribution, seed} = options;
  const {policy, policyFile, attributes, timeoutMs, cpus} = options;
  return {
    loop: load.kind,
    ratePerSecond: load.kind === 'open' ? load.rate : load.kind === 'sweep' ? load.from : null,
    arrivals: load.kind === 'closed' ? null : load.arrivals,
    connections,
    processes,
    warmupMs: warmup / 1_000,
    durationMs: duration / 1_000,
    runs: load.kind === 'sweep' ? 1 : runs,
    keys,
    distribution,
    seed,
    policyFile,
    limits: parsePolicy(policy.source, policy.file).policy.limits.map(({name}) => name),
    attributes,
    timeoutMs,
    // Looking at the clock all the time needs a core for each process, beside one for the store and one for the command.
    pacing: processes + (processes === 1 ? 1 : 2) <= cpus ? 'spin' : 'timer',
    p99Us: load.kind === 'sweep' ? load.p99 : null,
  };
};
