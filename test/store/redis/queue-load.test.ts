import {Redis} from 'ioredis';
import {expect, test} from 'vitest';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {msOf} from '../../support/in-time.ts';
import {HOUR} from '../../support/instants.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import {queueItems as items} from './queue-items.ts';
import {targetOf} from './redis-target.ts';

const Q = 'mail';

/** Ms that something takes, the quickest of several: others on the machine make it longer, never shorter. */
const taking = async (work: () => Promise<unknown>, times = 15): Promise<number> => {
  const took: number[] = [];
  for (let i = 0; i < times; i++) took.push(await msOf(work));
  return Math.min(...took);
};

test('with 100,000 items a claim, a settlement and the facts take as long as with 100', async () => {
  const server = await startRedis();
  const admin = new Redis(server.url, {protocol: 2});
  const store = await openRedisStore(targetOf(server.url), {access: 'write'});
  const measure = async (): Promise<Record<string, number>> => {
    const claimed = await store.claim(Q, {count: 60, leaseFor: HOUR});
    let at = 0;
    return {
      claim: await taking(() => store.claim(Q, {count: 1, leaseFor: HOUR})),
      settle: await taking(() =>
        store.settle(Q, claimed[at++]!, {kind: 'retry', notBefore: 0, error: 'again'}),
      ),
      facts: await taking(() => store.queues()),
      list: await taking(() => store.items(Q, 'waiting', 50)),
    };
  };
  await store.enqueue(Q, items(100));
  const small = await measure();
  const put = await msOf(() =>
    store.enqueue(
      Q,
      items(100_000, (i) => ({
        rank: -i,
        notBefore: i % 2 === 0 ? 0 : Number.MAX_SAFE_INTEGER,
        payload: {to: `user-${i}`},
      })),
    ),
  );
  const large = await measure();
  const bulk = await taking(() => store.claim(Q, {count: 500, leaseFor: HOUR}));
  const memory = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))![1]);
  if (process.env.HAMMER_MS !== undefined) console.log({put, small, large, bulk, memory});
  for (const [what, took] of Object.entries(large)) expect(took, what).toBeLessThan(5 * small[what]! + 3);
  expect(bulk).toBeLessThan(100);
  await store.close();
  admin.disconnect();
  await server.stop();
}, 120_000);
