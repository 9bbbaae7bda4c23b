import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Check} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {type Random, randomStream} from '../../../src/trace/generate/random.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {DAY, HOUR, S} from '../../support/instants.ts';
import {policyOf} from '../../support/policies.ts';
import {anyPolicy} from '../../support/random-policies.ts';
import {compareStores} from './compare-stores.ts';
import {COMPARED_SPECS} from './compared-specs.ts';
import {type OpenedStore, STORE_OPENERS} from './openers.ts';

/** Fixed: a difference that is found is found again. */
const SEED = 20_260_105;
const DECISIONS = 100_000;
/** Buckets, each with a few keys, that are asked in the same calls. */
const BUCKETS = 40;
const KEYS = ['a', 'b', 'c'];

let stores: readonly OpenedStore[] = [];
const clock = {now: 0};

beforeAll(async () => {
  // Real time passes while the clock stands still: rows must not end by it.
  const options = {clock: () => clock.now, slack: DAY};
  stores = await Promise.all(Object.values(STORE_OPENERS).map((open) => open(options)));
}, 60_000);

afterAll(() => Promise.all(stores.map(({close}) => close())));

/** The next instant: the same, microseconds to two hours later, now and then up to a second before. */
const step = (random: Random, scale: number): number => {
  const kind = random.below(10);
  if (kind === 0) return -random.below(S);
  if (kind === 1) return 0;
  return Math.floor(random.fraction() ** 2 * scale);
};

const SCALES = [3, 100, 3_000, 100_000, S, 10 * S, 300 * S, 2 * HOUR];
/** Also across weeks, months, years and the changes of summer time. */
const CALENDAR_SCALES = [3, S, 300 * S, 2 * HOUR, 2 * DAY, 40 * DAY];

/** Calls of 1 to 500 checks until enough decisions are the same. */
const compareAll = async (
  name: string,
  scales: readonly number[],
  nextCheck: (random: Random) => Check,
): Promise<void> => {
  const random = randomStream(SEED, name);
  clock.now = 1_772_323_200 * S + random.below(DAY);
  let decisions = 0;
  let refused = 0;
  while (decisions < DECISIONS) {
    // Most time passes in small steps, so that keys are met again while their state still means something.
    clock.now += step(random, scales[random.below(random.below(scales.length) + 1)]!);
    const checks = Array.from({length: 1 + random.below(500)}, () => nextCheck(random));
    const compared = await compareStores(stores, checks, clock.now);
    decisions += compared.decisions;
    refused += compared.refused;
  }
  // Neither all allowed nor all refused: that would prove little.
  expect(refused / decisions).toBeGreaterThan(0.1);
  expect(refused / decisions).toBeLessThan(0.9);
};

/** Mostly 1; also 0, more, all, and more than all. */
const costOf = (random: Random, capacity: number): number => {
  const kind = random.below(12);
  if (kind < 7) return 1;
  if (kind === 7) return 0;
  if (kind === 8) return capacity;
  if (kind === 9) return capacity + 1;
  return 1 + random.below(capacity);
};

describe('all stores give the same answers, in every number', () => {
  test.each(Object.keys(COMPARED_SPECS))(
    '%s, 100,000 decisions',
    async (name) => {
      const specs = fc.sample(COMPARED_SPECS[name]!, {seed: SEED, numRuns: BUCKETS});
      const routers = specs.map(
        (spec, n) => new RequestRouter(policyOf([{name: `${name} ${n}`, buckets: [spec]}])),
      );
      await compareAll(name, name === 'calendar window' ? CALENDAR_SCALES : SCALES, (random) => {
        const router = routers[random.below(routers.length)]!;
        const attributes = {key: KEYS[random.below(KEYS.length)]!};
        const hold = random.below(3) === 0 ? Number.POSITIVE_INFINITY : random.below(4_000);
        const look = router.route(attributes, {cost: 0, now: clock.now, hold});
        const cost = costOf(random, look.layers[0]!.buckets.buckets[0]!.algorithm.capacity);
        // A request for very many leases is very many entries.
        const bounded = specs[routers.indexOf(router)]!.kind === 'concurrency' ? Math.min(cost, 20) : cost;
        return router.route(attributes, {cost: bounded, now: clock.now, hold});
      });
    },
    MANY_CASES_MS,
  );

  test(
    'policies of several layers and buckets, tiers, shadow mode, overrides: 100,000 decisions',
    async () => {
      const routers = fc.sample(anyPolicy, {seed: SEED, numRuns: BUCKETS}).map(
        (policy, n) =>
          new RequestRouter({
            ...policy,
            limits: policy.limits.map((limit) => ({...limit, name: `${limit.name} ${n}`})),
          }),
      );
      const one = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)]!;
      await compareAll('policies', SCALES, (random) => {
        const attributes = {
          ip: one(random, ['1.1.1.1', '2.2.2.2']),
          tenant: one(random, ['a', 'b', 'c', 'd', '']),
          path: one(random, ['/', '/y', '/health', '/xa', '']),
          plan: one(random, ['free', 'pro', 'none', '']),
        };
        const cost = one(random, [1, 1, 1, 2, 0, 7]);
        return one(random, routers).route(attributes, {cost, now: clock.now, hold: random.below(3 * S)});
      });
    },
    MANY_CASES_MS,
  );
});
