import {setTimeout} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {StoreError} from '../../../src/store/store-error.ts';
import {memoryStore, until, watchedStore} from '../support.ts';
import {gate, isEmpty, mailFacts, queueFor, SHORT_LEASE} from './queue-support.ts';

const gone = new StoreError('cannot reach it', {kind: 'unreachable', url: 'redis://r', hint: 'wait'});

test('a store that goes away and comes back costs no item; events tell once', async () => {
  const store = memoryStore();
  const watched = watchedStore(store);
  const told: string[] = [];
  const queue = await queueFor({
    store: watched.store,
    events: {
      onStoreLost: ({message}) => told.push(message),
      onStoreBack: (ms) => told.push(ms > 0 ? 'back' : 'back at once'),
    },
  });
  const handled: string[] = [];
  queue.work((payload) => handled.push(payload));
  await queue.add('a', {class: 'high'});
  await until(() => isEmpty(store));
  watched.fault = gone;
  await expect(queue.add('b', {class: 'high'})).rejects.toThrow(StoreError);
  await store.enqueue('mail', [{class: 'high', rank: 1, notBefore: 0, payload: {payload: 'c'}}]);
  await store.announce();
  await until(() => told.length === 1);
  await setTimeout(500);
  watched.fault = 'none';
  await until(() => handled.length === 2);
  await until(() => isEmpty(store));
  expect(handled).toEqual(['a', 'c']);
  expect(told).toEqual(['cannot reach it (redis://r)', 'back']);
});

test('what was done while the store was away is settled when it is back, and not done again', async () => {
  const store = memoryStore();
  const watched = watchedStore(store);
  const queue = await queueFor({
    ...{store: watched.store, spec: SHORT_LEASE},
    events: {onStoreLost: () => undefined},
  });
  await queue.add('a', {class: 'high'});
  const {opened, open} = gate();
  let calls = 0;
  let aborted = false;
  queue.work(async (_, {signal}) => {
    calls++;
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    await opened;
  });
  await until(() => calls === 1);
  watched.fault = gone;
  // Longer than the lease of 300 ms: others could have the item.
  await until(() => aborted);
  open();
  await setTimeout(300);
  expect(await mailFacts(store)).toMatchObject({claimed: 1});
  watched.fault = 'none';
  await until(() => isEmpty(store));
  expect(calls).toBe(1);
});

test('a store that is away keeps nobody from stopping', async () => {
  const watched = watchedStore(memoryStore());
  const queue = await queueFor({store: watched.store, events: {onStoreLost: () => undefined}});
  await queue.add('a', {class: 'high'});
  const {opened, open} = gate();
  const worker = queue.work(async () => opened);
  await until(() => worker.running === 1);
  watched.fault = gone;
  const stopping = worker.stop();
  open();
  await stopping;
  watched.fault = 'none';
});
