import fc from 'fast-check';
import {REHEARSED_MODES, type RehearsalReport} from '../../src/view/model/rehearsal-report.ts';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {HOSTILE_KEYS} from './reports.ts';

const text = fc.oneof(
  {weight: 3, arbitrary: fc.string({unit: 'binary', maxLength: 60})},
  {weight: 1, arbitrary: fc.string({maxLength: 30})},
  {weight: 2, arbitrary: fc.constantFrom(...HOSTILE_KEYS)},
);
const count = fc.oneof(fc.nat({max: 50}), fc.maxSafeNat());
const share = fc.oneof(fc.double({min: 0, max: 1, noNaN: true}), fc.constantFrom(0, 1, 1e-12, 1 - 1e-12));
const seconds = fc.integer({min: 0, max: 4_000_000_000});
const rfc3339 = (at: number): string => new Date(at * 1_000).toISOString();

const key = fc.record({key: text, requests: count, denied: count});
const limit = fc.record({
  name: text,
  mode: fc.constantFrom('enforce' as const, 'shadow' as const),
  description: text,
  requests: count,
  allowed: count,
  denied: count,
  skipped: count,
  keys: count,
  deniedKeys: count,
  top: fc.array(key, {maxLength: 8}),
});
const trace = fc.record({
  files: fc.array(text, {maxLength: 5}),
  format: fc.constantFrom('combined', 'ndjson'),
  requests: count,
  skipped: count,
  notRequests: count,
  keys: count,
  start: fc.option(seconds.map(rfc3339)),
  end: fc.option(seconds.map(rfc3339)),
  outOfOrder: count,
  cost: count,
});
const totals = fc.record({
  allowed: count,
  denied: count,
  deniedRate: share,
  never: count,
  delayed: count,
  unlimited: count,
});
const series = fc.record({
  bucketMs: fc.constantFrom(1, 1_000, 60_000, 86_400_000),
  buckets: fc
    .array(fc.record({at: seconds, allowed: count, denied: count}), {maxLength: 40})
    .map((all) => all.sort((a, b) => a.at - b.at).map(({at, ...bucket}) => ({t: rfc3339(at), ...bucket}))),
});
const actual = fc.oneof(share, count, fc.double({min: 0, max: 2 ** 53, noNaN: true}));
const threshold = fc.record({expr: text, actual, pass: fc.boolean(), source: text});
const denied = fc.record({denied: count, deniedRate: share});

const refused = fc.record({
  degradation: count,
  breaker: count,
  limit: count,
  queueFull: count,
  queueTimeout: count,
});
const millis = fc.double({min: 0, max: 1e12, noNaN: true});
const rehearsedSide = fc.record({
  ...{arrivals: count, good: count, late: count, failed: count, refused},
  goodput: fc.double({min: 0, max: 1e9, noNaN: true}),
  goodShare: share,
  latencyMs: fc.option(fc.record({mean: millis, p50: millis, p90: millis, p99: millis, max: millis})),
  ...{longestQueue: count, longestBacklog: count},
  busy: fc.option(share),
});
const rehearsedSlot = fc.record({
  ...{good: count, late: count, failed: count, refused},
  latencyMs: fc.option(fc.record({p50: millis, p99: millis})),
  ...{queue: count, inFlight: count, backlog: count},
  shares: fc.dictionary(text, share, {maxKeys: 3}),
  mode: fc.constantFrom(...REHEARSED_MODES),
  openBreakers: count,
});
const change = fc.record(
  {
    t: seconds.map(rfc3339),
    kind: fc.constantFrom('breaker' as const, 'mode' as const, 'tier' as const),
    ...{name: text, key: text, from: text, to: text, why: text},
  },
  {requiredKeys: ['t', 'kind', 'name', 'from', 'to', 'why']},
);
const rehearsalWith = (other: 'unprotected' | 'against') =>
  fc.record({
    server: fc.record({
      capacity: fc.option(count),
      serviceTime: fc.constantFrom('trace', '20ms', 'exp(20ms)'),
      deadlineMs: fc.option(count),
      seed: count,
    }),
    protected: rehearsedSide,
    [other]: rehearsedSide,
    series: fc.record({
      bucketMs: fc.constantFrom(1, 1_000, 86_400_000),
      buckets: fc.array(
        fc.record({
          t: seconds.map(rfc3339),
          arrivals: count,
          protected: rehearsedSlot,
          [other]: rehearsedSlot,
        }),
        {maxLength: 30},
      ),
    }),
    transitions: fc.record({count, first: fc.array(change, {maxLength: 15})}),
  }) as fc.Arbitrary<RehearsalReport>;
const rehearsal = fc.oneof(rehearsalWith('unprotected'), rehearsalWith('against'));

/** Reports that no replay would make: any text anywhere, numbers that do not add up, times out of order. */
export const anyReport: fc.Arbitrary<SimulateReport> = fc.record(
  {
    trace,
    totals,
    limits: fc.array(limit, {maxLength: 4}),
    series,
    thresholds: fc.array(threshold, {maxLength: 14}),
    diff: fc.record({
      against: text,
      before: fc.record({allowed: count, denied: count, deniedRate: share}),
      allowToDeny: count,
      denyToAllow: count,
      keys: fc.array(fc.record({key: text, requests: count, allowToDeny: count, denyToAllow: count}), {
        maxLength: 12,
      }),
    }),
    bounds: fc.record({resolutionMs: count, best: denied, worst: denied}),
    solve: fc.record({
      parameter: text,
      target: text,
      value: fc.option(count),
      tried: fc.array(fc.record({value: count, actual, pass: fc.boolean()}), {maxLength: 12}),
    }),
    rehearsal,
    shard: fc.record({
      index: count,
      of: count,
      thresholds: fc.array(fc.record({expr: text, source: text}), {maxLength: 2}),
    }),
    performance: fc.record({
      seconds: fc.double({min: 0, max: 1e9, noNaN: true}),
      requestsPerSecond: count,
      maxRssBytes: count,
    }),
  },
  {requiredKeys: ['trace', 'totals', 'limits', 'series', 'thresholds']},
);
