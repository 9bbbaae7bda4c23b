import {type Stats, statSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {readReason} from '../../base/io-reason.ts';
import {storeClosed} from '../store-closed.ts';
import {StoreError} from '../store-error.ts';
import {patiently} from './patiently.ts';
import {schemaState} from './schema.ts';
import type {SqliteAccess, Work} from './sqlite-access.ts';
import {SqliteHandle} from './sqlite-handle.ts';
import type {FileOptions} from './write-access.ts';

/**
 * The file for reading only: nothing is made, written or migrated. A file that nobody writes has no `-wal` beside it; SQLite
 * would make one even for a reader, so such a file is read as one that cannot change, and opened anew when somebody writes it.
 */
export class ReadAccess implements SqliteAccess {
  readonly url: string;
  readonly mode = 'read';
  readonly #options: FileOptions;
  #opened: {readonly handle: SqliteHandle; readonly state: string} | undefined;
  #closed = false;

  constructor(options: FileOptions) {
    this.#options = options;
    this.url = options.url;
  }

  /** Rejects when there is nothing to read. */
  static async open(options: FileOptions): Promise<ReadAccess> {
    const access = new ReadAccess(options);
    await access.read(() => undefined);
    return access;
  }

  read<T>(work: Work<T>): Promise<T> {
    return patiently(() => this.#readNow(work), this.#options);
  }

  #readNow<T>(work: Work<T>): T {
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw storeClosed(this.url);
      const {handle, state} = this.#current();
      const result = work(handle, this.#options.clock.peek(handle));
      // Somebody began to write while a file was read that could not change: what was read may be neither old nor new.
      if (state.startsWith(WRITTEN) || state === this.#stateOfFile() || attempt === 3) return result;
    }
  }

  async write(): Promise<never> {
    throw this.#closed
      ? storeClosed(this.url)
      : new StoreError('the store was opened for reading', {
          kind: 'rights',
          url: this.url,
          hint: 'open it for writing',
        });
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #current(): {readonly handle: SqliteHandle; readonly state: string} {
    const state = this.#stateOfFile();
    if (this.#opened?.state === state) return this.#opened;
    this.#release();
    const location = pathToFileURL(this.#options.path);
    if (!state.startsWith(WRITTEN)) location.searchParams.set('immutable', '1');
    const handle = SqliteHandle.open(location, 'read');
    try {
      if (schemaState(handle, this.url) === 'old') throw this.#nothingYet();
    } catch (error) {
      handle.close();
      throw error;
    }
    this.#opened = {handle, state};
    return this.#opened;
  }

  #stateOfFile(): string {
    const {path} = this.#options;
    const file = this.#lookedAt(path);
    if (file === undefined) throw this.#nothingYet();
    if (!file.isFile()) {
      throw new StoreError('this is no file', {
        kind: 'wrong-database',
        url: this.url,
        hint: 'give the path of a state file',
      });
    }
    const isWritten = this.#lookedAt(`${path}-wal`) !== undefined;
    return isWritten ? `${WRITTEN} ${file.ino}` : `${file.ino} ${file.size} ${file.mtimeMs}`;
  }

  #lookedAt(path: string): Stats | undefined {
    try {
      return statSync(path, {throwIfNoEntry: false});
    } catch (cause) {
      throw new StoreError(`cannot look at the file: ${readReason(cause)}`, {
        kind: 'rights',
        url: this.url,
        hint: 'check the path and the rights of its folders',
        cause,
      });
    }
  }

  #nothingYet(): StoreError {
    return new StoreError('no state yet', {
      kind: 'wrong-database',
      url: this.url,
      hint: 'the file is made by the first program that limits with it; check the path if there should be one',
    });
  }

  #release(): void {
    this.#opened?.handle.close();
    this.#opened = undefined;
  }
}

const WRITTEN = 'written';
