import fc from 'fast-check';
import {expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {DAY, MINUTE, S} from '../../support/instants.ts';
import {
  gcraSpec,
  leakyBucketSpec,
  policyOf,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';
import {compareStores} from './compare-stores.ts';
import {STORE_OPENERS} from './openers.ts';

const SPECS: Readonly<Record<string, AlgorithmSpec>> = {
  'token bucket': tokenBucketSpec(70, MINUTE, 10),
  'stepped token bucket': tokenBucketSpec(70, MINUTE, 10, {refill: {kind: 'stepped', every: 5 * S}}),
  gcra: gcraSpec(70, MINUTE, 10),
  'sliding window': slidingWindowSpec(70, MINUTE),
  'sliding log': slidingLogSpec(20, MINUTE),
  'leaky bucket': leakyBucketSpec(70, MINUTE, 10),
};
const KEYS = 8;

/** Rows that were written under one share are read under another: what they mean must not depend on where they are kept. */
test.each(Object.entries(SPECS))(
  '%s: all stores decide alike while shares change',
  {timeout: MANY_CASES_MS},
  async (_, spec) => {
    const clock = {now: 1_767_614_400 * S + 123_457};
    // Rows must not end: by whose clock they do is not what this is about.
    const stores = await Promise.all(
      Object.values(STORE_OPENERS).map((open) => open({clock: () => clock.now, slack: DAY})),
    );
    try {
      const router = new RequestRouter(policyOf([{buckets: [spec]}]));
      const rounds = fc.record({
        gap: fc.integer({min: 0, max: 3 * S}),
        share: fc.option(fc.integer({min: 1, max: 100}), {nil: undefined, freq: 4}),
        costs: fc.array(fc.integer({min: 0, max: 3}), {minLength: 1, maxLength: KEYS}),
      });
      const [all] = fc.sample(fc.array(rounds, {minLength: 400, maxLength: 400, size: 'max'}), 1);
      let refused = 0;
      for (const {gap, share, costs} of all!) {
        clock.now += gap;
        if (share !== undefined) router.setShares(new Map([['limit', share / 100]]));
        const checks = costs.map((cost, key) =>
          router.route({key: `k${key}`}, {cost, now: clock.now, hold: 0}),
        );
        refused += (await compareStores(stores, checks, clock.now)).refused;
      }
      expect(refused).toBeGreaterThan(100);
    } finally {
      await Promise.all(stores.map(({close}) => close()));
    }
  },
);
