import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {
  BenchAccuracy,
  BenchFigures,
  BenchLatency,
  BenchOutage,
  BenchReport,
  BenchSettings,
  BenchStore,
} from '../model/bench-report.ts';

/** Three digits: `7µs`, `1.23ms`, `1.02s`. */
export const latencyText = (us: number): string => {
  if (us < 1_000) return `${us}µs`;
  return us < 1_000_000 ? `${threeDigits(us / 1_000)}ms` : `${threeDigits(us / 1_000_000)}s`;
};

const threeDigits = (value: number): string =>
  value >= 999.5 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

/** Of Poisson arrivals a short run has some per cent more or fewer. */
const BEHIND = 0.9;

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
  if (total.decisions === 0)
    return [`${name}: ${total.withoutStore > 0 ? 'the store decided nothing' : 'nothing was measured'}`];
  const {p50Us, p99Us, maxUs} = latencyOf(total);
  const asked = askedOf(total, settings);
  return [
    `${name}: ${formatCount(total.decisionsPerSecond)} decisions/s${asked === undefined ? '' : ` of ${formatCount(asked)} asked for`}, p50 ${latencyText(p50Us)}, p99 ${latencyText(p99Us)}, longest ${latencyText(maxUs)}${total.withoutStore === 0 ? '' : `; ${formatPlural(total.withoutStore, 'request')} more without the store`}`,
  ];
};

/** Requests per second that an open loop asked for, where clearly fewer were answered; a store that was lost is another matter. */
const askedOf = (
  {decisions, decisionsPerSecond, withoutStore}: BenchFigures,
  {loop, ratePerSecond}: BenchSettings,
): number | undefined =>
  loop === 'open' &&
  decisions > 0 &&
  ratePerSecond !== null &&
  withoutStore === 0 &&
  decisionsPerSecond < BEHIND * ratePerSecond - 1
    ? ratePerSecond
    : undefined;

const spanText = (ms: number): string => formatDuration(ms * 1_000);

export const loadText = (settings: BenchSettings): readonly string[] => {
  const {loop, ratePerSecond, arrivals, connections, processes, durationMs, warmupMs, runs, p99Us} = settings;
  const times = `${spanText(durationMs)}${loop === 'sweep' ? ' each' : ''} after ${spanText(warmupMs)} of warm-up`;
  const ways = arrivals === 'poisson' ? 'Poisson' : 'evenly spread';
  const load = {
    closed: `closed loop, ${formatPlural(connections, 'caller')}`,
    open: `open loop, ${formatPlural(ratePerSecond ?? 0, 'request')}/s, ${ways}`,
    sweep: `sweep from ${formatPlural(ratePerSecond ?? 0, 'request')}/s, ${ways}, p99 below ${latencyText(p99Us ?? 0)}`,
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
export const loopNotes = ({settings, stores}: BenchReport): readonly string[] =>
  isOpen(settings)
    ? [
        'response: from the intended start to the answer, so that waiting counts',
        'service: from the real start',
        ...(stores.some(({total}) => (total?.lateness?.count ?? 0) > 0)
          ? ['lateness: from the intended to the real start']
          : []),
        ...(settings.pacing === 'timer' ? ['requests start by timers, up to 2 ms late'] : []),
      ]
    : [
        'a closed loop hides waiting: while the store is slow nobody asks, so the slow time is measured once for each caller',
        '--rate shows what users would wait for',
      ];

/** Of how few requests a percentile cannot be told from the longest. */
const NEEDED = [
  {percentile: 'p99', requests: 100},
  {percentile: 'p99.9', requests: 1_000},
  {percentile: 'p99.99', requests: 10_000},
] as const;

/** Which percentiles are nothing but the longest request. */
export const fewNotes = ({stores}: BenchReport): readonly string[] =>
  stores.flatMap(({name, total}) => {
    if (total === null) return [];
    const {count} = latencyOf(total);
    const empty = NEEDED.filter(({requests}) => count > 0 && count < requests);
    if (empty.length === 0) return [];
    const names = empty.map(({percentile}) => percentile).join(' and ');
    return [
      `${name}: ${names} of ${formatPlural(count, 'request')} ${empty.length === 1 ? 'is' : 'are'} the longest of them: ${formatCount(empty[0]!.requests)} and more tell (--duration)`,
    ];
  });

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
export const troubleText = ({name, total, runs}: BenchStore, settings: BenchSettings): readonly string[] => {
  if (total === null) return [];
  const asked = askedOf(total, settings);
  const outages = runs.flatMap((run) => run.outages);
  return [
    ...(asked === undefined
      ? []
      : [
          `${name}: fell behind: ${formatCount(total.decisionsPerSecond)} of ${formatPlural(asked, 'request')}/s were answered; the rest waited, and latencies count that`,
        ]),
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

export const accuracyText = ({accuracy, falsePositives}: BenchAccuracy): string =>
  `${precise(accuracy)} of the budget kept, ${formatPlural(falsePositives, 'false positive')}`;

/** A share near 1, with the digits that matter there. */
export const precise = (share: number): string => `${Number((share * 100).toFixed(3))}%`;
