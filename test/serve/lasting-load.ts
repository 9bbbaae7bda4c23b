import type {PoolState} from '../../src/engine/pool/pool.ts';
import type {Store} from '../../src/store/port.ts';
import {POOL_KIND} from '../../src/store/stored-pool.ts';
import {overloaded, putPool} from '../operate/load-state.ts';
import {MINUTE} from '../support/instants.ts';

/** `overloaded`, and whoever holds a slot or waits for one goes on doing so while somebody looks, however slowly. */
export const lastingLoad = async (store: Store): Promise<void> => {
  const now = await store.now();
  await overloaded(store, now);
  const {value} = (await store.get(POOL_KIND, 'api'))!;
  const state = value as PoolState;
  const until = now + 10 * MINUTE;
  await putPool(store, 'api', {
    ...state,
    leases: state.leases.map((lease) => ({...lease, until})),
    waiting: state.waiting.map((waiter) => ({...waiter, until, seen: until})),
  });
};
