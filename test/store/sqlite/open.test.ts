import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {openSqliteStore} from '../../../src/store/sqlite/open-sqlite-store.ts';
import {SqliteHandle} from '../../../src/store/sqlite/sqlite-handle.ts';
import {isStoreError, type StoreError} from '../../../src/store/store-error.ts';
import type {StoreOptions} from '../../../src/store/store-target.ts';
import {temporaryFolder} from './sqlite-place.ts';

let folder = '';
let removeFolder = (): void => {};
let opened: Store[] = [];

beforeEach(() => {
  ({folder, remove: removeFolder} = temporaryFolder());
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  removeFolder();
});

const open = async (
  path: string,
  access: 'read' | 'write',
  more: Partial<StoreOptions> = {},
): Promise<Store> => {
  const store = await openSqliteStore({kind: 'sqlite', path}, {access, ...more});
  opened.push(store);
  return store;
};

const failure = async (promise: Promise<unknown>): Promise<StoreError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isStoreError(error)) throw new Error(`no StoreError, but ${error}`);
  return error;
};

const made = async (path: string): Promise<string> => {
  const store = await open(path, 'write');
  await store.put('policy', 'p', 1);
  await store.close();
  return path;
};

describe('opening for writing', () => {
  test('makes the folders and the file', async () => {
    const store = await open(join(folder, 'a', 'b', 'state.db'), 'write');
    expect(await store.list('policy')).toEqual([]);
    expect(readdirSync(join(folder, 'a', 'b'))).toContain('state.db');
  });

  test('takes an empty file, and leaves one file when all have closed', async () => {
    const path = join(folder, 'state.db');
    writeFileSync(path, '');
    await made(path);
    expect(readdirSync(folder)).toEqual(['state.db']);
  });

  test('ten at once open a new file', async () => {
    const path = join(folder, 'state.db');
    const stores = await Promise.all(Array.from({length: 10}, () => open(path, 'write')));
    await Promise.all(stores.map((store) => store.announce()));
    expect(await stores[0]!.generation()).toBe(10);
  });

  test.each(['a b#?%.db', 'quote\'".db', '\u00fc\ud83d\ude00.db'])('a file may be named %s', async (name) => {
    const path = await made(join(folder, name));
    const store = await open(path, 'read');
    expect(await store.get('policy', 'p')).toMatchObject({value: 1});
  });
});

describe('what is not a state file is named and left as it is', () => {
  const cases: readonly (readonly [what: string, make: (path: string) => void, message: RegExp])[] = [
    [
      'a text',
      (path) =>
        writeFileSync(path, 'this is no database, but it is long enough to be taken for one'.repeat(20)),
      /^the file is not a SQLite database/,
    ],
    [
      'a database of another program',
      (path) => {
        const handle = SqliteHandle.open(path, 'write');
        handle.exec('CREATE TABLE users (id INTEGER); PRAGMA user_version = 7');
        handle.close();
      },
      /^the file is a database of another program/,
    ],
    [
      'a state file of a newer version',
      (path) => {
        const handle = SqliteHandle.open(path, 'write');
        handle.exec(`PRAGMA application_id = ${0x7263746c}; PRAGMA user_version = 99; CREATE TABLE t (a)`);
        handle.close();
      },
      /^the state file has version 99; this ratectl knows versions up to \d+/,
    ],
    ['a folder', (path) => mkdirSync(path), /^this is no file|^cannot open the file/],
  ];
  test.each(cases)('%s', async (_, make, message) => {
    const path = join(folder, 'state.db');
    make(path);
    const before = readdirSync(folder, {withFileTypes: true})[0]!.isFile() ? readFileSync(path) : undefined;
    for (const access of ['write', 'read'] as const) {
      const error = await failure(open(path, access));
      expect(error.message).toMatch(message);
      expect(error.message).toContain(`sqlite:${path}`);
      expect(error.hint).not.toBe('');
      expect(['wrong-database', 'rights']).toContain(error.kind);
    }
    if (before !== undefined) expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['state.db']);
  });

  test('a damaged file', async () => {
    const path = await made(join(folder, 'state.db'));
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4_096);
    writeFileSync(path, bytes);
    for (const access of ['read', 'write'] as const) {
      const error = await failure(open(path, access).then((store) => store.put('policy', 'p', 2)));
      expect(error).toMatchObject({kind: 'wrong-database', exit: 2});
      expect(error.message).toMatch(/^the file is damaged/);
    }
  });

  test('a file in place of a folder', async () => {
    writeFileSync(join(folder, 'file'), '');
    const error = await failure(open(join(folder, 'file', 'state.db'), 'write'));
    expect(error).toMatchObject({kind: 'rights', exit: 3});
    expect(error.message).toMatch(/^cannot make the folder of the state file: /);
  });

  test('control characters of a path are not shown raw', async () => {
    const error = await failure(open(join(folder, 'a\u001b[31m\n.db'), 'read'));
    expect(error.message).toContain('\\u001b[31m\\u000a.db');
  });
});

describe('opening for reading', () => {
  test('says that there is no state yet, and makes nothing', async () => {
    const error = await failure(open(join(folder, 'none', 'state.db'), 'read'));
    expect(error.message).toMatch(/^no state yet/);
    writeFileSync(join(folder, 'state.db'), '');
    expect((await failure(open(join(folder, 'state.db'), 'read'))).message).toMatch(/^no state yet/);
    expect(readdirSync(folder)).toEqual(['state.db']);
  });

  test('makes no file beside it', async () => {
    const path = await made(join(folder, 'state.db'));
    const store = await open(path, 'read');
    expect(await store.list('policy')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['state.db']);
  });

  test('sees what is written while it is open, by programs that come and go', async () => {
    const path = await made(join(folder, 'state.db'));
    const reader = await open(path, 'read');
    for (let i = 2; i < 5; i++) {
      const writer = await open(path, 'write');
      await writer.put('policy', 'p', i);
      expect(await reader.get('policy', 'p')).toMatchObject({value: i});
      await writer.close();
      expect(await reader.get('policy', 'p')).toMatchObject({value: i});
    }
  });

  test('refuses to write', async () => {
    const path = await made(join(folder, 'state.db'));
    const store = await open(path, 'read');
    for (const write of [store.put('policy', 'p', 2), store.announce(), store.change([])])
      expect((await failure(write)).message).toMatch(/^the store was opened for reading/);
  });
});

describe('a file that another process has locked', () => {
  test('is waited for, while the program goes on', async () => {
    const path = await made(join(folder, 'state.db'));
    const store = await open(path, 'write');
    const other = SqliteHandle.open(path, 'write');
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 10) other.exec('COMMIT');
    }, 1);
    await store.announce();
    clearInterval(timer);
    other.close();
    expect(turns).toBeGreaterThanOrEqual(10);
    expect(await store.generation()).toBe(1);
  });

  test('is given up after the timeout; reading goes on all the time', async () => {
    const path = await made(join(folder, 'state.db'));
    const store = await open(path, 'write', {timeoutMs: 60});
    const other = SqliteHandle.open(path, 'write');
    other.exec('BEGIN IMMEDIATE');
    const error = await failure(store.announce());
    expect(error).toMatchObject({kind: 'unreachable', exit: 3});
    expect(error.message).toMatch(/^the file stayed locked by another process/);
    expect(await store.get('policy', 'p')).toMatchObject({value: 1});
    other.close();
    await store.announce();
  });
});
