import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openSqliteStore} from '../../../src/store/sqlite/open-sqlite-store.ts';
import type {StorePlace} from '../contract/scene.ts';

/** A folder for a state file that goes when it is not needed any more. */
export const temporaryFolder = (): {readonly folder: string; remove(): void} => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-sqlite-'));
  return {folder, remove: () => rmSync(folder, {recursive: true, force: true})};
};

/** A state file that is not there yet. */
export const sqlitePlace = async (): Promise<StorePlace> => {
  const {folder, remove} = temporaryFolder();
  const target = {kind: 'sqlite', path: join(folder, 'state.db')} as const;
  return {
    open: (options = {}) => openSqliteStore(target, {access: 'write', ...options}),
    remove: async () => remove(),
  };
};
