import {accessSync, constants, mkdirSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {storeClosed} from '../store-closed.ts';
import {StoreError} from '../store-error.ts';
import {patiently} from './patiently.ts';
import {migrate, schemaState} from './schema.ts';
import type {SqliteAccess, StoreClock, Work} from './sqlite-access.ts';
import {SqliteHandle} from './sqlite-handle.ts';

/**
 * A WAL, so that readers and a writer work side by side; a crash of the machine may lose the last moments, never the file. Keys
 * of a call lie all over the file, and what is written are whole pages: small ones, kept in memory (at most 16 MB) and copied
 * back into the file every 8 MB, make random checks twice as fast as the defaults do.
 */
export const WRITE_PRAGMAS = `
  PRAGMA page_size = 1024;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -16000;
  PRAGMA wal_autocheckpoint = 8000;
`;

/** How often a file in use is looked at, ms: another one may have its name. */
const LOOKED_AT_EVERY_MS = 500;

export interface FileOptions {
  readonly path: string;
  readonly url: string;
  readonly clock: StoreClock;
  /** How long a locked file is waited for. */
  readonly timeoutMs: number;
}

/** The file for reading and writing, made when there is none, with one connection. */
export class WriteAccess implements SqliteAccess {
  readonly url: string;
  readonly mode = 'write';
  readonly #options: FileOptions;
  /** Undefined: to be opened. */
  #opened: OpenedFile | undefined;
  /** When to look next whether the file is still the one with that name, ms of `performance.now`. */
  #lookAt = 0;
  #closed = false;

  private constructor(options: FileOptions) {
    this.#options = options;
    this.url = options.url;
  }

  static async open(options: FileOptions): Promise<WriteAccess> {
    makeFolder(options.path, options.url);
    const access = new WriteAccess(options);
    try {
      await access.#patiently(() => access.#current('write'));
    } catch (error) {
      access.close();
      throw error;
    }
    return access;
  }

  read<T>(work: Work<T>): Promise<T> {
    return this.#patiently(() => {
      const handle = this.#current('read');
      return work(handle, this.#options.clock.peek(handle));
    });
  }

  write<T>(work: Work<T>): Promise<T> {
    return this.#patiently(() => {
      const handle = this.#current('write');
      return transaction(handle, () => work(handle, this.#options.clock.now(handle)));
    });
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  /**
   * Somebody may have put another file in its place, or have taken it away: whoever comes then uses the new one, and both would
   * admit what one limit allows. The old one is closed first: files beside it have the names of those of the new one.
   */
  #current(access: 'read' | 'write'): SqliteHandle {
    const {path, url} = this.#options;
    const now = performance.now();
    if (this.#opened !== undefined && now >= this.#lookAt) {
      if (isElsewhere(this.#opened, path, access)) this.#release();
      else this.#lookAt = now + LOOKED_AT_EVERY_MS;
    }
    if (this.#opened === undefined) {
      this.#opened = openedFile(path, url);
      this.#lookAt = now + LOOKED_AT_EVERY_MS;
    }
    return this.#opened.handle;
  }

  #release(): void {
    this.#opened?.handle.close();
    this.#opened = undefined;
  }

  #patiently<T>(attempt: () => T): Promise<T> {
    return patiently(() => {
      if (this.#closed) throw storeClosed(this.url);
      return attempt();
    }, this.#options);
  }
}

interface OpenedFile {
  readonly handle: SqliteHandle;
  /** What tells the file from others that get its name; undefined: it was gone at once. */
  readonly inode: number | undefined;
}

const openedFile = (path: string, url: string): OpenedFile => {
  refuseReadOnly(path, url);
  const handle = SqliteHandle.open(path, 'write');
  try {
    const state = schemaState(handle, url);
    handle.exec(WRITE_PRAGMAS);
    if (state === 'old') transaction(handle, () => migrate(handle, url));
    return {handle, inode: inodeOf(path)};
  } catch (error) {
    handle.close();
    throw error;
  }
};

/** Who only reads makes no new file, and nobody can share one whose folder is gone. */
const isElsewhere = ({inode}: OpenedFile, path: string, access: 'read' | 'write'): boolean => {
  try {
    const there = inodeOf(path);
    if (there !== undefined) return there !== inode;
    return access === 'write' && inodeOf(dirname(path)) !== undefined;
  } catch {
    // Whoever may not look any more goes on with what is open.
    return false;
  }
};

/** Undefined: there is none. */
const inodeOf = (path: string): number | undefined => statSync(path, {throwIfNoEntry: false})?.ino;

const transaction = <T>(handle: SqliteHandle, work: () => T): T => {
  handle.run('BEGIN IMMEDIATE');
  try {
    const result = work();
    handle.run('COMMIT');
    return result;
  } catch (error) {
    try {
      handle.run('ROLLBACK');
    } catch {
      // Some errors, a full disk among them, have rolled back already.
    }
    throw error;
  }
};

/** SQLite would open the file for reading, and leave others beside it, before it says so. */
const refuseReadOnly = (path: string, url: string): void => {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    const {code} = error as Error & {code?: string};
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') return;
    throw new StoreError('cannot write to the file', {
      kind: 'rights',
      url,
      hint: 'the file or its file system is read-only for this user',
      cause: error,
    });
  }
};

const makeFolder = (path: string, url: string): void => {
  try {
    mkdirSync(dirname(path), {recursive: true});
  } catch (error) {
    throw new StoreError(
      `cannot make the folder of the state file: ${(error as Error & {code?: string}).code}`,
      {
        kind: 'rights',
        url,
        hint: 'check the path and the rights of its folders',
        cause: error,
      },
    );
  }
};
