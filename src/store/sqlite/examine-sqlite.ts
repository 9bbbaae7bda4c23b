import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {safeText} from '../../base/safe-text.ts';
import type {Examination, FileFacts, SqliteFacts} from '../examination.ts';
import type {ExamineOptions} from '../examine-store.ts';
import {Looking, seen, unseen} from '../looking.ts';
import {StoreError} from '../store-error.ts';
import type {StoreTarget} from '../store-target.ts';
import {networkFileSystem} from './network-file-system.ts';
import {openToLook} from './open-to-look.ts';
import {NEWEST_SCHEMA, schemaVersion} from './schema.ts';
import {SharedClock} from './shared-clock.ts';
import {isDamage, sqliteError} from './sqlite-error.ts';
import type {SqliteHandle} from './sqlite-handle.ts';

/** A file beyond this is not read from end to end, which keeps the process from all else. */
const MOST_CHECKED = 256 * 1_048_576;
const MOST_COMPLAINTS = 5;

/** Looks at a state file without writing, or leaving anything beside it. A file that is not there is no error. */
export const examineSqlite = async (
  {path}: Extract<StoreTarget, {kind: 'sqlite'}>,
  {withinMs, localNow}: Pick<ExamineOptions, 'withinMs' | 'localNow'>,
): Promise<Examination> => {
  const url = `sqlite:${safeText(path)}`;
  const looking = new Looking(withinMs, (error) => sqliteError(error, url));
  const file = factsOfFile(path, url);
  const space = await looking.at(async () => spaceAt(path));
  const opened = file === undefined ? unseen(NO_FILE) : await looking.at(async () => openToLook(path));
  const ask = <T>(look: (handle: SqliteHandle) => T) =>
    opened.seen ? looking.at(async () => look(opened.value)) : Promise.resolve(opened);
  try {
    const details: SqliteFacts = {
      kind: 'sqlite',
      path,
      file,
      space,
      schema: await ask((handle) => ({version: schemaVersion(handle, url), newest: NEWEST_SCHEMA})),
      journalMode: file === undefined ? unseen(NO_FILE) : await looking.at(async () => journalModeOf(path)),
      complaints:
        file !== undefined && file.bytes > MOST_CHECKED
          ? unseen(`the file has ${Math.round(file.bytes / 1_048_576)} MiB: reading all of it takes long`)
          : await ask(complaintsOf),
    };
    const clock = new SharedClock();
    return {
      url,
      server: await ask((handle) => ({
        product: 'sqlite',
        version: String(handle.get('SELECT sqlite_version()')?.[0]),
      })),
      pings: opened.seen
        ? await looking.pings(async () => opened.value.number('PRAGMA user_version'))
        : opened,
      clock: opened.seen ? await looking.clock(async () => clock.peek(opened.value), localNow) : opened,
      transport: undefined,
      rights: file === undefined ? unseen(NO_FILE) : seen(rightsOf(file)),
      details,
    };
  } finally {
    if (opened.seen) opened.value.close();
  }
};

const NO_FILE = 'there is no file yet';

const factsOfFile = (path: string, url: string): FileFacts | undefined => {
  let file: Stats | undefined;
  try {
    file = statSync(path, {throwIfNoEntry: false});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw new StoreError('cannot look at the file', {
      kind: 'rights',
      url,
      hint: 'check the path and the rights of its folders',
      cause: error,
    });
  }
  if (file === undefined) return undefined;
  if (!file.isFile())
    throw new StoreError('this is no file', {
      kind: 'wrong-database',
      url,
      hint: 'give the path of a state file',
    });
  return {
    bytes: file.size,
    walBytes: statSync(`${path}-wal`, {throwIfNoEntry: false})?.size ?? 0,
    mode: process.platform === 'win32' ? undefined : file.mode & 0o777,
    ownerIsUs: process.getuid === undefined || file.uid === process.getuid(),
    readable: mayBe(path, constants.R_OK),
    writable: mayBe(path, constants.W_OK),
    folderWritable: mayBe(dirname(path), constants.W_OK),
  };
};

const mayBe = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
};

/** What is too damaged to be checked is damaged, too. */
const complaintsOf = (handle: SqliteHandle): readonly string[] => {
  try {
    return handle
      .all(`PRAGMA quick_check(${MOST_COMPLAINTS})`)
      .map(([said]) => safeText(String(said)))
      .filter((said) => said !== 'ok');
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [safeText((error as Error).message)];
  }
};

/** From the header: a file that is read as one that cannot change is in no journal mode. */
const journalModeOf = (path: string): string => {
  const fd = openSync(path, 'r');
  try {
    const header = new Uint8Array(20);
    readSync(fd, header, 0, header.length, 0);
    // The versions for writing and reading: 2 is a WAL.
    return header[18] === 2 && header[19] === 2 ? 'wal' : 'a rollback journal';
  } finally {
    closeSync(fd);
  }
};

const spaceAt = (path: string): {freeBytes: number; fileSystem: string; network: boolean} => {
  const {bavail, bsize, type} = statfsSync(nearestFolder(path));
  const name = networkFileSystem(type);
  return {freeBytes: bavail * bsize, fileSystem: name ?? 'local', network: name !== undefined};
};

/** The folder in which the file is, or the nearest above it that is there. */
const nearestFolder = (path: string): string => {
  for (let folder = dirname(path); ; folder = dirname(folder))
    if (statSync(folder, {throwIfNoEntry: false}) !== undefined || dirname(folder) === folder) return folder;
};

const rightsOf = ({readable, writable, folderWritable}: FileFacts) => ({
  user: '',
  by: 'the permissions of the file and of its folder',
  missingToRead: readable ? [] : ['reading the file'],
  missingToWrite: [
    ...(writable ? [] : ['writing the file']),
    ...(folderWritable ? [] : ['writing its folder, for the file beside it']),
  ],
  missingForNews: [],
  remedy:
    'run this as the user of the applications, or give the file and its folder a group that both are in',
});
