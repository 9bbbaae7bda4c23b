import {setTimeout} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {WorkItem} from '../../../src/guard/queue/queue-options.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import {MINUTE} from '../../support/instants.ts';
import {RunningTime} from '../process-time.ts';
import {ManualClock, memoryStore, until, watchedStore} from '../support.ts';
import {gate, isEmpty, mailFacts, queueFor, SHORT_LEASE, SPEC} from './queue-support.ts';

describe('order', () => {
  test('items are handled by rank, once each, and leave the queue', async () => {
    const store = memoryStore();
    const queue = await queueFor({store});
    for (const name of ['l1', 'h1', 'l2', 'h2'])
      await queue.add(name, {class: name.startsWith('h') ? 'high' : 'low'});
    const handled: string[] = [];
    queue.work((payload) => handled.push(payload));
    await until(() => isEmpty(store));
    expect(handled).toEqual(['h1', 'h2', 'l1', 'l2']);
  });

  test('what is added while a worker sleeps is taken at once, what has a delay when it is due', async () => {
    const store = memoryStore();
    const queue = await queueFor({store});
    const handled: string[] = [];
    queue.work((payload) => handled.push(payload));
    await setTimeout(300);
    const time = new RunningTime();
    await queue.add('a', {class: 'high'});
    await until(() => handled.length === 1);
    expect(time.ms).toBeLessThan(150);
    const [later, began] = [new RunningTime(), performance.now()];
    await queue.add('b', {class: 'high', delayMs: 600});
    await until(() => handled.length === 2);
    expect(performance.now() - began).toBeGreaterThanOrEqual(599);
    expect(later.ms).toBeLessThan(750);
  });

  test('a worker hears of what another process adds', async () => {
    const store = memoryStore();
    const [here, there] = [await queueFor({store}), await queueFor({store})];
    const handled: string[] = [];
    here.work((payload) => handled.push(payload));
    await setTimeout(300);
    const time = new RunningTime();
    await there.add('a', {class: 'high'});
    await until(() => handled.length === 1);
    expect(time.ms).toBeLessThan(400);
  });

  test('no more than concurrency items are worked on at once, by two workers twice as many', async () => {
    const store = memoryStore();
    const queue = await queueFor({store});
    for (let i = 0; i < 40; i++) await queue.add(`${i}`, {class: 'high'});
    let now = 0;
    let most = 0;
    const handled: string[] = [];
    const handler = async (payload: string): Promise<void> => {
      most = Math.max(most, ++now);
      await setTimeout(10);
      now--;
      handled.push(payload);
    };
    queue.work(handler, {concurrency: 3});
    queue.work(handler, {concurrency: 3});
    await until(() => isEmpty(store));
    expect(most).toBe(6);
    expect(new Set(handled).size).toBe(40);
    expect(handled).toHaveLength(40);
  });
});

describe('failures', () => {
  test('a handler that throws is called again after a wait, and after the last attempt the item is dead', async () => {
    const store = memoryStore();
    const told: unknown[] = [];
    const queue = await queueFor({
      store,
      random: () => 1,
      events: {
        onRetry: ({attempts}, {afterMs}) => told.push(['retry', attempts, afterMs]),
        onDead: ({attempts}, error) => told.push(['dead', attempts, (error as Error).message]),
      },
    });
    const attempts: [number, string][] = [];
    await queue.add('a', {class: 'high'});
    queue.work((_, {attempt, lastError}) => {
      attempts.push([attempt, lastError]);
      throw new Error(`no ${attempt}`);
    });
    await until(async () => (await mailFacts(store))?.dead === 1);
    expect(attempts).toEqual([
      [1, ''],
      [2, 'no 1'],
      [3, 'no 2'],
    ]);
    expect(told).toEqual([
      ['retry', 1, 20],
      ['retry', 2, 40],
      ['dead', 3, 'no 3'],
    ]);
    expect(await store.items('mail', 'dead', 1)).toMatchObject([
      {error: 'no 3', attempts: 3, payload: {payload: 'a'}},
    ]);
  });

  test('whatever is thrown becomes text, and nothing of it reaches a terminal unescaped', async () => {
    const store = memoryStore();
    const queue = await queueFor({store, spec: {...SPEC, maxAttempts: 1}});
    const hostile = {
      toString: () => {
        throw new Error('no text');
      },
    };
    const thrown: Readonly<Record<string, unknown>> = {a: '\u001b[31m', b: undefined, c: hostile};
    for (const name of ['a', 'b', 'c']) await queue.add(name, {class: 'high'});
    queue.work((payload) => Promise.reject(thrown[payload]));
    await until(async () => (await mailFacts(store))?.dead === 3);
    expect((await store.items('mail', 'dead', 3)).map(({error}) => error)).toEqual([
      'the handler threw something that has no text',
      'undefined',
      '\\u001b[31m',
    ]);
  });

  test('what no queue put in is dead at once, and the handler does not see it', async () => {
    const store = memoryStore();
    const item = {class: 'high', rank: 0, notBefore: 0};
    await store.enqueue('mail', [
      {...item, payload: 'text'},
      {...item, payload: {payload: 1, cost: -1}},
      {...item, payload: {payload: 1, attributes: 'x'}},
    ]);
    const queue = await queueFor({store});
    const handled: unknown[] = [];
    queue.work((payload) => handled.push(payload));
    await until(async () => (await mailFacts(store))?.dead === 3);
    expect(handled).toEqual([]);
  });

  test('an item whose workers died as often as attempts are allowed is dead, and not tried again', async () => {
    const store = memoryStore();
    const queue = await queueFor({store});
    await queue.add('a', {class: 'high'});
    for (let i = 0; i < 3; i++) {
      expect(await store.claim('mail', {count: 1, leaseFor: 1})).toHaveLength(1);
      await setTimeout(2);
    }
    const handled: unknown[] = [];
    queue.work((payload) => handled.push(payload));
    await until(async () => (await mailFacts(store))?.dead === 1);
    expect(handled).toEqual([]);
    expect(await store.items('mail', 'dead', 1)).toMatchObject([{error: 'the worker died or took too long'}]);
  });

  test('a listener that throws disturbs nobody', async () => {
    const store = memoryStore();
    const onDone = (): never => {
      throw new Error('a listener’s fault');
    };
    const queue = await queueFor({store, events: {onDone}});
    for (let i = 0; i < 3; i++) await queue.add('a', {class: 'high'});
    queue.work(() => undefined);
    await until(() => isEmpty(store));
  });
});

describe('leases', () => {
  test('a handler that takes longer than the lease keeps its item', async () => {
    const clock = new ManualClock();
    const watched = watchedStore(memoryStore(clock));
    const queue = await queueFor({store: watched.store, spec: SHORT_LEASE});
    await queue.add('a', {class: 'high'});
    let calls = 0;
    const {opened, open} = gate();
    const handler = (): Promise<void> => {
      calls++;
      return opened;
    };
    queue.work(handler);
    queue.work(handler);
    const another = async (name: string): Promise<void> => {
      const before = watched.calls.get(name) ?? 0;
      await until(() => (watched.calls.get(name) ?? 0) > before);
    };
    // Five times two thirds of a lease, and the other worker looks each time.
    for (let i = 0; i < 5; i++) {
      await another('extend');
      expect((await mailFacts(watched.store))!.nextAt - clock.now).toBe(SHORT_LEASE.lease);
      clock.advance((SHORT_LEASE.lease * 2) / 3);
      await another('claim');
    }
    open();
    await until(() => isEmpty(watched.store));
    expect(calls).toBe(1);
  });

  test('a claim that somebody else has taken is lost: the signal says so, and nothing is settled', async () => {
    const store = memoryStore();
    const watched = watchedStore(store);
    const told: string[] = [];
    const queue = await queueFor({
      ...{store: watched.store, spec: SHORT_LEASE},
      events: {
        onClaimLost: ({attempts}) => told.push(`lost ${attempts}`),
        onDone: () => told.push('done'),
        onRetry: () => told.push('retry'),
        onStoreLost: () => undefined,
      },
    });
    await queue.add('a', {class: 'high'});
    const items: WorkItem[] = [];
    const {opened, open} = gate();
    const worker = queue.work((_, item) => {
      items.push(item);
      return opened;
    });
    await until(() => items.length === 1);
    watched.fault = new StoreError('cut off', {kind: 'unreachable', url: 'memory:', hint: 'wait'});
    await until(() => items[0]!.signal.aborted);
    // Whoever can still reach the store gets the item.
    await until(async () => (await store.claim('mail', {count: 1, leaseFor: MINUTE})).length === 1);
    watched.fault = 'none';
    const asked = watched.calls.get('extend')!;
    await until(() => watched.calls.get('extend')! > asked);
    open();
    await worker.stop();
    expect(told).toEqual(['lost 0']);
    expect(items).toHaveLength(1);
    expect(await store.items('mail', 'claimed', 2)).toMatchObject([{attempts: 1}]);
  });
});

describe('stopping', () => {
  test('stop waits for what is under way, takes nothing more, and leaves the rest', async () => {
    const store = memoryStore();
    const queue = await queueFor({store});
    for (let i = 0; i < 5; i++) await queue.add(`${i}`, {class: 'high'});
    const {opened, open} = gate();
    const handled: string[] = [];
    const worker = queue.work(
      async (payload) => {
        await opened;
        handled.push(payload);
      },
      {concurrency: 2},
    );
    await until(() => worker.running === 2);
    let stopped = false;
    const stopping = worker.stop().then(() => {
      stopped = true;
    });
    await setTimeout(50);
    expect(stopped).toBe(false);
    open();
    await stopping;
    expect(handled).toEqual(['0', '1']);
    expect(worker.running).toBe(0);
    expect(await mailFacts(store)).toMatchObject({due: 3, claimed: 0});
  });

  test('what a question under way brings after stop goes back, as if it had not been claimed', async () => {
    const store = memoryStore();
    const {opened, open} = gate();
    const claim = store.claim.bind(store);
    store.claim = async (...args) => {
      await opened;
      return claim(...args);
    };
    const queue = await queueFor({store});
    await queue.add('a', {class: 'high'});
    const worker = queue.work(() => undefined);
    const stopping = worker.stop();
    open();
    await stopping;
    expect(await store.items('mail', 'waiting', 1)).toMatchObject([{attempts: 0, error: ''}]);
  });

  test('a queue that is off adds, and takes nothing', async () => {
    const store = memoryStore();
    const queue = await queueFor({store, enabled: false});
    await queue.add('a', {class: 'high'});
    const worker = queue.work(() => undefined);
    await setTimeout(100);
    expect(await mailFacts(store)).toMatchObject({due: 1});
    await worker.stop();
  });
});

test('a busy worker leaves timers and sockets their turn, also with a store that answers at once', async () => {
  const store = memoryStore();
  const queue = await queueFor({store});
  for (let i = 0; i < 5_000; i++) await queue.add('a', {class: 'high'});
  let done = 0;
  queue.work(() => done++);
  await setTimeout(1);
  expect(done).toBeLessThan(2_500);
});

describe('what an idle worker costs', () => {
  test('it sleeps until something is due, and asks no more often than every 200 ms whatever it hears', async () => {
    const watched = watchedStore(memoryStore());
    const queue = await queueFor({store: watched.store});
    queue.work(() => undefined, {concurrency: 10});
    await setTimeout(100);
    watched.calls.clear();
    await setTimeout(1_000);
    expect(watched.calls.get('claim') ?? 0).toBe(0);
    const began = performance.now();
    for (let i = 0; i < 100; i++) {
      await watched.store.announce();
      await setTimeout(10);
    }
    expect(watched.calls.get('claim')).toBeLessThanOrEqual(5 + (performance.now() - began) / 200);
  });

  test('where others are always faster it does not ask all the time', async () => {
    const store = memoryStore();
    await store.enqueue('mail', [{class: 'high', rank: 1, notBefore: 0, payload: {payload: 'a'}}]);
    const watched = watchedStore(store);
    const outrun = new Proxy(watched.store, {
      get: (target, name) => {
        const member = target[name as 'claim'];
        return name === 'claim' ? async () => [] : member.bind(target);
      },
    });
    const queue = await queueFor({store: outrun});
    const began = performance.now();
    queue.work(() => undefined);
    await setTimeout(1_000);
    expect(watched.calls.get('queues')).toBeLessThanOrEqual(4 + (performance.now() - began) / 200);
  });
});
