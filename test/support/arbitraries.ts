import fc from 'fast-check';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';
import {
  concurrencySpec,
  fixedWindowSpec,
  gcraSpec,
  leakyBucketSpec,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from './policies.ts';

/** A request to one bucket: µs since the one before, cost, µs it takes. */
export interface Step {
  readonly gap: number;
  readonly cost: number;
  readonly hold: number;
}

const small = fc.integer({min: 1, max: 8});
/** Periods that divide nothing evenly, and round ones. */
const period = fc.oneof(fc.constantFrom(7, 10, 1_000, 1_000_000), fc.integer({min: 1, max: 5_000}));
const bucket = fc.record({count: small, per: period, burst: small});
const window = fc.record({limit: small, length: period});

/** Small numbers, so that the corners are near each other. */
export const SPECS: Readonly<Record<string, fc.Arbitrary<AlgorithmSpec>>> = {
  'token bucket': bucket.map(({count, per, burst}) => tokenBucketSpec(count, per, burst)),
  'stepped token bucket': fc
    .record({bucket, every: fc.integer({min: 2, max: 3_000})})
    .map(({bucket: {count, per, burst}, every}) =>
      tokenBucketSpec(count, per, burst, {refill: {kind: 'stepped', every}}),
    ),
  gcra: bucket.map(({count, per, burst}) => gcraSpec(count, per, burst)),
  'fixed window': window.map(({limit, length}) => fixedWindowSpec(limit, length)),
  'fixed window from first hit': window.map(({limit, length}) =>
    fixedWindowSpec(limit, length, {align: 'first-hit'}),
  ),
  'fixed window that counts refusals': fc
    .record({window, align: fc.constantFrom('epoch' as const, 'first-hit' as const)})
    .map(({window: {limit, length}, align}) => fixedWindowSpec(limit, length, {align, countDenied: true})),
  'sliding window': window.map(({limit, length}) => slidingWindowSpec(limit, length)),
  'sliding log': window.map(({limit, length}) => slidingLogSpec(limit, length)),
  'leaky bucket': fc
    .record({
      count: fc.integer({min: 1, max: 3_000}),
      burst: fc.integer({min: 0, max: 6}),
      delayFrom: fc.constantFrom(0, 2, Number.POSITIVE_INFINITY),
    })
    .map(({count, burst, delayFrom}) => leakyBucketSpec(count, 1_000_000, burst, delayFrom)),
  concurrency: fc
    .record({max: small, timeout: period})
    .map(({max, timeout}) => concurrencySpec(max, timeout)),
  'burst penalty': bucket.map(({count, per, burst}) =>
    tokenBucketSpec(count, per, burst, {refill: {kind: 'burst-penalty'}}),
  ),
  smoothed: bucket.map(({count, per, burst}) =>
    tokenBucketSpec(count, per, burst, {refill: {kind: 'smoothed'}}),
  ),
};

/** Any of some algorithms. */
export const specOf = (names: readonly string[] = Object.keys(SPECS)): fc.Arbitrary<AlgorithmSpec> =>
  fc.oneof(...names.map((name) => SPECS[name]!));

export const ALL_BUT = (...names: readonly string[]): readonly string[] =>
  Object.keys(SPECS).filter((name) => !names.includes(name));

const gap = fc.oneof(
  {weight: 3, arbitrary: fc.constant(0)},
  {weight: 6, arbitrary: fc.integer({min: 0, max: 3_000})},
  fc.integer({min: 0, max: 2_000_000}),
);

/** Requests in time order. Costs up to 10, so that some never fit; 0 peeks. */
export const steps = (costs: fc.Arbitrary<number> = fc.integer({min: 0, max: 10})): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({gap, cost: costs, hold: fc.integer({min: 0, max: 4_000})}), {
    maxLength: 60,
    size: 'max',
  });

/** The same with a clock that also steps back, by up to a second. */
export const wildSteps = (costs?: fc.Arbitrary<number>): fc.Arbitrary<Step[]> =>
  fc
    .tuple(steps(costs), fc.array(fc.integer({min: -1_000_000, max: 0}), {minLength: 60, maxLength: 60}))
    .map(([all, back]) => all.map((step, i) => (i % 3 === 2 ? {...step, gap: back[i]!} : step)));

/** Not on the grid of anything. */
const START = 1_700_000_040_123_457;

/** Steps with their instants. */
export const timed = (all: readonly Step[]): (Step & {readonly t: number})[] => {
  let t = START;
  return all.map((step) => {
    t += step.gap;
    return {...step, t};
  });
};
