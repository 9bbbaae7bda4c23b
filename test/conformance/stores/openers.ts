import {inject} from 'vitest';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import type {Store} from '../../../src/store/port.ts';
import type {StoreOptions} from '../../../src/store/store-target.ts';
import {openTestStore as openPostgres} from '../../store/postgres/postgres-place.ts';
import {openTestStore as openRedis} from '../../store/redis/redis-target.ts';
import {sqlitePlace} from '../../store/sqlite/sqlite-place.ts';

/** A store that is empty, and how it is thrown away. */
export interface OpenedStore {
  readonly name: string;
  readonly store: Store;
  readonly close: () => Promise<void>;
}

export type StoreOpener = (options: Partial<StoreOptions>) => Promise<OpenedStore>;

const closing = (name: string, store: Store): OpenedStore => ({name, store, close: () => store.close()});

/** Every kind of store there is. Redis and Postgres are those of the run, under names of their own. */
export const STORE_OPENERS: Readonly<Record<string, StoreOpener>> = {
  memory: async (options) => closing('memory', new MemoryStore({access: 'write', ...options})),
  sqlite: async (options) => {
    const place = await sqlitePlace();
    const store = await place.open(options);
    const close = async (): Promise<void> => {
      await store.close();
      await place.remove();
    };
    return {name: 'sqlite', store, close};
  },
  redis: async (options) => closing('redis', await openRedis(inject('redisUrl'), options)),
  postgres: async (options) => closing('postgres', await openPostgres(inject('databaseUrl'), options)),
};
