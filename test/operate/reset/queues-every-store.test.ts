import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, describe, expect, inject, test, vi} from 'vitest';
import {drainQueue, previewDrain} from '../../../src/operate/reset/drain-queue.ts';
import {LineFile} from '../../../src/operate/reset/line-file.ts';
import {
  type DrainedState,
  extendQueueReceipt,
  formatQueueLine,
  QUEUE_RECEIPT_SCHEMA,
  type QueueReceipt,
} from '../../../src/operate/reset/queue-receipt.ts';
import {readQueueReceipt} from '../../../src/operate/reset/read-queue-receipt.ts';
import {QueueRestore, type Restored} from '../../../src/operate/reset/restore-queue.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {MINUTE} from '../../support/instants.ts';
import {enqueue, kill} from '../section-state.ts';
import {folder, HEADER, memoryStore} from './stores.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const STORES: readonly (readonly [string, () => string])[] = [
  ['memory', () => 'memory:'],
  ['SQLite', () => 'sqlite:state.db'],
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`],
];

const receiptAt = (path: string, queue: string, state: DrainedState): QueueReceipt => {
  const {by, host, why, at} = HEADER;
  const header = {
    schema: QUEUE_RECEIPT_SCHEMA,
    action: 'reset',
    context: null,
    store: 'x',
    queue,
    state,
    by,
    host,
    why,
    at,
  };
  return LineFile.create(path, resolve, {header, format: formatQueueLine});
};

const restore = async (path: string, store: Store): Promise<Restored> => {
  const plan = await QueueRestore.of(readQueueReceipt(path, path), store);
  return plan.run(store, extendQueueReceipt(path, resolve), () => undefined);
};

const payloadsIn = async (store: Store, queue: string): Promise<readonly unknown[]> =>
  (await store.items(queue, 'waiting', 10_000)).map(({payload}) => payload);

describe.each(STORES)('a queue in %s', (_, url) => {
  const cwd = mkdtempSync(join(tmpdir(), 'ratectl-queues-'));
  let store: Store;
  beforeAll(async () => {
    const target = parseStoreUrl(url(), {folder: cwd, env: {}, name: 'test'});
    store = await openStore(target, {access: 'write'});
  });
  afterAll(async () => {
    await store.close();
    rmSync(cwd, {recursive: true});
  });

  test('is drained and put back, item by item as it was, whatever is in it', async () => {
    const items = [...HOSTILE_KEYS, ...Array.from({length: 230}, (_one, n) => `item ${n}`)];
    await enqueue(
      store,
      'calls',
      items.map((payload, i) => [i % 2 === 0 ? 'interactive' : 'batch', {payload}] as const),
    );
    const before = await store.items('calls', 'waiting', 10_000);
    const path = join(folder(), 'receipt.jsonl');
    const target = {store, queue: 'calls', state: 'waiting'} as const;
    const {items: planned} = await previewDrain(target);
    expect(planned).toBe(items.length);
    const seen: number[] = [];
    const drained = await drainQueue(target, planned, receiptAt(path, 'calls', 'waiting'), (n) =>
      seen.push(n),
    );
    expect(drained).toEqual({items: planned, failure: undefined});
    expect(seen.at(-1)).toBe(planned);
    expect(await payloadsIn(store, 'calls')).toEqual([]);
    expect(await restore(path, store)).toEqual({items: planned, failure: undefined});
    const after = await store.items('calls', 'waiting', 10_000);
    const told = (all: typeof after) =>
      all.map(({class: name, rank, notBefore, payload}) => ({name, rank, notBefore, payload}));
    expect(told(after)).toEqual(told(before));
    expect((await restore(path, store)).items).toBe(0);
  });

  test('gives up its dead items alone; what a worker has stays the worker’s', async () => {
    await enqueue(store, 'dying', [
      ['normal', 1],
      ['normal', 2],
      ['normal', 3],
    ]);
    await kill(store, 'dying', 1);
    const [claim] = await store.claim('dying', {count: 1, leaseFor: MINUTE});
    const path = join(folder(), 'receipt.jsonl');
    const target = {store, queue: 'dying', state: 'dead'} as const;
    expect(await previewDrain(target)).toMatchObject({items: 1, claimed: 1});
    await drainQueue(target, 1, receiptAt(path, 'dying', 'dead'), () => undefined);
    expect(await store.items('dying', 'dead', 10)).toEqual([]);
    expect(await payloadsIn(store, 'dying')).toEqual([3]);
    expect(await store.settle('dying', claim!, {kind: 'done'})).toBe(true);
  });

  test('is drained of as many as there were, while others go on putting some in', async () => {
    await enqueue(
      store,
      'busy',
      Array.from({length: 150}, (_one, n) => ['normal', n] as const),
    );
    const path = join(folder(), 'receipt.jsonl');
    const producer: Store = new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'drain') return typeof value === 'function' ? value.bind(target) : value;
        return async (queue: string, state: DrainedState, count: number) => {
          await enqueue(store, 'busy', [['normal', 'late']]);
          return target.drain(queue, state, count);
        };
      },
    });
    const target = {store: producer, queue: 'busy', state: 'waiting'} as const;
    await drainQueue(target, 150, receiptAt(path, 'busy', 'waiting'), () => undefined);
    expect(await payloadsIn(store, 'busy')).toEqual(['late', 'late']);
    await restore(path, store);
    expect(new Set(await payloadsIn(store, 'busy')).size).toBe(151);
  });
});

describe('when the store fails', () => {
  const failing = (store: Store, after: number): Store => {
    let calls = 0;
    return new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'drain' && calls++ >= after) return () => Promise.reject(new Error('lost'));
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };

  test('in the middle, what was done is answered, and an undo puts back that alone', async () => {
    const store = memoryStore();
    await enqueue(
      store,
      'calls',
      Array.from({length: 250}, (_one, n) => ['normal', n] as const),
    );
    const path = join(folder(), 'receipt.jsonl');
    const target = {store: failing(store, 2), queue: 'calls', state: 'waiting'} as const;
    const drained = await drainQueue(target, 250, receiptAt(path, 'calls', 'waiting'), () => undefined);
    expect(drained).toMatchObject({items: 200, failure: {message: 'lost'}});
    expect(await payloadsIn(store, 'calls')).toHaveLength(50);
    expect((await restore(path, store)).items).toBe(200);
    expect(new Set(await payloadsIn(store, 'calls'))).toEqual(
      new Set(Array.from({length: 250}, (_one, n) => n)),
    );
  });

  test('before anything was tried, there is no receipt', async () => {
    const store = memoryStore();
    const path = join(folder(), 'receipt.jsonl');
    const away = {
      queues: () => Promise.reject(new Error('away')),
      items: () => Promise.reject(new Error('away')),
      drain: () => Promise.reject(new Error('away')),
    };
    const receipt = receiptAt(path, 'calls', 'waiting');
    await expect(
      drainQueue({store: away, queue: 'calls', state: 'waiting'}, 1, receipt, () => undefined),
    ).rejects.toThrow('away');
    expect(() => readQueueReceipt(path, path)).toThrow(/cannot read/);
    expect(await store.queues()).toEqual([]);
  });
});
