import type {LimitSummary, SimulateReport} from '../../src/view/model/simulate-report.ts';

// Models as `simulate` makes them, written by hand: each shows one thing that a view must get right.

const time = (secondsAfter: number): string =>
  new Date(Date.UTC(2019, 0, 22, 0, 26, 0) + secondsAfter * 1_000).toISOString();

const limit = (fields: Partial<LimitSummary>): LimitSummary => ({
  name: 'per-ip',
  mode: 'enforce',
  description: 'token bucket 10/s, burst 20',
  requests: 0,
  allowed: 0,
  denied: 0,
  skipped: 0,
  keys: 0,
  deniedKeys: 0,
  top: [],
  ...fields,
});

const perIp = limit({
  requests: 4_775,
  allowed: 4_463,
  denied: 312,
  keys: 881,
  deniedKeys: 13,
  top: [
    {key: '66.249.66.194', requests: 312, denied: 120},
    {key: '207.46.13.136', requests: 240, denied: 81},
    {key: '2001:db8:85a3:8d3:1319:8a2e:370:7348', requests: 181, denied: 60},
    {key: '::1', requests: 90, denied: 51},
  ],
});

/** A bell over `count` minutes; denials around its peak. */
const bell = (count: number): SimulateReport['series'] => ({
  bucketMs: 60_000,
  buckets: Array.from({length: count}, (_, i) => {
    const height = Math.exp(-(((i - count / 2) / (count / 5)) ** 2));
    return {
      t: time(i * 60),
      allowed: Math.round(200 * height) + 7,
      denied: Math.max(0, Math.round(90 * (height - 0.7))),
    };
  }),
});

export const emptyTrace: SimulateReport = {
  trace: {
    files: ['empty.log'],
    format: 'combined',
    requests: 0,
    skipped: 2,
    notRequests: 0,
    keys: 0,
    start: null,
    end: null,
    outOfOrder: 0,
    cost: 0,
  },
  totals: {allowed: 0, denied: 0, deniedRate: 0, never: 0, delayed: 0, unlimited: 0},
  limits: [limit({})],
  series: {bucketMs: 1_000, buckets: []},
  thresholds: [{expr: 'denied < 0.1%', actual: 0, pass: true, source: 'ratectl.yaml:9'}],
};

export const oneLimit: SimulateReport = {
  trace: {
    files: ['access.log'],
    format: 'combined',
    requests: 4_775,
    skipped: 0,
    notRequests: 0,
    keys: 881,
    start: time(14),
    end: time(2_763),
    outOfOrder: 0,
    cost: 4_775,
  },
  totals: {allowed: 4_463, denied: 312, deniedRate: 312 / 4_775, never: 0, delayed: 0, unlimited: 0},
  limits: [perIp],
  series: bell(46),
  thresholds: [],
};

/** Everything that a run without comparison can find. */
export const fourLayers: SimulateReport = {
  trace: {
    files: ['access.log', 'access.log.1.gz', 'access.log.2.gz', 'access.log.3.gz', 'access.log.4.gz'],
    format: 'combined',
    requests: 1_204_775,
    skipped: 3,
    notRequests: 1,
    keys: 40_881,
    start: time(14),
    end: time(2 * 86_400 + 31),
    outOfOrder: 12,
    cost: 1_310_002,
  },
  totals: {
    allowed: 1_204_463,
    denied: 312,
    deniedRate: 312 / 1_204_775,
    never: 4,
    delayed: 0,
    unlimited: 2_118,
  },
  limits: [
    limit({
      ...perIp,
      requests: 1_202_657,
      allowed: 1_202_400,
      denied: 257,
      keys: 40_000,
      deniedKeys: 13,
      top: perIp.top.map((key) => ({...key, denied: key.denied - 20})),
    }),
    limit({
      name: 'per-tenant',
      mode: 'shadow',
      description: 'sliding window 100 per 1s',
      requests: 1_002_400,
      allowed: 990_000,
      denied: 12_400,
      skipped: 200_000,
      keys: 212,
      deniedKeys: 9,
      top: Array.from({length: 9}, (_, i) => ({
        key: `tenant-${i}`,
        requests: 90_000 - i * 1_000,
        denied: 4_000 - i * 440,
      })),
    }),
    limit({
      name: 'plan',
      description: 'free: token bucket 100/m, burst 100 and 1000/h, burst 1000; premium: token bucket 1000/m',
      requests: 1_002_345,
      allowed: 1_002_290,
      denied: 55,
      keys: 212,
      deniedKeys: 2,
      top: [
        {key: 'acme', requests: 1_000, denied: 54},
        {key: 'globex', requests: 20_000, denied: 1},
      ],
    }),
    limit({name: 'global', description: 'gcra 10000/s', requests: 1_002_290, allowed: 1_002_290, keys: 1}),
  ],
  series: {
    bucketMs: 600_000,
    buckets: bell(288)
      .buckets.map((bucket, i) => ({...bucket, t: time(i * 600)}))
      .filter((_, i) => i < 60 || i > 75),
  },
  thresholds: [
    {expr: 'denied < 0.1%', actual: 312 / 1_204_775, pass: true, source: 'ratectl.yaml:31'},
    {expr: 'limit.per-ip.denied == 0', actual: 257, pass: false, source: 'ratectl.yaml:32'},
    {expr: 'limit.plan.deniedKeys > 1', actual: 2, pass: false, source: '--fail-if'},
  ],
  shard: {index: 1, of: 4, thresholds: [{expr: 'denied < 0.1%', source: 'ratectl.yaml:31'}]},
  performance: {seconds: 1.234_567, requestsPerSecond: 975_868.3, maxRssBytes: 88_604_672},
};

export const compared: SimulateReport = {
  ...oneLimit,
  thresholds: [{expr: 'denied < 10%', actual: 312 / 4_775, pass: true, source: 'ratectl.yaml:12'}],
  diff: {
    against: 'policies/strict.yaml',
    before: {allowed: 4_221, denied: 554, deniedRate: 554 / 4_775},
    allowToDeny: 9,
    denyToAllow: 251,
    keys: [
      {key: '66.249.66.194', requests: 312, allowToDeny: 0, denyToAllow: 140},
      {key: '207.46.13.136', requests: 240, allowToDeny: 0, denyToAllow: 111},
      {key: '::1', requests: 90, allowToDeny: 9, denyToAllow: 0},
    ],
  },
};

export const bounded: SimulateReport = {
  ...oneLimit,
  bounds: {
    resolutionMs: 1_000,
    best: {denied: 290, deniedRate: 290 / 4_775},
    worst: {denied: 361, deniedRate: 361 / 4_775},
  },
};

export const solved: SimulateReport = {
  ...oneLimit,
  solve: {
    parameter: 'limit.per-ip.rate',
    target: 'denied < 0.1%',
    value: 37,
    tried: [1, 2, 4, 8, 16, 32, 64, 48, 40, 36, 38, 37].map((value) => ({
      value,
      actual: value >= 37 ? 0.000_8 : 0.4 / value,
      pass: value >= 37,
    })),
  },
};

export const HOSTILE_KEYS: readonly string[] = [
  '\u001b[31mred\u001b]0;title\u0007',
  'left\u202eright\u2066',
  'two\nlines\r\n::error file=x::boo',
  '::stop-commands::token',
  '##[add-mask]a and ##vso[task.complete]',
  '利用者の鍵、とても長いので表の中に入りきらないはずです。利用者の鍵、とても長い',
  '👩‍👩‍👧‍👦👍🏽🇦🇹 e\u0301\u0301\u0301 नमस्ते क्षत्रिय',
  '=HYPERLINK("http://evil.example","x")',
  'a|b`c``d\\|e<script>alert(1)</script>]]>&amp;*_~[x](y)',
  `${'k'.repeat(5_000)}end`,
  '',
  ' ',
  '\ud800lone\udfff\u0000\uffff',
];

/** Keys, names and paths as an attacker would write them, in every place that takes text. */
export const hostile: SimulateReport = {
  ...compared,
  trace: {...compared.trace, files: HOSTILE_KEYS.slice(0, 5), format: 'ndjson'},
  limits: [
    limit({
      name: 'n\u001b[2J|`ame',
      description: 'd\u001b[1m<b>|`',
      requests: 4_775,
      allowed: 4_463,
      denied: 312,
      keys: 13,
      deniedKeys: 13,
      top: HOSTILE_KEYS.map((key, i) => ({key, requests: 100, denied: 30 - i})),
    }),
  ],
  thresholds: HOSTILE_KEYS.map((key) => ({expr: key, actual: 0.065, pass: false, source: `${key}:7`})),
  diff: {
    ...compared.diff!,
    against: HOSTILE_KEYS[0]!,
    keys: HOSTILE_KEYS.map((key) => ({key, requests: 10, allowToDeny: 1, denyToAllow: 2})),
  },
};

export const REPORTS: Readonly<Record<string, SimulateReport>> = {
  emptyTrace,
  oneLimit,
  fourLayers,
  compared,
  bounded,
  solved,
  hostile,
};
