import {formatDuration} from '../base/duration.ts';
import type {
  BenchAccuracy,
  BenchMachine,
  BenchNoise,
  BenchReport,
  BenchSettings,
  BenchStore,
  BenchSweep,
  BenchTarget,
} from '../view/model/bench-report.ts';
import {barsOf, judgedLatency, type MeasuredRun, spreadOf, totalOf} from './figures.ts';
import {mergeParts} from './merge-load.ts';
import {isOfMachine} from './sweep-verdict.ts';

/** What is known of a store so far. */
export interface MeasuredStore {
  readonly name: string;
  readonly url: string;
  readonly server: string;
  readonly remarks: readonly string[];
  readonly loop: 'open' | 'closed';
  readonly runs: readonly MeasuredRun[];
  readonly sweep: BenchSweep | null;
  readonly accuracy: BenchAccuracy | null;
}

/** Measured targets of the project: overhead of a check, refusals that were wrong, the budget kept, the store's return. */
const TARGETS = {p50Us: 5_000, falsePositives: 0.001, accuracy: 0.999, recoveryMs: 5_000};

/** Runs of the same settings that lie further apart tell little. */
const WIDE = 0.1;
const TOO_WIDE = 0.3;
/** An idle process that is kept waiting longer is on a machine with other work, µs. */
const LONG_PAUSE = 5_000;
const LONGEST_PAUSE = 20_000;
const NOTICED_PAUSE = 1_000;

export const benchReport = (
  settings: BenchSettings,
  machine: BenchMachine,
  measured: readonly MeasuredStore[],
  isInterrupted: boolean,
): BenchReport => {
  const stores = measured.map(storeOf);
  return {
    settings,
    machine,
    stores,
    targets: stores.flatMap(targetsOf),
    noise: noiseOf(settings, machine, stores),
    comparison: null,
    interrupted: isInterrupted,
  };
};

const storeOf = ({name, url, server, remarks, loop, runs, sweep, accuracy}: MeasuredStore): BenchStore => {
  const told = runs.map(({run}) => run);
  return {
    name,
    url,
    server,
    remarks,
    runs: told,
    total: totalOf(runs, loop),
    histogram: barsOf(mergeParts(runs.map(({result}) => result.response))),
    spread: spreadOf(told),
    sweep,
    accuracy,
  };
};

const targetsOf = ({name: store, total, accuracy, runs}: BenchStore): readonly BenchTarget[] => {
  const targets: BenchTarget[] = [];
  if (total !== null && total.decisions > 0) {
    const actual = judgedLatency(total).p50Us;
    targets.push({store, name: 'overhead-p50', actual, target: TARGETS.p50Us, met: actual < TARGETS.p50Us});
  }
  if (accuracy !== null) {
    const {accuracy: actual, falsePositiveRate: rate} = accuracy;
    targets.push(
      {store, name: 'accuracy', actual, target: TARGETS.accuracy, met: actual >= TARGETS.accuracy},
      {
        store,
        name: 'false-positives',
        actual: rate,
        target: TARGETS.falsePositives,
        met: rate < TARGETS.falsePositives,
      },
    );
  }
  const recoveries = runs.flatMap(({outages}) => outages.flatMap(({recoveryMs}) => recoveryMs ?? []));
  if (recoveries.length > 0) {
    const actual = Math.max(...recoveries);
    const target = TARGETS.recoveryMs;
    targets.push({store, name: 'recovery', actual, target, met: actual < target});
  }
  return targets;
};

/** What makes figures less sure, and whether they tell anything at all. */
const noiseOf = (
  {loop, processes, p99Us}: BenchSettings,
  {pauseP99Us, pauseMaxUs, cpus}: BenchMachine,
  stores: readonly BenchStore[],
): BenchNoise => {
  const reasons: string[] = [];
  let tooNoisy = false;
  if (pauseP99Us > LONG_PAUSE || pauseMaxUs > LONGEST_PAUSE) {
    tooNoisy = true;
    reasons.push(
      `before the first run an idle process was kept waiting for up to ${spanText(pauseMaxUs)}: the machine is busy with something else`,
    );
  } else if (pauseMaxUs > NOTICED_PAUSE) {
    reasons.push(
      `before the first run an idle process was kept waiting for up to ${spanText(pauseMaxUs)}: latencies of that size may be the machine's`,
    );
  }
  if (processes > cpus)
    reasons.push(
      `${processes} processes share ${cpus} processors: latencies are made of their waiting for each other, too`,
    );
  for (const {name, sweep} of stores) {
    if (sweep === null || p99Us === null || !isOfMachine(sweep, p99Us)) continue;
    tooNoisy = true;
    reasons.push(
      `${name}: where rates failed, this machine started requests late by more than half of ${spanText(p99Us)}: the knee is its own, not the store's`,
    );
  }
  for (const {name, server, total, spread} of stores) {
    if (total === null) continue;
    if (server === 'memory' && processes > 1)
      reasons.push(`${name}: every process has a store of its own, and they share nothing`);
    for (const [what, value] of [
      ['decisions per second', spread.decisionsPerSecond],
      ['p50', spread.p50],
    ] as const) {
      if (value === null || value <= WIDE) continue;
      if (value > TOO_WIDE) tooNoisy = true;
      reasons.push(
        `${name}: runs of the same settings differ by ${percent(value)} in ${what}: smaller differences mean nothing`,
      );
    }
    const judged = judgedLatency(total);
    if (total.lateness !== null && total.lateness.p99Us * 2 > judged.p99Us && judged.p99Us > 1_000)
      reasons.push(
        `${name}: requests started up to ${spanText(total.lateness.p99Us)} late at p99: much of the latency is this machine's, not the store's`,
      );
    if (total.clientCpu > 0.9 * processes && !isInClient(server))
      reasons.push(
        `${name}: the client used ${percent(total.clientCpu)} of a core in ${processes === 1 ? 'one process' : `${processes} processes`}: it may be the limit; more --processes tell`,
      );
  }
  if (loop !== 'sweep' && stores.some(({runs}) => runs.length === 1))
    reasons.push('a single run does not tell how much runs differ: --runs 3');
  return {tooNoisy, reasons};
};

const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** Its work is the client's. */
const isInClient = (server: string): boolean => /^(?:memory|sqlite)/.test(server);

/** Not more digits than matter. */
const spanText = (us: number): string => formatDuration(us < 1_000 ? us : Math.round(us / 100) * 100);
