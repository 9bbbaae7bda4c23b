import {Redis} from 'ioredis';
import {expect, onTestFinished, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {PATIENCE_MS} from '../../support/in-time.ts';
import {DAY, HOUR} from '../../support/instants.ts';
import {gcraSpec, policyOf} from '../../support/policies.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import {openTestStore} from './redis-target.ts';

test(
  'a server that forgets its scripts all the time does each thing once',
  async () => {
    const server = await startRedis();
    const admin = new Redis(server.url, {protocol: 2});
    const store = await openTestStore(server.url);
    onTestFinished(async () => {
      await store.close();
      admin.disconnect();
      await server.stop();
    });
    let isOver = false;
    const flush = (): Promise<unknown> => admin.call('script', 'flush', 'sync').catch(() => (isOver = true));
    const forgetting = (async () => {
      while (!isOver) await Promise.all(Array.from({length: 20}, flush));
    })();
    const router = new RequestRouter(policyOf([{name: 'one', buckets: [gcraSpec(9_999, 365 * DAY, 9_999)]}]));
    const check = router.route({key: 'k'}, {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY});
    const addresses = Array.from({length: 500}, (_, i) => ({limit: 'x', key: `k${i}`, tier: '', shape: 'g'}));
    let row: {words: number[]; expiresAt: number} | undefined;
    for (let round = 1; round <= 40; round++) {
      await Promise.all(Array.from({length: 10}, () => store.check([check])));
      const expiresAt = Date.now() * 1_000 + HOUR;
      const next = {words: [1_700_000_000_000_000 + round, 0], expiresAt};
      const before = row;
      const changed = await store.change(
        addresses.map((address) => ({address, expected: before && {address, ...before}, next})),
      );
      expect(new Set(changed.map(({outcome}) => outcome))).toEqual(new Set(['done']));
      row = next;
      await store.enqueue('q', [{class: 'c', rank: 1, notBefore: 0, payload: round}]);
      expect(await store.put('kind', 'id', round)).toMatchObject({version: round});
    }
    isOver = true;
    await forgetting;
    expect(await store.items('q', 'waiting', 100)).toHaveLength(40);
    const [answer] = await store.check([check]);
    expect(answer!.verdicts[0]!.remaining).toBe(9_999 - 401);
  },
  4 * PATIENCE_MS,
);
