import fc from 'fast-check';
import type {AlgorithmSpec, Policy} from '../../src/engine/policy-model.ts';
import {DAY, HOUR, S} from './instants.ts';
import {
  concurrencySpec,
  fixedWindowSpec,
  gcraSpec,
  leakyBucketSpec,
  policyOf,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from './policies.ts';

/** Buckets for comparing two implementations: small numbers, so that limits are met, and some whose products are beyond 2^53. */
const small = fc.integer({min: 1, max: 6});
const large = fc.integer({min: 1, max: 5_000_000_000});
/** Count per day and burst; a policy is refused when the burst takes longer to come back than can be computed exactly. */
const largeRate = fc.tuple(large, large).filter(([count, burst]) => (burst * DAY) / count < 2 ** 51);

export const SPEC_ARBITRARIES: Readonly<Record<string, fc.Arbitrary<AlgorithmSpec>>> = {
  'token-bucket': fc.oneof(
    fc.tuple(small, small).map(([count, burst]) => tokenBucketSpec(count, S, burst)),
    fc.tuple(small, small).map(([count, burst]) => tokenBucketSpec(count, S, burst, {initial: 0})),
    fc
      .tuple(small, small)
      .map(([count, burst]) => tokenBucketSpec(count, S, burst, {refill: {kind: 'stepped', every: S}})),
    fc
      .tuple(small, small, fc.constantFrom(300_000, 700_001, 1_500_000))
      .map(([count, burst, every]) => tokenBucketSpec(count, S, burst, {refill: {kind: 'stepped', every}})),
    largeRate.map(([count, burst]) => tokenBucketSpec(count, DAY, burst)),
  ),
  'burst-penalty': fc
    .tuple(small, fc.integer({min: 0, max: 9}))
    .map(([count, initial]) => tokenBucketSpec(count, S, 9, {initial, refill: {kind: 'burst-penalty'}})),
  smoothed: fc
    .tuple(small, fc.integer({min: 0, max: 9}))
    .map(([count, initial]) => tokenBucketSpec(count, S, 9, {initial, refill: {kind: 'smoothed'}})),
  gcra: fc.oneof(
    fc.tuple(small, small).map(([count, burst]) => gcraSpec(count, S, burst)),
    largeRate.map(([count, burst]) => gcraSpec(count, DAY, burst)),
  ),
  'fixed-window': fc.oneof(
    fc.tuple(small, fc.boolean()).map(([limit, countDenied]) => fixedWindowSpec(limit, S, {countDenied})),
    fc
      .tuple(small, fc.boolean())
      .map(([limit, countDenied]) => fixedWindowSpec(limit, S, {align: 'first-hit', countDenied})),
  ),
  'calendar-window': fc
    .tuple(small, fc.boolean(), fc.constantFrom('minute' as const, 'hour' as const, 'day' as const))
    .map(
      ([limit, countDenied, unit]): AlgorithmSpec => ({
        kind: 'fixed-window',
        limit,
        window: {align: 'calendar', unit, timeZone: 'Europe/Berlin'},
        countDenied,
      }),
    ),
  'sliding-window': fc.oneof(
    small.map((limit) => slidingWindowSpec(limit, S)),
    large.map((limit) => slidingWindowSpec(limit, HOUR)),
  ),
  'sliding-log': small.map((limit) => slidingLogSpec(limit, S)),
  'leaky-bucket': fc
    .tuple(small, fc.constantFrom(0, 1, Number.POSITIVE_INFINITY))
    .map(([burst, delayFrom]) => leakyBucketSpec(2, S, burst, delayFrom)),
  concurrency: small.map((max) => concurrencySpec(max, 2 * S)),
};

export const anySpec: fc.Arbitrary<AlgorithmSpec> = fc.oneof(...Object.values(SPEC_ARBITRARIES));

export interface PolicyArbitraryOptions {
  /** Of what each bucket is. @default any algorithm */
  readonly spec?: fc.Arbitrary<AlgorithmSpec>;
  /** Per key. @default 3 */
  readonly maxBuckets?: number;
}

/** Policies with layers, tiers, overrides, shadow mode, rollout and both ways to charge. */
export const policies = ({
  spec = anySpec,
  maxBuckets = 3,
}: PolicyArbitraryOptions = {}): fc.Arbitrary<Policy> => {
  const buckets = fc.array(spec, {minLength: 1, maxLength: maxBuckets});
  return fc
    .record({
      one: buckets,
      two: buckets,
      free: buckets,
      pro: buckets,
      vip: spec,
      mode: fc.constantFrom('enforce' as const, 'shadow' as const),
      rollout: fc.constantFrom(0, 0.5, 1),
      defaultTier: fc.constantFrom(undefined, 'free'),
      charge: fc.constantFrom('all-or-nothing' as const, 'always' as const),
    })
    .map(({one, two, free, pro, vip, mode, rollout, defaultTier, charge}) =>
      policyOf(
        [
          {name: 'one', key: '{ip}', buckets: one, mode, unless: {path: ['/health', '/x*']}},
          {
            name: 'two',
            key: '{tenant}:{path}',
            buckets: two,
            rollout,
            cost: 2,
            overrides: {
              'a:/': {kind: 'exempt'},
              'b:/': {kind: 'block'},
              'a:/y': {kind: 'buckets', buckets: [vip]},
            },
          },
          {
            name: 'plan',
            key: '{tenant}',
            plan: {
              kind: 'tiered',
              tier: '{plan}',
              tiers: new Map([
                ['free', free],
                ['pro', pro],
              ]),
              defaultTier,
            },
          },
        ],
        charge,
      ),
    );
};

/** Any of them, with buckets of any algorithm. */
export const anyPolicy: fc.Arbitrary<Policy> = policies();
