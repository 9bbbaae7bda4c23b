import {expect, test} from 'vitest';
import {SQLITE_RULES} from '../../../src/operate/doctor/sqlite-rules.ts';
import type {SqliteFacts} from '../../../src/store/examination.ts';
import {networkFileSystem} from '../../../src/store/sqlite/network-file-system.ts';
import {seen, testRows, unseen} from './rows.ts';

const MIB = 1_048_576;
const FILE = {
  bytes: MIB,
  walBytes: 0,
  mode: 0o644,
  ownerIsUs: true,
  readable: true,
  writable: true,
  folderWritable: true,
};
const SPACE = {freeBytes: 10_000 * MIB, fileSystem: 'local', network: false};
const HEALTHY: SqliteFacts = {
  kind: 'sqlite',
  path: '/srv/state.db',
  file: FILE,
  schema: seen({version: 1, newest: 1}),
  journalMode: seen('wal'),
  complaints: seen([]),
  space: seen(SPACE),
};

testRows(SQLITE_RULES, HEALTHY, [
  {id: 'sqlite/schema', when: 'of this version', says: 'ok'},
  {id: 'sqlite/schema', when: 'newer', change: {schema: seen({version: 2, newest: 1})}, says: ['error']},
  {
    id: 'sqlite/schema',
    when: 'an empty file',
    change: {schema: seen({version: 0, newest: 1})},
    says: ['note'],
  },
  {id: 'sqlite/schema', when: 'there is no file', change: {file: undefined}, says: 'left out'},
  {id: 'sqlite/integrity', when: 'whole', says: 'ok'},
  {
    id: 'sqlite/integrity',
    when: 'damaged',
    change: {complaints: seen(['Tree 4 page 4: btreeInitPage() returns error code 11'])},
    says: ['error'],
  },
  {
    id: 'sqlite/integrity',
    when: 'too large to be read',
    change: {complaints: unseen('the file has 900 MiB')},
    says: 'unknown',
  },
  {
    id: 'sqlite/integrity',
    when: 'something else altogether',
    change: {complaints: seen(['file is not a database'])},
    says: ['error'],
    text: 'no SQLite database',
  },
  {id: 'sqlite/journal-mode', when: 'WAL', says: 'ok'},
  {
    id: 'sqlite/journal-mode',
    when: 'a file that nobody has written to yet',
    change: {journalMode: seen('a rollback journal'), schema: seen({version: 0, newest: 1})},
    says: 'ok',
  },
  {
    id: 'sqlite/journal-mode',
    when: 'no database',
    change: {journalMode: seen('a rollback journal'), schema: unseen('the file is not a SQLite database')},
    says: 'ok',
  },
  {
    id: 'sqlite/journal-mode',
    when: 'another',
    change: {journalMode: seen('a rollback journal')},
    says: ['warning'],
  },
  {id: 'sqlite/file-system', when: 'local', says: 'ok'},
  {
    id: 'sqlite/file-system',
    when: 'NFS',
    change: {space: seen({...SPACE, fileSystem: 'NFS', network: true})},
    says: ['error'],
  },
  {
    id: 'sqlite/file-system',
    when: 'FUSE, which may be either',
    change: {space: seen({...SPACE, fileSystem: 'FUSE', network: true})},
    says: ['note'],
  },
  {id: 'sqlite/disk-space', when: 'plenty', says: 'ok'},
  {
    id: 'sqlite/disk-space',
    when: 'little',
    change: {space: seen({...SPACE, freeBytes: 200 * MIB})},
    says: ['warning'],
  },
  {
    id: 'sqlite/disk-space',
    when: 'next to none',
    change: {space: seen({...SPACE, freeBytes: 10 * MIB})},
    says: ['error'],
  },
  {id: 'sqlite/permissions', when: 'its owner writes', says: 'ok'},
  {
    id: 'sqlite/permissions',
    when: 'everybody writes',
    change: {file: {...FILE, mode: 0o666}},
    says: ['warning'],
  },
  {
    id: 'sqlite/permissions',
    when: "somebody else's",
    change: {file: {...FILE, ownerIsUs: false}},
    says: ['note'],
  },
  {
    id: 'sqlite/permissions',
    when: 'the system has no such bits',
    change: {file: {...FILE, mode: undefined}},
    says: 'ok',
  },
  {id: 'sqlite/size', when: 'small', says: 'ok'},
  {id: 'sqlite/size', when: 'more than a GiB', change: {file: {...FILE, bytes: 2_000 * MIB}}, says: ['note']},
  {
    id: 'sqlite/size',
    when: 'a WAL that is not copied back',
    change: {file: {...FILE, walBytes: 300 * MIB}},
    says: ['warning'],
  },
]);

test('file systems of a network are told by their number, on Linux alone', () => {
  expect(networkFileSystem(0x6969, 'linux')).toBe('NFS');
  // Some numbers come as negative ones.
  expect(networkFileSystem(0xff534d42 | 0, 'linux')).toBe('CIFS');
  expect(networkFileSystem(0xef53, 'linux')).toBeUndefined();
  expect(networkFileSystem(0x6969, 'darwin')).toBeUndefined();
});
