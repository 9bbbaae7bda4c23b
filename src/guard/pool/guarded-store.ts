import type {PoolStore} from '../../store/stored-pool.ts';
import type {StoreGuard} from '../store-guard.ts';

/** The store behind a guard: each call has its own time limit, and all fail at once while the store is lost. */
export const guardedStore = (guard: StoreGuard): PoolStore => ({
  get: (kind, id) => guard.decide((store) => store.get(kind, id)),
  put: (kind, id, value, options) => guard.decide((store) => store.put(kind, id, value, options)),
  now: () => guard.decide((store) => store.now()),
  notify: (topic) => guard.aside((store) => store.notify(topic)),
  listen: (onNews, topic) => guard.aside((store) => store.listen(onNews, topic)),
});
