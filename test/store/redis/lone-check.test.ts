import {Redis} from 'ioredis';
import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import type {Check} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {Store} from '../../../src/store/port.ts';
import {S} from '../../support/instants.ts';
import {gcraSpec, leakyBucketSpec, policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {openTestStore} from './redis-target.ts';

const NOW = 1_767_614_400 * S;
const SPECS = {
  gcra: gcraSpec(3, S),
  'token bucket': tokenBucketSpec(3, S),
  'leaky bucket that delays': leakyBucketSpec(3, S, 3),
};

describe('a check by itself has a script of its own, and is decided as it is beside others', () => {
  let store: Store;
  let admin: Redis;
  beforeAll(async () => {
    admin = new Redis(inject('redisUrl'), {protocol: 2});
    store = await openTestStore(inject('redisUrl'), {clock: () => NOW});
  });
  afterAll(async () => {
    await store.close();
    admin.disconnect();
  });

  describe.each(Object.entries(SPECS))('%s', (name, spec) => {
    const router = new RequestRouter(policyOf([{name: 'one', buckets: [spec]}]));
    const checkOf = (key: string, cost = 1): Check =>
      router.route({key: `${name} ${key}`}, {cost, now: NOW, hold: 0});
    const blocked = (check: Check, blockedUntil: number): Check => ({
      ...check,
      layers: check.layers.map((layer) => ({...layer, blockedUntil})),
    });
    /** The verdicts when every check is sent alone, and of the same checks of other keys in one call. */
    const bothWays = async (checks: (kind: string) => readonly Check[]): Promise<[unknown, unknown]> => {
      const alone: unknown[] = [];
      for (const check of checks('alone')) alone.push(...(await store.check([check])));
      return [alone, await store.check(checks('beside'))];
    };

    test('until it is refused, with a look in between and a cost that can never be allowed', async () => {
      const [alone, beside] = await bothWays((kind) =>
        [1, 0, 1, 1, 1, 0, 100].map((cost) => checkOf(kind, cost)),
      );
      expect(alone).toEqual(beside);
    });

    test('blocked for a time, for good, and no longer', async () => {
      const [alone, beside] = await bothWays((kind) =>
        [NOW + 5 * S, Number.POSITIVE_INFINITY, NOW - S].map((until) => blocked(checkOf(`b${kind}`), until)),
      );
      expect(alone).toEqual(beside);
    });

    test.each(['text', 'list'])('something else under its key (%s) is told, and stays', async (kind) => {
      const check = checkOf(`foreign ${kind}`);
      await store.check([check]);
      const [key] = await admin.keys(`*foreign ${kind}}`.replace('foreign', `${name} foreign`));
      await admin.del(key!);
      if (kind === 'text') await admin.set(key!, 'mine');
      else await admin.rpush(key!, 'mine');
      await expect(store.check([check])).rejects.toMatchObject({kind: 'foreign'});
      expect(await admin.type(key!)).toBe(kind === 'text' ? 'string' : 'list');
      await admin.del(key!);
    });
  });
});
