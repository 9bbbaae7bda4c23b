import type {Examination} from './examination.ts';
import type {StoreOptions, StoreTarget} from './store-target.ts';

export interface ExamineOptions extends Pick<StoreOptions, 'prefix' | 'clientName'> {
  /** Milliseconds for each question. */
  readonly timeoutMs: number;
  /** Milliseconds for all of them. */
  readonly withinMs: number;
  /** This machine's clock, µs. */
  readonly localNow: () => number;
  /** Environment of the process: where Postgres takes a password from. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Looks at a store and its server with a connection of its own, also where `openStore` refuses: a schema to be migrated, a damaged
 * file. Changes nothing. Rejects with a `StoreError` when there is nothing to look at.
 */
export const examineStore = async (target: StoreTarget, options: ExamineOptions): Promise<Examination> => {
  switch (target.kind) {
    case 'memory': {
      const {examineMemory} = await import('./memory/examine-memory.ts');
      return examineMemory();
    }
    case 'sqlite': {
      const {examineSqlite} = await import('./sqlite/examine-sqlite.ts');
      return examineSqlite(target, options);
    }
    case 'redis': {
      const {examineRedis} = await import('./redis/examine-redis.ts');
      return examineRedis(target, options);
    }
    case 'postgres': {
      const {examinePostgres} = await import('./postgres/examine-postgres.ts');
      return examinePostgres(target, options);
    }
  }
};
