import {Redis} from 'ioredis';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {QueueItem, Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import type {StoreOptions} from '../../../src/store/store-target.ts';
import {PATIENTLY} from '../../support/in-time.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {type RedisServer, type RedisServerOptions, startRedis} from '../../support/servers/redis-server.ts';
import {queueItems as items} from './queue-items.ts';
import {targetOf} from './redis-target.ts';

const Q = 'mail';

const payloads = (found: readonly QueueItem[]): unknown[] => found.map(({payload}) => payload);

describe('queues in Redis', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const start = async (options: RedisServerOptions = {}): Promise<RedisServer> => {
    const server = await startRedis(options);
    ends.push(() => server.stop());
    return server;
  };
  const open = async (server: RedisServer, options: Partial<StoreOptions> = {}): Promise<Store> => {
    const store = await openRedisStore(targetOf(server.url), {access: 'write', ...options});
    ends.push(() => store.close());
    return store;
  };
  const adminOf = ({url}: RedisServer): Redis => {
    const admin = new Redis(url, {protocol: 2});
    ends.push(() => admin.disconnect());
    return admin;
  };

  test('scripts that the server forgot are sent again, and nothing is done twice', async () => {
    const server = await start();
    const [store, admin] = [await open(server), adminOf(server)];
    const forgetful = async <T>(work: () => Promise<T>): Promise<T> => {
      await admin.script('FLUSH');
      return work();
    };
    const ids = await forgetful(() => store.enqueue(Q, items(5)));
    expect(new Set(ids).size).toBe(5);
    const [a, b] = await forgetful(() => store.claim(Q, {count: 2, leaseFor: MINUTE}));
    expect(await forgetful(() => store.extend(Q, a!, HOUR))).toBe(true);
    expect(await forgetful(() => store.settle(Q, a!, {kind: 'done'}))).toBe(true);
    expect(await forgetful(() => store.settle(Q, b!, {kind: 'dead', error: 'x'}))).toBe(true);
    expect(payloads(await forgetful(() => store.drain(Q, 'waiting')))).toEqual([2, 3, 4]);
    expect(await store.queues()).toMatchObject([{dead: 1, claimed: 0, waiting: new Map()}]);
  });

  test('each call is one command', async () => {
    const server = await start();
    const [store, admin] = [await open(server), adminOf(server)];
    const work = async (): Promise<void> => {
      await store.enqueue(Q, items(500));
      const [first] = await store.claim(Q, {count: 500, leaseFor: MINUTE});
      await store.extend(Q, first!, MINUTE);
      await store.settle(Q, first!, {kind: 'done'});
    };
    await work();
    const monitor = await admin.monitor();
    ends.push(() => monitor.disconnect());
    const sent: string[] = [];
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (source !== 'lua') sent.push(args[0]!.toLowerCase());
    });
    await work();
    await expect.poll(() => sent, PATIENTLY).toEqual(['evalsha', 'evalsha', 'evalsha', 'evalsha']);
  });

  test('a crash of a server that writes everything down loses nothing: what waits, is claimed, is dead', async () => {
    const server = await start({args: ['--appendonly', 'yes', '--appendfsync', 'always']});
    const store = await open(server, {connection: 'reconnect'});
    await store.enqueue(Q, [
      ...items(6, (i) => ({class: i % 2 === 0 ? 'even' : 'odd', payload: {i}})),
      ...items(1, () => ({rank: 99, notBefore: Date.now() * 1_000 + HOUR})),
    ]);
    const [dead, claimed, done] = await store.claim(Q, {count: 3, leaseFor: HOUR});
    await store.settle(Q, dead!, {kind: 'dead', error: 'no route'});
    await store.settle(Q, done!, {kind: 'done'});
    const read = async (): Promise<unknown> => {
      const [facts] = await store.queues();
      const lists = (['waiting', 'claimed', 'dead'] as const).map((state) => store.items(Q, state, 100));
      // When something is due, `nextAt` is the server's now.
      return [{...facts, nextAt: 0}, await Promise.all(lists)];
    };
    const before = await read();
    await server.kill();
    await server.start();
    await expect.poll(() => store.now().then(Boolean, () => false), PATIENTLY).toBe(true);
    expect(await read()).toEqual(before);
    expect(await store.settle(Q, claimed!, {kind: 'done'})).toBe(true);
    const [next] = await store.claim(Q, {count: 1, leaseFor: HOUR});
    expect(next!.payload).toEqual({i: 3});
    expect(next!.fencingToken).toBeGreaterThan(claimed!.fencingToken);
    const [id] = await store.enqueue(Q, items(1));
    expect(id! > claimed!.id).toBe(true);
  });

  test('no fencing token comes twice, also when a crash took back what the server had counted', async () => {
    const server = await start();
    const [store, admin] = [await open(server), adminOf(server)];
    await store.enqueue(Q, items(1));
    const [early] = await store.claim(Q, {count: 1, leaseFor: MINUTE});
    // Everything since the last snapshot is gone: here there was none.
    await admin.flushall();
    await store.enqueue(Q, items(1));
    const [late] = await store.claim(Q, {count: 1, leaseFor: MINUTE});
    expect(late!.id).toBe(early!.id);
    expect(late!.fencingToken).toBeGreaterThan(early!.fencingToken);
    expect(await store.settle(Q, early!, {kind: 'done'})).toBe(false);
    expect(await store.settle(Q, late!, {kind: 'done'})).toBe(true);
  });

  test('nothing of a queue has a TTL, and an empty one leaves its last numbers only', async () => {
    const server = await start();
    const [store, admin] = [await open(server), adminOf(server)];
    await store.enqueue(
      Q,
      items(4, (i) => ({class: `class ${i}`, notBefore: i === 3 ? Number.MAX_SAFE_INTEGER : 0})),
    );
    const [dead] = await store.claim(Q, {count: 2, leaseFor: MINUTE});
    await store.settle(Q, dead!, {kind: 'dead', error: 'x'});
    const names = await admin.keys('*');
    expect(names.length).toBe(11);
    for (const name of names) expect(await admin.pttl(name)).toBe(-1);
    await store.drain(Q, 'waiting');
    await store.drain(Q, 'dead');
    const [claimed] = await store.items(Q, 'claimed', 1);
    expect(claimed!.class).toBe('class 1');
    await admin.zadd('rl:~:{~}:queue:mail:leases', 0, claimed!.id);
    const [again] = await store.claim(Q, {count: 1, leaseFor: MINUTE});
    await store.settle(Q, again!, {kind: 'done'});
    expect(await admin.keys('*')).toEqual(['rl:~:{~}:queue:mail:counters']);
    expect(Object.keys(await admin.hgetall('rl:~:{~}:queue:mail:counters')).sort()).toEqual([
      'died',
      'id',
      'token',
    ]);
  });

  test('one call moves and claims at most 500 items, and answers about 4 MB', async () => {
    const server = await start();
    let now = Date.now() * 1_000;
    const store = await open(server, {clock: () => now});
    await store.enqueue(
      Q,
      items(1_200, () => ({notBefore: now + S})),
    );
    now += S;
    expect(await store.claim(Q, {count: 5_000, leaseFor: S})).toHaveLength(500);
    expect(await store.queues()).toMatchObject([{due: 700, claimed: 500}]);
    expect(await store.claim(Q, {count: 5_000, leaseFor: S})).toHaveLength(500);
    expect(await store.claim(Q, {count: 5_000, leaseFor: S})).toHaveLength(200);
    // All leases end at once: they come back in steps, each of which hands out what it brought.
    now += S;
    const attempts: number[] = [];
    for (const expected of [500, 500, 200, 0]) {
      const claimed = await store.claim(Q, {count: 5_000, leaseFor: MINUTE});
      expect(claimed).toHaveLength(expected);
      attempts.push(...claimed.map((item) => item.attempts));
    }
    expect(new Set(attempts)).toEqual(new Set([1]));
    await store.enqueue(
      'long',
      items(40, () => ({payload: 'x'.repeat(200_000)})),
    );
    expect(await store.claim('long', {count: 40, leaseFor: S})).toHaveLength(21);
    expect(await store.drain('long', 'waiting')).toHaveLength(19);
  });

  test('whatever has another type under the name of a queue is named, and stays', async () => {
    const server = await start();
    const [store, admin] = [await open(server), adminOf(server)];
    await admin.set('rl:~:{~}:queue:mail:due', 'theirs');
    await expect(store.enqueue(Q, items(1))).rejects.toMatchObject({kind: 'foreign'});
    await expect(store.queues()).resolves.toEqual([]);
    expect(await admin.get('rl:~:{~}:queue:mail:due')).toBe('theirs');
  });

  test('the clock of the server decides, however wrong that of a client is', async () => {
    const server = await start();
    const store = await open(server);
    const theirs = Math.floor((performance.timeOrigin + performance.now()) * 1_000);
    vi.useFakeTimers({toFake: ['Date'], now: Date.parse('2020-02-03T00:00:00Z')});
    ends.push(() => vi.useRealTimers());
    await store.enqueue(
      Q,
      items(2, (i) => ({notBefore: i === 0 ? theirs + HOUR : theirs - S})),
    );
    const [due] = await store.claim(Q, {count: 2, leaseFor: MINUTE});
    expect(due!.payload).toBe(1);
    expect(Math.abs(due!.leasedUntil - MINUTE - theirs)).toBeLessThan(10 * S);
    expect(await store.claim(Q, {count: 2, leaseFor: MINUTE})).toEqual([]);
    const [facts] = await store.queues();
    expect(facts).toMatchObject({due: 0, nextAt: due!.leasedUntil});
    expect(Math.abs(facts!.oldestAt - theirs)).toBeLessThan(10 * S);
    expect(Math.abs((await store.now()) - theirs)).toBeLessThan(10 * S);
  });

  test('what facts tell adds up while workers are busy, in any number of queues', async () => {
    const server = await start();
    const stores = await Promise.all([1, 2, 3, 4].map(() => open(server)));
    const queues = Array.from({length: 40}, (_, i) => `${'q'.repeat(60)}${i}`);
    for (const queue of queues)
      await stores[0]!.enqueue(
        queue,
        items(20, (i) => ({class: `class ${i % 5}`})),
      );
    let isBusy = true;
    const work = async (store: Store): Promise<void> => {
      for (let i = 0; isBusy; i++) {
        const queue = queues[i % queues.length]!;
        for (const claimed of await store.claim(queue, {count: 3, leaseFor: HOUR}))
          await store.settle(queue, claimed, {kind: 'park', notBefore: 0});
      }
    };
    const workers = stores.slice(1).map(work);
    for (let i = 0; i < 100; i++) {
      for (const facts of await stores[0]!.queues()) {
        const waiting = [...facts.waiting.values()].reduce((sum, count) => sum + count, 0);
        expect(waiting).toBe(facts.due);
        expect(waiting + facts.claimed).toBe(20);
      }
    }
    isBusy = false;
    await Promise.all(workers);
  }, 120_000);
});
