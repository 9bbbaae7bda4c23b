import {formatDuration} from '../base/duration.ts';
import type {
  BenchComparison,
  BenchDifference,
  BenchMetric,
  BenchReport,
  BenchSettings,
  BenchStore,
} from '../view/model/bench-report.ts';
import {judgedLatency} from './figures.ts';
import {judge, median} from './noise.ts';

/** An earlier result, and where it is from. */
export interface EarlierBench {
  readonly file: string;
  readonly generatedAt: string;
  readonly report: BenchReport;
}

interface Metric {
  readonly name: BenchMetric;
  readonly good: 'high' | 'low';
  readonly judged: boolean;
  /** Of each run; empty: not measured. */
  readonly values: (store: BenchStore) => readonly number[];
  /** See `judge`. */
  readonly resolution: number;
  readonly presumed: number;
}

const perRun =
  (pick: (latency: ReturnType<typeof judgedLatency>) => number) =>
  ({runs}: BenchStore): readonly number[] =>
    runs.map((run) => pick(judgedLatency(run)));

/** Latencies are known to a µs, and a histogram tells them to 1 %. */
const MICROSECOND = 1;
/** Single runs of the same settings lie so far apart on machines that have other work: p99 is made of few requests. */
const PRESUMED = 0.3;
const PRESUMED_TAIL = 1;
/** A rate fails twice before it is given up, and the search ends at 5 %. */
const PRESUMED_KNEE = 0.15;

const METRICS: readonly Metric[] = [
  {
    name: 'kneePerSecond',
    good: 'high',
    judged: true,
    values: ({sweep}) => (sweep?.kneePerSecond == null ? [] : [sweep.kneePerSecond]),
    resolution: 0,
    presumed: PRESUMED_KNEE,
  },
  {
    name: 'decisionsPerSecond',
    good: 'high',
    judged: true,
    values: ({runs}) => runs.map(({decisionsPerSecond}) => decisionsPerSecond),
    resolution: 0,
    presumed: PRESUMED,
  },
  {
    name: 'p50Us',
    good: 'low',
    judged: true,
    values: perRun(({p50Us}) => p50Us),
    resolution: MICROSECOND,
    presumed: PRESUMED,
  },
  {
    name: 'p99Us',
    good: 'low',
    judged: true,
    values: perRun(({p99Us}) => p99Us),
    resolution: MICROSECOND,
    presumed: PRESUMED_TAIL,
  },
  // Of the few slowest: shown, and too much a matter of luck to fail a build.
  {
    name: 'p999Us',
    good: 'low',
    judged: false,
    values: perRun(({p999Us}) => p999Us),
    resolution: MICROSECOND,
    presumed: PRESUMED_TAIL,
  },
];

/** The present result beside an earlier one, store by store of the same name. */
export const compareBench = (
  now: BenchReport,
  {file, generatedAt, report: before}: EarlierBench,
  maxRegression: number,
): BenchComparison => {
  // What is presumed of single runs holds for a machine that is quiet.
  const quiet = !now.noise.tooNoisy && before.noise?.tooNoisy !== true;
  const differences = now.stores.flatMap((store) => {
    const was = before.stores.find(({name}) => name === store.name);
    return was === undefined
      ? []
      : METRICS.map((metric) => (quiet ? metric : {...metric, presumed: Number.POSITIVE_INFINITY})).flatMap(
          (metric) => differenceOf(metric, was, store, maxRegression),
        );
  });
  return {
    file,
    generatedAt,
    maxRegression,
    differing: differing(before, now),
    differences,
    regressed: differences.some(({judged, verdict}) => judged && verdict === 'worse'),
  };
};

const differenceOf = (
  {name, judged, values, ...how}: Metric,
  was: BenchStore,
  store: BenchStore,
  most: number,
): readonly BenchDifference[] => {
  const before = values(was);
  const after = values(store);
  if (before.length === 0 || after.length === 0) return [];
  const {change, noise, verdict} = judge(before, after, {...how, most});
  const total = (list: readonly number[]): number => Math.round(median(list));
  return [
    {
      store: store.name,
      metric: name,
      before: total(before),
      after: total(after),
      change,
      noise,
      verdict,
      judged,
    },
  ];
};

/** What makes two results answers to different questions; undefined: they can be compared. */
export const differentLoad = (before: BenchSettings, now: BenchSettings): string | undefined => {
  const [was, is] = [loadOf(before), loadOf(now)];
  return was === is ? undefined : `${was} before, ${is} now`;
};

const loadOf = ({loop, ratePerSecond, connections, p99Us}: BenchSettings): string => {
  switch (loop) {
    case 'closed':
      return `a closed loop of ${connections} callers`;
    case 'open':
      return `an open loop of ${ratePerSecond} requests/s`;
    case 'sweep':
      return `a sweep with p99 below ${formatDuration(p99Us ?? 0)}`;
  }
};

const COMPARED: readonly (readonly [name: string, of: (settings: BenchSettings) => unknown])[] = [
  ['loop', ({loop}) => loop],
  ['rate', ({ratePerSecond}) => ratePerSecond],
  ['arrivals', ({arrivals}) => arrivals],
  ['connections', ({connections}) => connections],
  ['processes', ({processes}) => processes],
  // An older result may be without it.
  ['duration', ({durationMs}) => (durationMs === undefined ? null : formatDuration(durationMs * 1_000))],
  ['keys', ({keys}) => keys],
  ['distribution', ({distribution}) => distribution],
  ['limits', ({limits}) => limits.join(', ')],
  ['pacing', ({pacing}) => pacing],
  ['p99 to stay below', ({p99Us}) => (p99Us == null ? null : formatDuration(p99Us))],
];

const differing = (before: BenchReport, now: BenchReport): readonly string[] => {
  const told: string[] = [];
  const compare = (name: string, was: unknown, is: unknown): void => {
    if (was !== is) told.push(`${name}: ${wordOf(was)} before, ${wordOf(is)} now`);
  };
  for (const [name, of] of COMPARED) compare(name, of(before.settings), of(now.settings));
  compare('processors', before.machine.cpus, now.machine.cpus);
  compare('platform', before.machine.platform, now.machine.platform);
  compare('Node', before.machine.node, now.machine.node);
  for (const store of now.stores) {
    const was = before.stores.find(({name}) => name === store.name);
    if (was === undefined) told.push(`${store.name}: not measured before`);
    else compare(store.name, was.server, store.server);
  }
  return told;
};

const wordOf = (value: unknown): string => (value === null || value === undefined ? 'none' : String(value));
