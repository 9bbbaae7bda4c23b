import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {expectHeardInTime, expectInTime, msOf, PATIENTLY} from '../../support/in-time.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {gcraSpec, policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {targetOf} from './redis-target.ts';

/** The rules as they are documented, so that the document stays true. */
const rules = (): Map<string, string[]> => {
  const source = readFileSync(
    new URL('../../../src/store/redis/open-redis-store.ts', import.meta.url),
    'utf8',
  );
  const lines = source.split('\n').filter((line) => /^ \* {3,}\S/.test(line));
  const found = new Map<string, string[]>();
  let user = '';
  for (const line of lines) {
    const named = /^ \* {3}(application|read-only) /.exec(line);
    if (named !== null) user = named[1]!;
    found.set(user, [...(found.get(user) ?? []), ...(line.match(/[~+&]\S+/g) ?? [])]);
  }
  return found;
};

const router = new RequestRouter(
  policyOf([
    {name: 'one', key: '{ip}', buckets: [gcraSpec(1, S, 2), tokenBucketSpec(5, S)]},
    {name: 'two', key: '{ip}', buckets: [gcraSpec(5, MINUTE, 5)]},
  ]),
);
const OPTIONS = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};
const address = {limit: 'two', key: '10.0.0.1', tier: '', shape: 'g'};

const look = async (store: Store): Promise<void> => {
  await store.read([address, {...address, key: 'nobody'}]);
  for await (const _ of store.scan({keys: {kind: 'all'}})) await sleep(0);
  await store.get('override', 'a');
  await store.list('override');
  await store.latest('audit', 10);
  await store.hot(10);
  for await (const _ of store.slots(0, Number.MAX_SAFE_INTEGER)) await sleep(0);
  await store.mostDenied(0, Number.MAX_SAFE_INTEGER, 10);
  await store.generation();
  await store.facts();
  await store.now();
  await store.queues();
  for (const state of ['waiting', 'claimed', 'dead'] as const) await store.items('mail', state, 10);
  await (await store.listen(() => {}))();
  await (await store.listen(() => {}, 'pool api'))();
};

const work = async (store: Store): Promise<void> => {
  await store.check([router.route({ip: '10.0.0.1'}, OPTIONS)]);
  await store.release({...address, shape: 'k'}, 1, 1);
  await store.put('override', 'a', {x: 1}, {ifVersion: 0});
  await store.append('audit', [{who: 'me'}]);
  await store.record({
    limits: [{limit: 'two', allowed: 1, denied: 2, shadowDenied: 0}],
    keys: [{address, denied: 2, shadow: false, until: Date.now() * 1_000 + MINUTE}],
  });
  await store.announce();
  const [row] = await store.read([address]);
  await store.change([{address, expected: row, next: row}]);
  await store.change([{address: {...address, key: 'gone'}, expected: 'any', next: undefined}]);
  await store.forget([{...address, key: 'gone'}]);
  await store.sweep();
  await store.put('override', 'b', 1);
  await store.remove('override', 'b');
  await useQueue(store);
};

/** Everything a queue can do, but to bury 10,000. */
const useQueue = async (store: Store): Promise<void> => {
  const items = ['done', 'dead', 'retry', 'park', 'waits'].map((payload, rank) => ({
    class: 'normal',
    rank,
    notBefore: rank === 0 ? 1 : 0,
    payload,
  }));
  await store.enqueue('mail', items);
  const [done, dead, retry, park] = await store.claim('mail', {count: 4, leaseFor: S});
  await store.extend('mail', done!, 2 * S);
  await store.settle('mail', done!, {kind: 'done'});
  await store.settle('mail', dead!, {kind: 'dead', error: 'x'});
  await store.settle('mail', retry!, {kind: 'retry', notBefore: (await store.now()) + 1_000, error: 'x'});
  await store.settle('mail', park!, {kind: 'park', notBefore: 0});
  await sleep(5);
  // Lets the leases end at once: the next claim finds them ended, and the one that was put off due.
  await store.claim('mail', {count: 1, leaseFor: 0});
  expect(await store.claim('mail', {count: 9, leaseFor: 0})).toHaveLength(3);
  await store.claim('mail', {count: 1, leaseFor: MINUTE});
  expect(await store.drain('mail', 'waiting')).toHaveLength(2);
  expect(await store.drain('mail', 'dead')).toHaveLength(1);
};

describe('with the documented rights', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url, {protocol: 2});
    for (const [user, rights] of rules())
      await admin.call('acl', 'setuser', user, 'on', '>pw', 'resetkeys', 'resetchannels', '-@all', ...rights);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const as = (user: string, access: 'read' | 'write'): Promise<Store> =>
    openRedisStore(targetOf(`redis://${user}:pw@127.0.0.1:${server.port}`), {access});

  test('an application works', async () => {
    const store = await as('application', 'write');
    await work(store);
    await look(store);
    let heard = 0;
    const stop = await store.listen(() => heard++);
    // Sooner than anybody who only asks would hear of it.
    const isPushed = (say: () => Promise<void>): Promise<void> => expectHeardInTime(300, say, () => heard);
    await isPushed(() => store.announce());
    await stop();
    const stopTopic = await store.listen(() => heard++, 'pool api');
    await isPushed(() => store.notify('pool api'));
    await stopTopic();
    await store.close();
  });

  test('who may not use the channel of topics is called back at short intervals, and what it says is not heard', async () => {
    const rights = rules()
      .get('application')!
      .filter((right) => right !== '&rl:~topics');
    await admin.call(
      'acl',
      'setuser',
      'untold',
      'on',
      '>pw',
      'resetkeys',
      'resetchannels',
      '-@all',
      ...rights,
    );
    const store = await as('untold', 'write');
    let heard = 0;
    const stop = await store.listen(() => heard++, 'pool api');
    await expectInTime(1_000, () => {
      const before = heard;
      return msOf(() => expect.poll(() => heard - before, PATIENTLY).toBeGreaterThan(4));
    });
    await store.notify('pool api');
    await stop();
    await store.close();
  });

  test('a read-only user looks, and may not change anything', async () => {
    const store = await as('read-only', 'read');
    await look(store);
    const failure = {kind: 'rights', message: expect.stringContaining('the user may not do this')};
    await expect(store.check([router.route({ip: 'x'}, OPTIONS)])).rejects.toMatchObject(failure);
    await expect(store.announce()).rejects.toMatchObject(failure);
    await expect(store.claim('mail', {count: 1, leaseFor: S})).rejects.toMatchObject(failure);
    await expect(store.drain('mail', 'dead')).rejects.toMatchObject(failure);
    await expect(store.append('audit', [1])).rejects.toMatchObject(failure);
    await expect(store.change([{address, expected: 'any', next: undefined}])).rejects.toMatchObject(failure);
    await store.close();
  });

  test('a user without any right is told so', async () => {
    await admin.call('acl', 'setuser', 'nothing', 'on', '>pw', '-@all');
    await expect(as('nothing', 'read').then((store) => store.generation())).rejects.toMatchObject({
      kind: 'rights',
    });
  });

  test('what looks sends nothing but commands that read', async () => {
    const before = await admin.dbsize();
    const monitor = await admin.duplicate().monitor();
    const seen = new Set<string>();
    let last = '';
    monitor.on('monitor', (_time: string, args: string[]) => {
      seen.add(args[0]!.toLowerCase());
      last = args[1] ?? '';
    });
    const store = await as('read-only', 'read');
    await look(store);
    await store.close();
    await admin.get('the end');
    await expect.poll(() => last, PATIENTLY).toBe('the end');
    monitor.disconnect();
    const reads = [
      'get',
      'mget',
      'pttl',
      'time',
      'scan',
      'type',
      'hget',
      'hgetall',
      'smembers',
      'xrevrange',
      'info',
    ];
    const sets = ['zrevrange', 'zrevrangebyscore', 'zmscore', 'zrange', 'zcard', 'zcount', 'hmget'];
    const more = ['client', 'select', 'auth', 'quit', 'ping', 'multi', 'exec', 'subscribe'];
    expect([...seen].filter((name) => ![...reads, ...sets, ...more].includes(name))).toEqual([]);
    expect(seen.size).toBeGreaterThan(8);
    expect(await admin.dbsize()).toBe(before);
  });
});
