import {expect, test} from 'vitest';
import {createBreaker} from '../../../src/guard/breaker/create-breaker.ts';
import type {Store} from '../../../src/store/port.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import {gate} from '../queue/queue-support.ts';
import {memoryStore, until, watchedStore} from '../support.ts';

/** A store that takes its time to listen; who listens is counted. */
const slowToListen = (store: Store, opened: Promise<void>): {readonly store: Store; listening: number} => {
  const slow = {store, listening: 0};
  const listen: Store['listen'] = async (onNews, topic) => {
    slow.listening++;
    await opened;
    const unlisten = await store.listen(onNews, topic);
    return async () => {
      slow.listening--;
      await unlisten();
    };
  };
  slow.store = new Proxy(store, {
    get: (target, name) => (name === 'listen' ? listen : target[name as keyof Store]),
  });
  return slow;
};

test('a store that is lost again before it listens is listened to once, and not after the breaker is closed', async () => {
  const watched = watchedStore(memoryStore());
  const listens = gate();
  const slow = slowToListen(watched.store, listens.opened);
  let back = 0;
  const breaker = await createBreaker({
    policy: {
      version: 1,
      limits: [{name: 'any', key: 'all', rate: '1/s'}],
      breakers: {api: {failures: 3}},
    },
    store: slow.store,
    events: {onStoreLost: () => undefined, onStoreBack: () => void back++},
  });
  watched.fault = new StoreError('gone', {kind: 'unreachable', url: 'redis://far', hint: ''});
  await until(() => breaker.storeState === 'lost');
  watched.fault = 'none';
  await until(() => back > 0);
  listens.open();
  expect(slow.listening).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  await breaker.close();
  expect(slow.listening).toBe(0);
});
