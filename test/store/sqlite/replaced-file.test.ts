import {renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {openSqliteStore} from '../../../src/store/sqlite/open-sqlite-store.ts';
import {eventually} from '../../support/in-time.ts';
import {temporaryFolder} from './sqlite-place.ts';

const placed = () => {
  const {folder, remove} = temporaryFolder();
  onTestFinished(remove);
  const path = join(folder, 'state.db');
  const open = async (access: 'read' | 'write' = 'write'): Promise<Store> => {
    const store = await openSqliteStore({kind: 'sqlite', path}, {access});
    onTestFinished(() => store.close());
    return store;
  };
  return {path, open};
};

const FILES = ['', '-wal', '-shm'];

test.each(['removed', 'moved away'] as const)(
  'a file that was %s is left by who had it open, for the new one',
  async (how) => {
    const {path, open} = placed();
    const old = await open();
    await old.put('kind', 'old', 1);
    for (const end of FILES)
      if (how === 'removed') rmSync(path + end);
      else renameSync(path + end, `${path}.bak${end}`);
    const fresh = await open();
    await fresh.put('kind', 'new', 1);
    await eventually(async () => {
      await old.put('kind', 'both', 1);
      expect((await old.list('kind')).map(({id}) => id)).toEqual(['both', 'new']);
    });
    expect((await fresh.list('kind')).map(({id}) => id)).toEqual(['both', 'new']);
  },
);

test('a reader follows to the new file', async () => {
  const {path, open} = placed();
  const old = await open();
  await old.put('kind', 'old', 1);
  const reader = await open('read');
  expect(await reader.list('kind')).toHaveLength(1);
  for (const end of FILES) renameSync(path + end, `${path}.bak${end}`);
  const fresh = await open();
  await fresh.put('kind', 'new', 1);
  expect((await reader.list('kind')).map(({id}) => id)).toEqual(['new']);
});
