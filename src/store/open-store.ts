import type {Store} from './port.ts';
import type {StoreOptions, StoreTarget} from './store-target.ts';

/** Opens a store; drivers are loaded when they are needed. Rejects with a `StoreError` when it cannot be used. */
export const openStore = async (target: StoreTarget, options: StoreOptions): Promise<Store> => {
  switch (target.kind) {
    case 'memory': {
      const {MemoryStore} = await import('./memory/memory-store.ts');
      return new MemoryStore(options);
    }
    case 'sqlite': {
      const {openSqliteStore} = await import('./sqlite/open-sqlite-store.ts');
      return openSqliteStore(target, options);
    }
    case 'redis': {
      const {openRedisStore} = await import('./redis/open-redis-store.ts');
      return openRedisStore(target, options);
    }
    case 'postgres': {
      const {openPostgresStore} = await import('./postgres/open-postgres-store.ts');
      return openPostgresStore(target, options);
    }
  }
};
