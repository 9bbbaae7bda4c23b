import {statSync} from 'node:fs';
import {safeText} from '../../base/safe-text.ts';
import type {SchemaVersion} from '../schema-version.ts';
import {openToLook} from './open-to-look.ts';
import {NEWEST_SCHEMA, schemaVersion} from './schema.ts';
import {sqliteError} from './sqlite-error.ts';
import type {SqliteHandle} from './sqlite-handle.ts';

/** What the file is at; 0 of one that is not there. Throws a `StoreError` when it is no state file, or cannot be read. */
export const readFileVersion = (path: string): Omit<SchemaVersion, 'place'> => {
  const url = `sqlite:${safeText(path)}`;
  const version = isThere(path) ? look(path, url) : 0;
  const pending = Array.from({length: Math.max(0, NEWEST_SCHEMA - version)}, (_, i) => version + i + 1);
  return {version, newest: NEWEST_SCHEMA, pending: pending.map((to) => ({version: to, name: 'tables'}))};
};

const look = (path: string, url: string): number => {
  let handle: SqliteHandle | undefined;
  try {
    handle = openToLook(path);
    return schemaVersion(handle, url);
  } catch (error) {
    throw sqliteError(error, url);
  } finally {
    handle?.close();
  }
};

/** A folder that may not be looked into is told by who opens the file. */
const isThere = (path: string): boolean => {
  try {
    return statSync(path, {throwIfNoEntry: false}) !== undefined;
  } catch {
    return false;
  }
};
