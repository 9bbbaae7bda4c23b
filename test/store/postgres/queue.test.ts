import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {afterEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import type {ClaimedItem, NewQueueItem, Store} from '../../../src/store/port.ts';
import type {StoreOptions} from '../../../src/store/store-target.ts';
import {PATIENCE_MS} from '../../support/in-time.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();
const Q = 'mail';

const open = async (options: Partial<StoreOptions> & {schema?: string} = {}, query = ''): Promise<Store> => {
  const store = await openTestStore(`${server().url}${query}`, {connection: 'reconnect', ...options});
  onTestFinished(() => store.close());
  return store;
};

const itemOf = (n: number, more: Partial<NewQueueItem> = {}): NewQueueItem => ({
  class: 'normal',
  rank: n,
  notBefore: 0,
  payload: n,
  ...more,
});

const itemsUpTo = (count: number): NewQueueItem[] => Array.from({length: count}, (_, n) => itemOf(n));

describe('a server that is killed (kill -9) and started again', () => {
  const server = serverForTests();

  /** SIGKILL, which leaves nothing tidied up; its children go by themselves, and until then it cannot be started. */
  const killHard = async (): Promise<void> => {
    const [pid] = readFileSync(join(server().dir, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await server().kill();
  };
  const startAgain = async (): Promise<void> => {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await server().start();
      } catch (error) {
        if (performance.now() > end) throw error;
        await sleep(200);
      }
    }
  };

  test(
    'has every item, claim and dead one, also in a schema that is UNLOGGED, and its numbers go on',
    async () => {
      const store = await openTestStore(`${server().url}?unlogged=true`, {connection: 'reconnect'});
      onTestFinished(() => store.close());
      const ids = await store.enqueue(Q, [...itemsUpTo(4), itemOf(4, {notBefore: Number.MAX_SAFE_INTEGER})]);
      const [claimed, dead, done] = await store.claim(Q, {count: 3, leaseFor: HOUR});
      await store.settle(Q, dead!, {kind: 'dead', error: 'no route'});
      await store.settle(Q, done!, {kind: 'done'});
      const before = {facts: await store.queues(), dead: await store.items(Q, 'dead', 10)};
      expect(before.facts).toMatchObject([{due: 1, claimed: 1, dead: 1, waiting: new Map([['normal', 2]])}]);
      await killHard();
      await startAgain();
      expect({facts: await store.queues(), dead: await store.items(Q, 'dead', 10)}).toEqual(before);
      expect(await store.extend(Q, claimed!, HOUR)).toBe(true);
      expect(await store.settle(Q, claimed!, {kind: 'done'})).toBe(true);
      const [next] = await store.claim(Q, {count: 1, leaseFor: HOUR});
      expect(next!.fencingToken).toBeGreaterThan(done!.fencingToken);
      const [id] = await store.enqueue(Q, [itemOf(5)]);
      expect(id! > ids.at(-1)!).toBe(true);
    },
    4 * PATIENCE_MS,
  );
});

describe('eight connections that claim at once', () => {
  test('never share an item, do each once, and wait for nobody', async () => {
    const schema = randomSchema();
    const stores = await Promise.all(
      Array.from({length: 8}, () => open({schema, connection: 'once', timeoutMs: 5_000})),
    );
    const total = 3_000;
    await stores[0]!.enqueue(Q, itemsUpTo(total));
    const holders = new Map<string, number>();
    const done: unknown[] = [];
    const worker = async (store: Store, n: number): Promise<void> => {
      for (let i = 0; ; i++) {
        const claimed = await store.claim(Q, {count: 1 + ((i + n) % 7), leaseFor: HOUR});
        if (claimed.length === 0) return;
        for (const {id} of claimed) {
          expect(holders.has(id)).toBe(false);
          holders.set(id, n);
        }
        for (const item of claimed) {
          holders.delete(item.id);
          // Some come again, with an attempt more.
          const again = item.attempts === 0 && Number(item.payload) % 5 === 0;
          const settlement = again
            ? ({kind: 'retry', notBefore: 0, error: 'once more'} as const)
            : ({kind: 'done'} as const);
          expect(await store.settle(Q, item, settlement)).toBe(true);
          if (!again) done.push(item.payload);
        }
      }
    };
    await Promise.all(stores.map(worker));
    // A worker may stop while another is about to put one back.
    await worker(stores[0]!, 0);
    expect(done).toHaveLength(total);
    expect(new Set(done).size).toBe(total);
    expect(await stores[0]!.queues()).toEqual([]);
    const [database] = await server().sql(
      "select deadlocks from pg_stat_database where datname = 'postgres'",
    );
    expect(Number(database!['deadlocks'])).toBe(0);
  }, 60_000);

  test('of leases that all ended give each item to one, with one attempt more', async () => {
    const schema = randomSchema();
    const stores = await Promise.all(Array.from({length: 8}, () => open({schema, connection: 'once'})));
    await stores[0]!.enqueue(Q, itemsUpTo(500));
    await stores[0]!.claim(Q, {count: 500, leaseFor: 1});
    const claimed: ClaimedItem[] = [];
    await Promise.all(
      stores.map(async (store) => {
        // What another one is about to claim is passed over, and may yet be left.
        for (let i = 0; i < 20 || claimed.length < 500; i++)
          claimed.push(...(await store.claim(Q, {count: 10, leaseFor: HOUR})));
      }),
    );
    expect(new Set(claimed.map(({id}) => id)).size).toBe(500);
    expect(claimed).toHaveLength(500);
    expect(new Set(claimed.map(({attempts}) => attempts))).toEqual(new Set([1]));
  });

  test('an item that a transaction of somebody else holds is passed over', async () => {
    const schema = randomSchema();
    const store = await open({schema});
    await store.enqueue(Q, itemsUpTo(2));
    const other = new pg.Client(server().url);
    await other.connect();
    onTestFinished(() => other.end());
    await other.query('begin');
    await other.query(`select from ${schema}.queue_items order by id limit 1 for update`);
    const payloads = async (): Promise<unknown[]> =>
      (await store.claim(Q, {count: 10, leaseFor: HOUR})).map(({payload}) => payload);
    expect(await payloads()).toEqual([1]);
    await other.query('commit');
    expect(await payloads()).toEqual([0]);
  });
});

describe('the clock of the server', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    ['a day ahead', 24 * 3_600_000],
    ['a day behind', -24 * 3_600_000],
  ])('rules where the one of a worker is %s', async (_name, skewMs) => {
    const store = await open();
    vi.useFakeTimers({toFake: ['Date'], now: Date.now() + skewMs});
    const began = performance.now();
    const now = await store.now();
    const isNow = (instant: number): void => {
      const passed = (performance.now() - began) * 1_000;
      expect(Math.abs(instant - now)).toBeLessThan(5 * S + passed);
    };
    const [row] = await server().sql('select extract(epoch from clock_timestamp()) * 1e6 as now');
    isNow(Number(row!['now']));
    await store.enqueue(Q, [itemOf(0), itemOf(1, {notBefore: now + HOUR}), itemOf(2, {notBefore: now - 1})]);
    const claimed = await store.claim(Q, {count: 10, leaseFor: MINUTE});
    expect(claimed.map(({payload}) => payload)).toEqual([0, 2]);
    isNow(claimed[0]!.enqueuedAt);
    isNow(claimed[0]!.leasedUntil - MINUTE);
    expect(await store.extend(Q, claimed[0]!, HOUR)).toBe(true);
    expect(await store.claim(Q, {count: 10, leaseFor: MINUTE})).toEqual([]);
    expect(await store.queues()).toMatchObject([{due: 0, claimed: 2, waiting: new Map([['normal', 1]])}]);
  });
});
