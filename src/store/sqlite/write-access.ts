import {accessSync, constants, mkdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {storeClosed} from '../store-closed.ts';
import {StoreError} from '../store-error.ts';
import {patiently} from './patiently.ts';
import {migrate, schemaState} from './schema.ts';
import type {SqliteAccess, StoreClock, Work} from './sqlite-access.ts';
import {sqliteError} from './sqlite-error.ts';
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
  readonly #handle: SqliteHandle;
  readonly #options: FileOptions;
  #closed = false;

  private constructor(handle: SqliteHandle, options: FileOptions) {
    this.#handle = handle;
    this.#options = options;
    this.url = options.url;
  }

  static async open(options: FileOptions): Promise<WriteAccess> {
    const {path, url} = options;
    makeFolder(path, url);
    refuseReadOnly(path, url);
    const handle = opened(path, url);
    const access = new WriteAccess(handle, options);
    try {
      await access.#patiently(() => {
        const state = schemaState(handle, url);
        handle.exec(WRITE_PRAGMAS);
        if (state === 'old') transaction(handle, () => migrate(handle, url));
      });
    } catch (error) {
      access.close();
      throw error;
    }
    return access;
  }

  read<T>(work: Work<T>): Promise<T> {
    return this.#patiently(() => work(this.#handle, this.#options.clock.peek(this.#handle)));
  }

  write<T>(work: Work<T>): Promise<T> {
    return this.#patiently(() =>
      transaction(this.#handle, () => work(this.#handle, this.#options.clock.now(this.#handle))),
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handle.close();
  }

  #patiently<T>(attempt: () => T): Promise<T> {
    return patiently(() => {
      if (this.#closed) throw storeClosed(this.url);
      return attempt();
    }, this.#options);
  }
}

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

const opened = (path: string, url: string): SqliteHandle => {
  try {
    return SqliteHandle.open(path, 'write');
  } catch (error) {
    throw sqliteError(error, url);
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
