import type {SqliteHandle} from './sqlite-handle.ts';

/** What is done with the file at one instant of the store's clock. It may be done again when the file was locked meanwhile. */
export type Work<T> = (handle: SqliteHandle, now: number) => T;

/** Access to the file. Both methods reject with a `StoreError`. */
export interface SqliteAccess {
  readonly url: string;
  readonly mode: 'read' | 'write';
  /** Each statement by itself; nothing is written. */
  read<T>(work: Work<T>): Promise<T>;
  /** One transaction, alone among all processes. */
  write<T>(work: Work<T>): Promise<T>;
  close(): void;
}

/** The clock of a store: shared by all who use the file, or an argument. */
export interface StoreClock {
  /** Inside a transaction that writes. */
  now(handle: SqliteHandle): number;
  /** Anywhere. */
  peek(handle: SqliteHandle): number;
}
