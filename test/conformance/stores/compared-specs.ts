import fc from 'fast-check';
import type {CalendarUnit} from '../../../src/engine/calendar-grid.ts';
import {bucketOutOfRange, windowOutOfRange} from '../../../src/engine/exact-range.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {SPECS} from '../../support/arbitraries.ts';
import {DAY, HOUR, MINUTE, S} from '../../support/instants.ts';
import {
  concurrencySpec,
  fixedWindowSpec,
  gcraSpec,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';

const small = fc.integer({min: 1, max: 9});
/** Products beyond 2^53 that the engine still computes exactly. */
const large = fc.integer({min: 1_000_000, max: 5_000_000_000});
const span = fc.constantFrom(S, 7 * S, MINUTE, 13 * MINUTE, HOUR, DAY);
/** As a policy may have them: what cannot be computed exactly is refused when it is read. */
const rate = fc
  .record({count: fc.oneof(small, large), per: span, burst: fc.oneof(small, large)})
  .filter(({count, per, burst}) => bucketOutOfRange({count, per, burst, step: 1}) === undefined);
const window = fc
  .record({limit: fc.oneof(small, large), length: span})
  .filter(({limit, length}) => windowOutOfRange(limit, length) === undefined);

const calendar = (unit: CalendarUnit): fc.Arbitrary<AlgorithmSpec> =>
  fc
    .record({
      limit: fc.oneof(small, fc.integer({min: 50, max: 1_000})),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'),
      countDenied: fc.boolean(),
    })
    .map(({limit, timeZone, countDenied}) => ({
      kind: 'fixed-window',
      limit,
      window: {align: 'calendar', unit, timeZone},
      countDenied,
    }));

/** The buckets that stores are compared with, by name of the test: small ones of microseconds, and ones as policies have. */
export const COMPARED_SPECS: Readonly<Record<string, fc.Arbitrary<AlgorithmSpec>>> = {
  ...Object.fromEntries(
    Object.entries(SPECS).filter(
      ([name]) => !['token bucket', 'gcra', 'burst penalty', 'smoothed'].includes(name),
    ),
  ),
  'token bucket': fc.oneof(
    SPECS['token bucket']!,
    rate.map(({count, per, burst}) => tokenBucketSpec(count, per, burst)),
  ),
  'token bucket that starts below its burst': fc
    .record({rate, share: fc.constantFrom(0, 0.3, 0.9)})
    .map(({rate: {count, per, burst}, share}) =>
      tokenBucketSpec(count, per, burst, {initial: Math.floor(burst * share)}),
    ),
  gcra: fc.oneof(
    SPECS['gcra']!,
    rate.map(({count, per, burst}) => gcraSpec(count, per, burst)),
  ),
  'windows of seconds to days': fc.oneof(
    window.map(({limit, length}) => fixedWindowSpec(limit, length)),
    window.map(({limit, length}) => fixedWindowSpec(limit, length, {align: 'first-hit', countDenied: true})),
    window.map(({limit, length}) => slidingWindowSpec(limit, length)),
    fc.tuple(small, span).map(([limit, length]) => slidingLogSpec(limit, length)),
    fc.tuple(small, span).map(([max, timeout]) => concurrencySpec(max, timeout)),
  ),
  'calendar window': fc.oneof(...(['minute', 'hour', 'day', 'week', 'month', 'year'] as const).map(calendar)),
  'burst penalty': fc.oneof(
    SPECS['burst penalty']!,
    fc
      .record({
        count: small,
        per: span,
        burst: fc.integer({min: 1, max: 1_000}),
        share: fc.constantFrom(0, 0.5, 1),
      })
      .map(({count, per, burst, share}) =>
        tokenBucketSpec(count, per, burst, {
          initial: Math.floor(burst * share),
          refill: {kind: 'burst-penalty'},
        }),
      ),
  ),
  smoothed: fc.oneof(
    SPECS['smoothed']!,
    fc
      .record({
        count: small,
        per: span,
        burst: fc.integer({min: 1, max: 1_000}),
        share: fc.constantFrom(0, 0.5, 1),
      })
      .map(({count, per, burst, share}) =>
        tokenBucketSpec(count, per, burst, {initial: Math.floor(burst * share), refill: {kind: 'smoothed'}}),
      ),
  ),
};
