import {basename} from 'node:path';
import type {StoreOptions, StoreTarget} from './store-target.ts';

/** What a store's tables are at, and what this ratectl would do to them. */
export interface SchemaVersion {
  /** What it is called: `the schema "ratectl"`, `state.db`. May come from outside. */
  readonly place: string;
  /** 0: nothing of ratectl is there. */
  readonly version: number;
  /** What this ratectl needs. */
  readonly newest: number;
  /** Migrations still to be made, in their order. */
  readonly pending: readonly PendingMigration[];
}

export interface PendingMigration {
  readonly version: number;
  /** What it brings, in a few words. */
  readonly name: string;
}

/** Reads it; changes nothing. Undefined: this kind of store has no schema. Rejects with a `StoreError`. */
export const readSchemaVersion = async (
  target: StoreTarget,
  options: Pick<StoreOptions, 'prefix' | 'timeoutMs'>,
): Promise<SchemaVersion | undefined> => {
  switch (target.kind) {
    case 'memory':
    case 'redis':
      return undefined;
    case 'sqlite': {
      const {readFileVersion} = await import('./sqlite/read-file-version.ts');
      return {place: basename(target.path), ...readFileVersion(target.path)};
    }
    case 'postgres': {
      const {readDatabaseVersion} = await import('./postgres/read-database-version.ts');
      return readDatabaseVersion(target, options);
    }
  }
};

/** The same store, to be brought up to date by who says so: `migrate=never` is for everybody else. */
export const targetToMigrate = <T extends StoreTarget>(target: T): T => {
  if (target.kind !== 'postgres') return target;
  const parameters = new Map(target.parameters);
  parameters.delete('migrate');
  return {...target, parameters};
};
