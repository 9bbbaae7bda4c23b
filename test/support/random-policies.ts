import fc from 'fast-check';
import type {AlgorithmSpec, Policy} from '../../src/engine/policy-model.ts';
import {S} from './instants.ts';
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

const small = fc.integer({min: 1, max: 6});
const spec: fc.Arbitrary<AlgorithmSpec> = fc.oneof(
  fc.tuple(small, small).map(([count, burst]) => tokenBucketSpec(count, S, burst)),
  fc.tuple(small, small).map(([count, burst]) => tokenBucketSpec(count, S, burst, {initial: 0})),
  fc
    .tuple(small, small)
    .map(([count, burst]) => tokenBucketSpec(count, S, burst, {refill: {kind: 'stepped', every: S}})),
  small.map((count) => tokenBucketSpec(count, S, 9, {refill: {kind: 'burst-penalty'}})),
  small.map((count) => tokenBucketSpec(count, S, 9, {refill: {kind: 'smoothed'}})),
  fc.tuple(small, small).map(([count, burst]) => gcraSpec(count, S, burst)),
  fc.tuple(small, fc.boolean()).map(([limit, countDenied]) => fixedWindowSpec(limit, S, {countDenied})),
  small.map((limit) => fixedWindowSpec(limit, S, {align: 'first-hit'})),
  small.map(
    (limit): AlgorithmSpec => ({
      kind: 'fixed-window',
      limit,
      window: {align: 'calendar', unit: 'minute', timeZone: 'Europe/Berlin'},
      countDenied: false,
    }),
  ),
  small.map((limit) => slidingWindowSpec(limit, S)),
  small.map((limit) => slidingLogSpec(limit, S)),
  small.map((burst) => leakyBucketSpec(2, S, burst, 1)),
  small.map((max) => concurrencySpec(max, 2 * S)),
);

const buckets = fc.array(spec, {minLength: 1, maxLength: 3});

/** Layers, tiers, overrides, shadow mode, rollout and both ways to charge, with buckets of any algorithm. */
export const anyPolicy: fc.Arbitrary<Policy> = fc
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
