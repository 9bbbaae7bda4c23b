import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatPlural, formatShare} from '../format-number.ts';
import type {
  BenchAccuracy,
  BenchDifference,
  BenchLatency,
  BenchMetric,
  BenchOutage,
  BenchReport,
  BenchSettings,
  BenchStore,
  BenchSweep,
  BenchSweepStep,
  BenchTarget,
} from '../model/bench-report.ts';

/** Three digits: `7µs`, `1.23ms`, `1.02s`. */
export const latencyText = (us: number): string => {
  if (us < 1_000) return `${us}µs`;
  return us < 1_000_000 ? `${threeDigits(us / 1_000)}ms` : `${threeDigits(us / 1_000_000)}s`;
};

const threeDigits = (value: number): string =>
  value >= 999.5 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

/** What latencies of a loop are counted from. */
export const latencyOf = ({
  response,
  service,
}: {
  readonly response: BenchLatency | null;
  readonly service: BenchLatency;
}): BenchLatency => response ?? service;

export const isOpen = ({loop}: BenchSettings): boolean => loop !== 'closed';

/** One line for each store: what a reader wants first. */
export const headlines = ({stores, settings}: BenchReport): readonly string[] => {
  const lines = stores.flatMap((store) => headline(store, settings));
  return lines.length === 0 ? ['nothing was measured'] : lines;
};

const headline = ({name, total, sweep, accuracy}: BenchStore, settings: BenchSettings): readonly string[] => {
  if (sweep !== null && settings.loop === 'sweep')
    return [
      sweep.kneePerSecond === null
        ? `${name}: no rate held p99 below ${latencyText(settings.p99Us ?? 0)}`
        : `${name}: up to ${formatCount(sweep.kneePerSecond)} decisions/s with p99 below ${latencyText(settings.p99Us ?? 0)}`,
    ];
  if (total === null) return accuracy === null ? [] : [`${name}: ${accuracyText(accuracy)}`];
  const {p50Us, p99Us, maxUs} = latencyOf(total);
  return [
    `${name}: ${formatCount(total.decisionsPerSecond)} decisions/s, p50 ${latencyText(p50Us)}, p99 ${latencyText(p99Us)}, longest ${latencyText(maxUs)}`,
  ];
};

const spanText = (ms: number): string => formatDuration(ms * 1_000);

export const loadText = (settings: BenchSettings): readonly string[] => {
  const {loop, ratePerSecond, arrivals, connections, processes, durationMs, warmupMs, runs, p99Us} = settings;
  const times = `${spanText(durationMs)}${loop === 'sweep' ? ' each' : ''} after ${spanText(warmupMs)} of warm-up`;
  const ways = arrivals === 'poisson' ? 'Poisson' : 'evenly spread';
  const load = {
    closed: `closed loop, ${formatPlural(connections, 'caller')}`,
    open: `open loop, ${formatCount(ratePerSecond ?? 0)} requests/s, ${ways}`,
    sweep: `sweep from ${formatCount(ratePerSecond ?? 0)} requests/s, ${ways}, p99 below ${latencyText(p99Us ?? 0)}`,
  }[loop];
  return [
    load,
    formatPlural(processes, 'process', 'processes'),
    times,
    ...(runs > 1 ? [formatPlural(runs, 'run')] : []),
  ];
};

export const keysText = ({keys, distribution, seed}: BenchSettings): readonly string[] => [
  `${formatPlural(keys, 'key')}, ${{uniform: 'all alike', zipf: 'Zipf', hot: '90% of the requests on one'}[distribution]}`,
  `seed ${seed}`,
];

export const policyText = ({policyFile, limits, attributes}: BenchSettings): readonly string[] => [
  policyFile === null ? 'built in: one bucket for each key that is never empty' : policyFile,
  ...(policyFile === null ? [] : [formatPlural(limits.length, 'limit')]),
  ...Object.entries(attributes).map(([name, value]) => `${name}=${value}`),
];

export const machineText = ({machine}: BenchReport): readonly string[] => [
  `Node ${machine.node}`,
  machine.platform,
  formatPlural(machine.cpus, 'processor'),
];

/** What the kind of loop means for the figures. */
export const loopNotes = ({settings}: BenchReport): readonly string[] =>
  isOpen(settings)
    ? [
        'response: from the intended start to the answer, so that waiting counts',
        'service: from the real start',
        'lateness: from the intended to the real start',
        ...(settings.pacing === 'timer' ? ['requests start by timers, up to 2 ms late'] : []),
      ]
    : [
        'a closed loop hides waiting: while the store is slow nobody asks, so the slow time is measured once for each caller',
        '--rate shows what users would wait for',
      ];

export interface LatencyRow {
  readonly store: string;
  readonly what: 'response' | 'service' | 'lateness';
  readonly latency: BenchLatency;
}

export const latencyRows = ({stores}: BenchReport): readonly LatencyRow[] =>
  stores.flatMap(({name, total}) => {
    if (total === null) return [];
    const rows: readonly (readonly [LatencyRow['what'], BenchLatency | null])[] = [
      ['response', total.response],
      ['service', total.service],
      ['lateness', total.lateness],
    ];
    return rows.flatMap(([what, latency]) =>
      latency === null || latency.count === 0 ? [] : [{store: name, what, latency}],
    );
  });

export const percentileCells = ({
  p50Us,
  p90Us,
  p99Us,
  p999Us,
  p9999Us,
  maxUs,
}: BenchLatency): readonly string[] => [p50Us, p90Us, p99Us, p999Us, p9999Us, maxUs].map(latencyText);

export const PERCENTILES = ['p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max'] as const;

/** `0.83 cores`, `n/a`, `in the client`. */
export const serverCpuText = ({total, server}: BenchStore): string => {
  if (/^(memory|sqlite)/.test(server)) return 'in the client';
  return total?.serverCpu == null ? 'n/a' : coresText(total.serverCpu);
};

export const coresText = (share: number): string => `${Math.round(share * 100)}%`;

/** What happened that should not have. */
export const troubleText = ({name, total, runs}: BenchStore): readonly string[] => {
  if (total === null) return [];
  const outages = runs.flatMap((run) => run.outages);
  return [
    ...(total.withoutStore === 0
      ? []
      : [
          `${name}: ${formatPlural(total.withoutStore, 'request')} decided without the store, in no latency above`,
        ]),
    ...(total.unsent === 0
      ? []
      : [
          `${name}: ${formatPlural(total.unsent, 'request')} due and never sent: more was asked for than was answered; they count with the time they had waited`,
        ]),
    ...total.errors.map(({message, count}) => `${name}: ${formatPlural(count, 'error')}: ${message}`),
    ...outages.map((outage) => `${name}: ${outageText(outage)}`),
    ...(outages.length === 0 && total.silenceMs >= 100
      ? [`${name}: ${spanText(total.silenceMs)} without an answer at one time, with requests under way`]
      : []),
  ];
};

const outageText = ({atMs, withoutAnswersMs, recoveryMs}: BenchOutage): string =>
  `store lost ${spanText(atMs)} into the run, ${
    withoutAnswersMs === null
      ? 'and not back before its end'
      : `${spanText(withoutAnswersMs)} without answers`
  }${recoveryMs === null ? '' : `, first answer ${spanText(recoveryMs)} after it could be reached`}`;

export const verdictText = (verdict: BenchSweepStep['verdict']): string =>
  ({holds: 'holds', slow: 'p99 too high', behind: 'falls behind', errors: 'store lost'})[verdict];

export const limitedText = ({limitedBy}: BenchSweep): string =>
  ({
    store: 'a rate fails when it failed twice',
    client: 'the client had no more to give where rates failed: more --processes may reach a higher one',
    nothing: 'no rate failed',
  })[limitedBy];

export const accuracyText = ({accuracy, falsePositives}: BenchAccuracy): string =>
  `${precise(accuracy)} of the budget kept, ${formatPlural(falsePositives, 'false positive')}`;

export const accuracyNotes = (accuracy: BenchAccuracy): readonly string[] => [
  `${formatPlural(accuracy.processes, 'process', 'processes')} on one key of ${formatCount(accuracy.ratePerSecond)}/s with bursts of ${formatCount(accuracy.burst)}, ${formatCount(accuracy.offeredPerSecond)}/s offered`,
];

/** A share near 1, with the digits that matter there. */
export const precise = (share: number): string => `${Number((share * 100).toFixed(3))}%`;

const TARGET_NAMES: Readonly<Record<BenchTarget['name'], string>> = {
  'overhead-p50': 'overhead of a check, p50',
  'false-positives': 'false positives',
  accuracy: 'accuracy across instances',
  recovery: 'recovery of the store',
};

export const targetCells = ({store, name, actual, target, met}: BenchTarget): readonly string[] => {
  const text = (value: number): string =>
    name === 'overhead-p50' ? latencyText(value) : name === 'recovery' ? spanText(value) : precise(value);
  return [
    met ? 'PASS' : 'MISS',
    store,
    TARGET_NAMES[name],
    text(actual),
    `${name === 'accuracy' ? 'at least' : 'below'} ${text(target)}`,
  ];
};

const METRIC_NAMES: Readonly<Record<BenchMetric, string>> = {
  decisionsPerSecond: 'decisions/s',
  p50Us: 'p50',
  p99Us: 'p99',
  p999Us: 'p99.9',
  kneePerSecond: 'knee/s',
};

export const metricName = (metric: BenchMetric): string => METRIC_NAMES[metric];

export const metricText = (metric: BenchMetric, value: number): string =>
  metric.endsWith('Us') ? latencyText(value) : formatCount(value);

export const signedShare = (share: number | null): string => {
  if (share === null) return '';
  const tenths = Math.round(share * 1_000) / 10;
  return tenths === 0 ? '0%' : `${tenths > 0 ? '+' : ''}${formatCount(tenths)}%`;
};

export const differenceText = ({verdict, judged}: BenchDifference): string => {
  if (verdict === 'worse') return judged ? 'WORSE' : 'worse, not judged';
  return {better: 'better', same: 'same', unclear: 'too noisy to tell'}[verdict];
};

export const comparisonNotes = ({comparison}: BenchReport): readonly string[] => {
  if (comparison === null) return [];
  const {differing, maxRegression, differences} = comparison;
  return [
    `worse: by more than ${formatShare(maxRegression)}, and by more than runs of the same settings differ`,
    ...(differences.some(({noise}) => noise === null)
      ? ['single runs on both sides: the noise is not known, --runs 3 tells it']
      : []),
    ...differing.map((text) => `not the same: ${text}`),
  ];
};

export const noiseNotes = ({noise}: BenchReport): readonly string[] => [
  ...(noise.tooNoisy ? ['the machine was too noisy to tell: repeat it on a quiet one'] : []),
  ...noise.reasons,
];
