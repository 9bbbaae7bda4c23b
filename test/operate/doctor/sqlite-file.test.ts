import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openStore} from '../../../src/store/open-store.ts';
import {loadSqlite} from '../../../src/store/sqlite/load-sqlite.ts';
import {asUser, unprivileged} from '../../support/servers/postgres-server.ts';
import {lookAt} from './look-at.ts';

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'ratectl-doctor-'));
  onTestFinished(() => rmSync(path, {recursive: true, force: true}));
  return path;
};

/** A state file with many rows, closed. */
const stateFile = async (): Promise<string> => {
  const path = join(folder(), 'state.db');
  const store = await openStore({kind: 'sqlite', path}, {access: 'write'});
  const {now} = await store.facts();
  await store.change(
    Array.from({length: 500}, (_, i) => ({
      address: {limit: 'per-ip', key: `key-${i}`, tier: '', shape: 't'},
      expected: 'any' as const,
      next: {words: [now, 1, now], expiresAt: now + 3_600_000_000},
    })),
  );
  await store.close();
  chmodSync(path, 0o644);
  return path;
};

const look = (path: string) => lookAt({kind: 'sqlite', path});

test('of a healthy file nothing is found, and nothing is left beside it', async () => {
  const path = await stateFile();
  const bytes = readFileSync(path);
  const {found, check} = await look(path);
  expect(found).toEqual({});
  expect(check('sqlite/integrity').result).toBe('ok');
  expect(check('sqlite/journal-mode').evidence[0]?.value).toBe('wal');
  expect(readdirSync(join(path, '..'))).toEqual(['state.db']);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('a file that is in use is looked at beside the others', async () => {
  const path = await stateFile();
  const store = await openStore({kind: 'sqlite', path}, {access: 'write'});
  await store.announce();
  const {found, check} = await look(path);
  expect(found).toEqual({});
  expect(check('sqlite/size').evidence[1]?.value).toBeGreaterThan(0);
  await store.close();
});

test('a page that was overwritten', async () => {
  const path = await stateFile();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 1_024 * 10, 1_024 * 30);
  writeFileSync(path, bytes);
  const {found} = await look(path);
  expect(found['sqlite/integrity']).toBe('error');
});

test('a file of which the beginning is gone', async () => {
  const path = await stateFile();
  const bytes = readFileSync(path);
  bytes.fill(0, 0, 100);
  writeFileSync(path, bytes);
  const {found, check} = await look(path);
  expect(found['sqlite/integrity']).toBe('error');
  expect(check('sqlite/schema').result).toBe('unknown');
});

test('a database of another program, an empty one and one of a later version', async () => {
  const {DatabaseSync} = loadSqlite();
  const made = async (sql: string): Promise<Awaited<ReturnType<typeof look>>> => {
    const path = join(folder(), 'x.db');
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    return look(path);
  };
  const foreign = await made('CREATE TABLE a (b)');
  expect(foreign.check('sqlite/schema')).toMatchObject({
    result: 'unknown',
    why: expect.stringContaining('another program'),
  });
  expect(foreign.check('sqlite/journal-mode').result).toBe('ok');
  const path = await stateFile();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect((await look(path)).found).toEqual({'sqlite/schema': 'error'});
});

test('a file that everybody may write', async () => {
  const path = await stateFile();
  chmodSync(path, 0o666);
  expect((await look(path)).found).toEqual({'sqlite/permissions': 'warning'});
});

test('a file that this user may not write', async () => {
  const path = await stateFile();
  chmodSync(join(path, '..'), 0o755);
  chmodSync(path, 0o444);
  expect(foundByAnother(path)).toMatchObject({'store/rights-write': 'warning'});
});

test('a file that this user may not even read is an error', async () => {
  const path = await stateFile();
  chmodSync(join(path, '..'), 0o755);
  chmodSync(path, 0o000);
  expect(foundByAnother(path)).toMatchObject({'store/rights-read': 'error'});
});

/** Whoever is root may write everything: looks as somebody else. */
const foundByAnother = (path: string): unknown => {
  const source = `
    import {lookAt} from ${JSON.stringify(join(import.meta.dirname, 'look-at.ts'))};
    const {found} = await lookAt({kind: 'sqlite', path: ${JSON.stringify(path)}});
    console.log(JSON.stringify(found));`;
  const args = ['--input-type=module', '--eval', source];
  const [command, rest] = asUser(unprivileged(), process.execPath, args);
  return JSON.parse(execFileSync(command, rest, {encoding: 'utf8'}));
};

test('a file that is not there is no error, and is not made', async () => {
  const path = join(folder(), 'none', 'state.db');
  const {examination} = await look(path);
  expect(examination.details).toMatchObject({file: undefined, space: {seen: true}});
  expect(existsSync(path)).toBe(false);
});

test('a folder in its place is told', async () => {
  await expect(look(folder())).rejects.toMatchObject({kind: 'wrong-database'});
});
