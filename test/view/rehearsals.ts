import type {RehearsalReport, RehearsedSide, RehearsedSlot} from '../../src/view/model/rehearsal-report.ts';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {oneLimit} from './reports.ts';

// Rehearsals as `simulate` makes them, written by hand.

const none = {degradation: 0, breaker: 0, limit: 0, queueFull: 0, queueTimeout: 0};
const at = (second: number): string => new Date(Date.UTC(2026, 0, 5, 12, 0, second)).toISOString();

const slot = (fields: Partial<RehearsedSlot>): RehearsedSlot => ({
  ...{good: 0, late: 0, failed: 0, refused: none, latencyMs: null},
  ...{queue: 0, inFlight: 0, backlog: 0, shares: {}, mode: 'normal', openBreakers: 0},
  ...fields,
});

const side: RehearsedSide = {
  arrivals: 36_000,
  good: 11_970,
  late: 12,
  failed: 118,
  refused: {degradation: 4_100, breaker: 300, limit: 9_500, queueFull: 9_400, queueTimeout: 600},
  goodput: 199.5,
  goodShare: 11_970 / 36_000,
  latencyMs: {mean: 171.25, p50: 160.767, p90: 390.143, p99: 601.087, max: 1_204.5},
  longestQueue: 50,
  longestBacklog: 3,
  busy: 0.987_654,
};

const collapsed: RehearsedSide = {
  arrivals: 36_000,
  good: 250,
  late: 35_740,
  failed: 10,
  refused: none,
  goodput: 4.166_7,
  goodShare: 250 / 36_000,
  latencyMs: {mean: 60_100, p50: 60_300, p90: 109_000, p99: 118_500, max: 120_250},
  longestQueue: 0,
  longestBacklog: 24_100,
  busy: 1,
};

const overload: RehearsalReport = {
  server: {capacity: 10, serviceTime: 'exp(50ms)', deadlineMs: 1_000, seed: 1},
  protected: side,
  unprotected: collapsed,
  series: {
    bucketMs: 1_000,
    buckets: Array.from({length: 60}, (_, i) => {
      const isRush = i >= 10 && i < 45;
      const share = isRush
        ? Math.max(0.35, 1 - (i - 10) * 0.05)
        : Math.min(1, 0.35 + Math.max(0, i - 44) * 0.05);
      return {
        t: at(i),
        arrivals: isRush ? 800 : 120,
        protected: slot({
          good: isRush ? 190 + (i % 7) : 118,
          late: i === 12 ? 12 : 0,
          failed: i % 5,
          refused: isRush
            ? {...none, limit: 270, queueFull: 260 + (i % 9), degradation: i > 25 ? 120 : 0}
            : none,
          latencyMs: {p50: isRush ? 160 : 45, p99: isRush ? 500 + 3 * i : 90},
          queue: isRush ? 50 : 0,
          inFlight: isRush ? 10 : 6,
          backlog: i === 12 ? 3 : 0,
          shares: {protect: i < 10 ? 1 : share},
          mode: i > 25 && i < 50 ? 'shed-low' : 'normal',
          openBreakers: i > 30 && i < 36 ? 1 : 0,
        }),
        unprotected: slot({
          good: i < 10 ? 118 : i === 10 ? 60 : 0,
          late: i < 10 ? 0 : 198,
          latencyMs: {p50: 45 + i * i * 30, p99: 90 + i * i * 33},
          inFlight: 10,
          backlog: i < 10 ? 1 : (i - 10) * 480,
        }),
      };
    }),
  },
  transitions: {
    count: 113,
    first: [
      {
        t: at(26),
        kind: 'mode',
        name: 'degradation',
        from: 'normal',
        to: 'shed-low',
        why: 'CPU at 124% of its target',
      },
      {t: at(31), kind: 'breaker', name: 'upstream', from: 'closed', to: 'open', why: '5 failures in a row'},
      {
        t: at(33),
        kind: 'tier',
        name: 'plan',
        key: 'acme',
        from: 'premium',
        to: 'free',
        why: 'score 0.29 from 412 requests',
      },
      {
        t: at(36),
        kind: 'breaker',
        name: 'abuse',
        key: 'tenant-17',
        from: 'open',
        to: 'half-open',
        why: 'open for 5s',
      },
      {
        t: at(50),
        kind: 'mode',
        name: 'degradation',
        from: 'shed-low',
        to: 'normal',
        why: 'CPU at 62% of its target',
      },
    ],
  },
};

/** An overload that a protection survives. */
export const rehearsed: SimulateReport = {
  ...oneLimit,
  totals: {...oneLimit.totals, allowed: 12_100, denied: 23_900, deniedRate: 23_900 / 36_000, unlimited: 0},
  trace: {
    ...oneLimit.trace,
    files: ['rush.ndjson'],
    format: 'ndjson',
    requests: 36_000,
    start: at(0),
    end: at(59),
  },
  thresholds: [
    {expr: 'goodput > 180/s', actual: 199.5, pass: true, source: 'ratectl.yaml:20'},
    {expr: 'rehearsal.good >= 95%', actual: 11_970 / 36_000, pass: false, source: 'ratectl.yaml:21'},
    {expr: 'latency.p99 > 500ms', actual: 601.087, pass: false, source: '--fail-if'},
  ],
  rehearsal: overload,
};

const {unprotected: _, ...others} = overload;

/** Two policies on a server of any capacity, in traffic of a moment. */
export const rehearsedAgainst: SimulateReport = {
  ...oneLimit,
  rehearsal: {
    ...others,
    server: {capacity: null, serviceTime: 'trace', deadlineMs: null, seed: 1},
    protected: {...side, busy: null, longestBacklog: 0},
    against: {
      ...collapsed,
      busy: null,
      longestBacklog: 0,
      good: 0,
      goodput: 0,
      goodShare: 0,
      latencyMs: null,
    },
    series: {
      bucketMs: 1,
      buckets: [
        {
          t: at(0),
          arrivals: 3,
          protected: slot({good: 3, latencyMs: {p50: 0.25, p99: 1.5}}),
          against: slot({}),
        },
      ],
    },
    transitions: {count: 0, first: []},
  },
};
