import {resolve} from 'node:path';
import {safeText} from '../../base/safe-text.ts';
import type {Store} from '../port.ts';
import type {StoreOptions, StoreTarget} from '../store-target.ts';
import {ReadAccess} from './read-access.ts';
import {SharedClock} from './shared-clock.ts';
import type {StoreClock} from './sqlite-access.ts';
import {SqliteStore} from './sqlite-store.ts';
import {type FileOptions, WriteAccess} from './write-access.ts';

const TIMEOUT_MS = 5_000;
const SLACK = 5_000_000;

/**
 * Opens the embedded store. For writing, the file and its folder are made when there are none; for reading, nothing is.
 * Rejects with a `StoreError`: what is there is not a state file (`wrong-database`), cannot be used by this user (`rights`), or
 * stays locked (`unreachable`).
 */
export const openSqliteStore = async (
  target: Extract<StoreTarget, {kind: 'sqlite'}>,
  {access, clock, timeoutMs = TIMEOUT_MS, slack = SLACK}: StoreOptions,
): Promise<Store> => {
  const options: FileOptions = {
    path: resolve(target.path),
    url: `sqlite:${safeText(target.path)}`,
    clock: clock === undefined ? new SharedClock() : fixed(clock),
    timeoutMs,
  };
  return new SqliteStore(await (access === 'read' ? ReadAccess : WriteAccess).open(options), slack);
};

const fixed = (clock: () => number): StoreClock => ({now: clock, peek: clock});
