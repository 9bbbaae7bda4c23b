import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {PoolLease} from '../../../src/engine/pool/pool.ts';
import type {ConcurrencyOptions} from '../../../src/guard/pool/concurrency-options.ts';
import type {Store} from '../../../src/store/port.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import {POOL_KIND} from '../../../src/store/stored-pool.ts';
import {MS} from '../../support/instants.ts';
import {startPostgres} from '../../support/servers/postgres-server.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import {RunningTime} from '../process-time.ts';
import {memoryStore, until, watchedStore} from '../support.ts';
import {CountingWork, poolFor, SPEC} from './pool-support.ts';

const gone = new StoreError('cannot reach it', {kind: 'unreachable', url: 'redis://r', hint: 'wait'});
const quiet = {onStoreLost: () => undefined};

test('a store that takes longer than a lease lasts gives no slot to who does not wait, and the answer comes', async () => {
  const store = memoryStore();
  const slow = new Proxy(store, {
    get: (target, name: keyof Store) => {
      const member = target[name] as (...args: readonly unknown[]) => unknown;
      if (name !== 'put') return typeof member === 'function' ? member.bind(target) : member;
      return async (...args: readonly unknown[]) => {
        await sleep(150);
        return member.apply(target, [...args]);
      };
    },
  });
  const pool = await poolFor({store: slow, spec: {...SPEC, lease: 100 * MS}});
  expect(await pool.tryAcquire()).toBeUndefined();
  await until(async () => (await pool.state()).running === 0);
});

describe('while the store is lost', () => {
  test('open: everything runs, without a slot of the pool', async () => {
    const watched = watchedStore(memoryStore());
    const pool = await poolFor({store: watched.store, onStoreError: 'open', events: quiet});
    watched.fault = gone;
    const slots = await Promise.all(Array.from({length: 20}, () => pool.acquire()));
    expect(slots.map(({source, fencingToken}) => `${source} ${fencingToken}`)).toEqual(
      Array.from({length: 20}, () => 'open 0'),
    );
    expect(await pool.state()).toMatchObject({source: 'open', running: 0});
    expect(pool.metrics).toMatchObject({granted: 20, withoutStore: 20});
  });

  test('closed: nothing new runs', async () => {
    const watched = watchedStore(memoryStore());
    const refused: string[] = [];
    const pool = await poolFor({
      store: watched.store,
      events: {...quiet, onRefused: (_, {reason}) => refused.push(reason)},
    });
    watched.fault = gone;
    await expect(pool.acquire()).rejects.toMatchObject({reason: 'store', cause: gone});
    await expect(pool.run(() => 1)).rejects.toMatchObject({reason: 'store', retryAfterMs: 1_000});
    expect(await pool.tryAcquire()).toBeUndefined();
    expect(refused).toEqual(['store', 'store', 'store']);
  });

  test('local: this process has its share of the pool and of its queue', async () => {
    const watched = watchedStore(memoryStore());
    const pool = await poolFor({
      ...{store: watched.store, spec: {...SPEC, max: 6, queue: 9}, instances: 3},
      ...{onStoreError: 'local', events: quiet},
    });
    watched.fault = gone;
    const slots = [await pool.acquire(), await pool.acquire()];
    expect(slots.map(({source}) => source)).toEqual(['local', 'local']);
    expect(await pool.tryAcquire()).toBeUndefined();
    const waiting = [pool.acquire(), pool.acquire(), pool.acquire()];
    await until(async () => (await pool.state()).waiting === 3);
    await expect(pool.acquire()).rejects.toMatchObject({reason: 'queue-full'});
    expect(await pool.state()).toMatchObject({source: 'local', max: 2, running: 2});
    for (const slot of slots) await slot.release();
    for (const next of waiting) await (await next).release();
    expect(await pool.state()).toMatchObject({running: 0, waiting: 0});
  });

  test.each([
    ['open', 'runs at once'],
    ['local', 'runs in a slot of its own process'],
    ['closed', 'is refused at once'],
  ] as const)('%s: who waited in the queue when the store went %s', async (onStoreError, what) => {
    const watched = watchedStore(memoryStore());
    const pool = await poolFor({
      ...{store: watched.store, spec: {...SPEC, max: 1}, onStoreError, events: quiet},
    });
    const slot = await pool.acquire();
    const waiting = pool.acquire().then(
      async (next) => {
        await next.release();
        return next.source === 'open' ? 'runs at once' : 'runs in a slot of its own process';
      },
      ({reason}) => `is refused at once${reason === 'store' ? '' : reason}`,
    );
    await until(async () => (await pool.state()).waiting === 1);
    watched.fault = gone;
    expect(await waiting).toBe(what);
    watched.fault = 'none';
    await slot.release();
  });

  test('a slot ends with its lease: its signal says so, and not before', async () => {
    const watched = watchedStore(memoryStore());
    const lost: number[] = [];
    const lease = 600;
    const pool = await poolFor({
      store: watched.store,
      spec: {...SPEC, lease: lease * MS},
      events: {...quiet, onLeaseLost: (_, {fencingToken}) => lost.push(fencingToken)},
    });
    const began = performance.now();
    const slot = await pool.acquire();
    const {signal} = slot;
    let ended = 0;
    signal.addEventListener('abort', () => {
      ended = performance.now();
    });
    watched.fault = gone;
    await until(() => signal.aborted);
    // A holder stops a twentieth before its end.
    expect(ended - began).toBeGreaterThan(lease * 0.94);
    expect(lost).toEqual([slot.fencingToken]);
    await slot.release();
  });

  test('what was given back meanwhile is free at the latest when the store is back', async () => {
    const store = memoryStore();
    const watched = watchedStore(store);
    const pool = await poolFor({store: watched.store, events: quiet});
    const slot = await pool.acquire();
    watched.fault = gone;
    await slot.release();
    const leases = async (): Promise<unknown> => {
      const document = await store.get(POOL_KIND, 'api');
      return (document!.value as {leases: unknown}).leases;
    };
    expect(await leases()).toHaveLength(1);
    watched.fault = 'none';
    await until(async () => ((await leases()) as unknown[]).length === 0);
  });

  test('a store that hangs counts as lost after timeoutMs, and is used again by itself; events tell once', async () => {
    const watched = watchedStore(memoryStore());
    const told: string[] = [];
    const pool = await poolFor({
      ...{store: watched.store, timeoutMs: 100, onStoreError: 'open'},
      events: {
        onStoreLost: ({message}) => told.push(message),
        onStoreBack: (ms) => told.push(ms > 0 ? 'back' : 'back at once'),
      },
    });
    await (await pool.acquire()).release();
    watched.fault = 'hang';
    const time = new RunningTime();
    expect((await pool.acquire()).source).toBe('open');
    expect(time.ms).toBeLessThan(1_000);
    watched.fault = 'none';
    await until(async () => {
      const slot = await pool.acquire();
      await slot.release();
      return slot.source === 'store';
    });
    expect(time.ms).toBeLessThan(5_000);
    expect(told).toEqual(['no answer within 100 ms (the store)', 'back']);
  });

  test('a pool that was forgotten by its store is put back by who knows of it', async () => {
    const store = memoryStore();
    const pool = await poolFor({store, spec: {...SPEC, max: 1, lease: 3_300 * MS}});
    const slot = await pool.acquire();
    await store.remove(POOL_KIND, 'api');
    expect(await pool.tryAcquire()).toBeUndefined();
    const leaseEnd = async (): Promise<number> => {
      const {leases} = (await store.get(POOL_KIND, 'api'))!.value as {leases: readonly PoolLease[]};
      return leases.find(({token}) => token === slot.fencingToken)!.until;
    };
    const end = await leaseEnd();
    // It is renewed as before.
    await until(async () => (await leaseEnd()) > end);
    expect(slot.signal.aborted).toBe(false);
    await slot.release();
    await (await pool.acquire()).release();
  });

  test('what somebody else wrote under the pool’s name counts as an empty pool', async () => {
    const store = memoryStore();
    await store.put(POOL_KIND, 'api', {leases: 'many'});
    const pool = await poolFor({store});
    await (await pool.acquire()).release();
    expect(await pool.state()).toMatchObject({source: 'store', running: 0});
  });
});

/** A server of our own that is killed, and started again without anything it knew (Redis) or with it (Postgres). */
const SERVERS = [
  [
    'redis',
    async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      return {url: server.url, kill: () => server.kill(), start: () => server.start()};
    },
  ],
  [
    'postgres',
    async () => {
      const server = await startPostgres();
      onTestFinished(() => server.stop());
      return {url: server.url, kill: () => server.kill(), start: () => server.start()};
    },
  ],
] as const;

describe.each(SERVERS)('%s is killed and started again', (_, start) => {
  test('work goes on meanwhile, and the pool is shared again within five seconds', {
    timeout: 60_000,
  }, async () => {
    const server = await start();
    const options: ConcurrencyOptions = {
      ...{store: server.url, spec: {...SPEC, max: 4}, timeoutMs: 2_000, instances: 2},
      onStoreError: 'local',
      events: quiet,
    };
    const pools = [await poolFor(options), await poolFor(options)] as const;
    const work = new CountingWork();
    let stopped = false;
    const failures: unknown[] = [];
    const loop = async (i: number): Promise<void> => {
      while (!stopped)
        await pools[i % 2]!.run(() => work.run(5)).catch((error: unknown) => failures.push(error));
    };
    const loops = Array.from({length: 8}, (_unused, i) => loop(i));
    await until(() => work.most === 4);
    await server.kill();
    const before = work.done;
    await until(() => work.done > before + 50);
    await sleep(1_000);
    await server.start();
    const time = new RunningTime();
    const isShared = async (): Promise<boolean> =>
      (await Promise.all(pools.map((pool) => pool.state()))).every(({source}) => source === 'store');
    await until(isShared);
    expect(time.ms).toBeLessThan(5_000);
    await sleep(300);
    work.most = 0;
    await sleep(500);
    stopped = true;
    await Promise.all(loops);
    expect(work.most).toBeLessThanOrEqual(4);
    expect(failures).toEqual([]);
  });
});
