import {describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {Kind} from '../../../src/engine/verdict.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {
  fixedWindowSpec,
  gcraSpec,
  leakyBucketSpec,
  policyOf,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';

const START = 1_767_614_400 * S;

const capacityOf = (router: RequestRouter, limit: string, key: string, tier = ''): number | undefined =>
  router.bucketsOf(limit, key, tier, START)?.buckets[0]?.algorithm.capacity;

describe('shares of limits', () => {
  const policy = policyOf([
    {
      name: 'per-tenant',
      key: '{tenant}',
      buckets: [fixedWindowSpec(1_000, MINUTE)],
      overrides: {big: {kind: 'buckets', buckets: [fixedWindowSpec(5_000, MINUTE)]}},
    },
    {name: 'per-ip', key: '{ip}', buckets: [fixedWindowSpec(10, MINUTE)]},
  ]);

  test('scale the buckets of the limits they name, and no others', () => {
    const router = new RequestRouter(policy);
    router.setShares(new Map([['per-tenant', 0.3]]));
    expect(capacityOf(router, 'per-tenant', 'acme')).toBe(300);
    expect(capacityOf(router, 'per-ip', '203.0.113.7')).toBe(10);
    const {layers} = router.route({tenant: 'acme', ip: '203.0.113.7'}, {cost: 1, now: START, hold: 0});
    expect(layers.map(({buckets}) => buckets.buckets[0]!.algorithm.capacity)).toEqual([300, 10]);
  });

  test('end when they are not named any more', () => {
    const router = new RequestRouter(policy);
    const whole = router.bucketsOf('per-tenant', 'acme', '', START);
    router.setShares(new Map([['per-tenant', 0.3]]));
    router.setShares(new Map());
    expect(router.bucketsOf('per-tenant', 'acme', '', START)).toBe(whole);
  });

  test('are made once per whole percent', () => {
    const router = new RequestRouter(policy);
    const at = (share: number) => {
      router.setShares(new Map([['per-tenant', share]]));
      return router.bucketsOf('per-tenant', 'acme', '', START);
    };
    expect(at(0.501)).toBe(at(0.5));
    expect(at(0.5)).not.toBe(at(0.51));
    expect(at(0)).toBe(at(0.01));
  });

  test('leave the own buckets of keys alone: those of the policy, and those of an operator', () => {
    const router = new RequestRouter(policy);
    router.setShares(new Map([['per-tenant', 0.1]]));
    expect(capacityOf(router, 'per-tenant', 'big')).toBe(5_000);
    const until = START + MINUTE;
    const effect = {kind: 'buckets' as const, buckets: [fixedWindowSpec(2_000, MINUTE)]};
    router.setOverrides([{limit: 'per-tenant', key: 'acme', until, effect}]);
    expect(capacityOf(router, 'per-tenant', 'acme')).toBe(2_000);
    expect(capacityOf(router, 'per-tenant', 'other')).toBe(100);
  });

  test('scale all tiers', () => {
    const router = new RequestRouter(
      policyOf([
        {
          name: 'per-tenant',
          key: '{tenant}',
          plan: {
            kind: 'tiered',
            tier: '{plan}',
            tiers: new Map([
              ['free', [fixedWindowSpec(10, MINUTE)]],
              ['pro', [fixedWindowSpec(100, MINUTE)]],
            ]),
            defaultTier: undefined,
          },
        },
      ]),
    );
    router.setShares(new Map([['per-tenant', 0.5]]));
    expect([
      capacityOf(router, 'per-tenant', 'a', 'free'),
      capacityOf(router, 'per-tenant', 'a', 'pro'),
    ]).toEqual([5, 50]);
  });
});

/** 600 per minute asked for at twice that, of a key that was busy for ten minutes before. */
describe('a busy key', () => {
  test.each<[string, AlgorithmSpec]>([
    ['token bucket', tokenBucketSpec(600, MINUTE, 100)],
    ['stepped', tokenBucketSpec(600, MINUTE, 100, {refill: {kind: 'stepped', every: S}})],
    ['gcra', gcraSpec(600, MINUTE, 100)],
    ['fixed window', fixedWindowSpec(600, MINUTE)],
    ['sliding window', slidingWindowSpec(600, MINUTE)],
    ['sliding log', slidingLogSpec(600, MINUTE)],
    ['leaky bucket', leakyBucketSpec(600, MINUTE, 100)],
    ['burst penalty', tokenBucketSpec(600, MINUTE, 100, {refill: {kind: 'burst-penalty'}})],
    ['smoothed', tokenBucketSpec(600, MINUTE, 100, {refill: {kind: 'smoothed'}})],
  ])('gets its share of the rate at once, on the way down and up: %s', async (name, spec) => {
    const clock = {now: START};
    const store = new MemoryStore({access: 'write', clock: () => clock.now});
    const router = new RequestRouter(policyOf([{name: 'limit', key: '{key}', buckets: [spec]}]));
    const perMinute = async (minutes: number): Promise<number> => {
      let allowed = 0;
      for (let i = 0; i < minutes * 1_200; i++) {
        clock.now += S / 20;
        const check = router.route({key: 'k'}, {cost: 1, now: clock.now, hold: 0});
        const [answer] = await store.check([check]);
        if (answer!.verdicts[0]!.kind === Kind.allow) allowed++;
      }
      return allowed / minutes;
    };
    // An empty bucket with burst penalty refills at half its rate.
    const rate = name === 'burst penalty' ? 300 : 600;
    await perMinute(10);
    for (const share of [0.9, 0.8, 0.5, 0.55, 0.6, 0.95, 1]) {
      router.setShares(new Map([['limit', share]]));
      const allowed = await perMinute(1);
      expect(allowed, `at ${share}`).toBeGreaterThan(rate * share * 0.9 - 1);
      expect(allowed, `at ${share}`).toBeLessThan(rate * share * 1.17 + 2);
    }
  });
});
