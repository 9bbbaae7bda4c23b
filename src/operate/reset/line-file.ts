import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {ExitCode} from '../../base/exit-code.ts';
import {writeReason} from '../../base/io-reason.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson} from '../../base/safe-text.ts';

/** Bytes collected before they are written. */
const BUFFERED = 1 << 20;

/** What a file of lines begins with, and how each line is written, without its end. */
export interface LineForm<L> {
  readonly header: object;
  readonly format: (line: L) => string;
}

/** A receipt or a plan while it is written: a new file that only its owner can read, never in the place of another one. */
export class LineFile<L> {
  /** As it was named. */
  readonly path: string;
  readonly #fd: number;
  readonly #absolute: string;
  readonly #format: (line: L) => string;
  #waiting: string[] = [];
  #size = 0;
  #open = true;
  /** Why a line could not be written whole: nothing may stand behind the half of it that may be there. */
  #broken: RatectlError | undefined;

  private constructor(path: string, absolute: string, fd: number, format: (line: L) => string) {
    this.path = path;
    this.#absolute = absolute;
    this.#fd = fd;
    this.#format = format;
  }

  /**
   * Creates the file. Throws a RatectlError: exit 4 when there is one of that name already, 2 when it cannot be written.
   * `resolve` makes the path absolute.
   */
  static create<L>(
    path: string,
    resolve: (path: string) => string,
    {header, format}: LineForm<L>,
  ): LineFile<L> {
    const file = new LineFile<L>(path, resolve(path), openNew(path, resolve(path)), format);
    file.#waiting.push(`${safeJson(header)}\n`);
    try {
      file.flush();
    } catch (error) {
      file.discard();
      throw error;
    }
    return file;
  }

  /** Opens a file that is there, to add lines behind its last whole one. Throws a RatectlError (exit 2) when it cannot be written. */
  static extend<L>(
    path: string,
    resolve: (path: string) => string,
    format: (line: L) => string,
  ): LineFile<L> {
    try {
      cutHalfLine(resolve(path));
      return new LineFile<L>(path, resolve(path), openSync(resolve(path), 'a'), format);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Creates `FOLDER/NAME.jsonl`, with a number behind the name where it is taken, and the folder where there is none. */
  static createIn<L>(
    folder: string,
    name: string,
    resolve: (path: string) => string,
    form: LineForm<L>,
  ): LineFile<L> {
    try {
      mkdirSync(resolve(folder), {recursive: true, mode: 0o700});
    } catch (error) {
      throw cannotWrite(folder, error);
    }
    for (let number = 1; ; number++) {
      const path = join(folder, `${name}${number === 1 ? '' : `-${number}`}.jsonl`);
      try {
        return LineFile.create(path, resolve, form);
      } catch (error) {
        if (!isTaken(error) || number > 1_000) throw error;
      }
    }
  }

  add(line: L): void {
    const text = `${this.#format(line)}\n`;
    this.#waiting.push(text);
    this.#size += text.length;
    if (this.#size > BUFFERED) this.#write();
  }

  /** Puts everything added onto the disk: what comes after may rely on it. */
  flush(): void {
    this.#write();
    try {
      fsyncSync(this.#fd);
    } catch (error) {
      // A file system that cannot sync (some network and in-memory ones) still holds what was written.
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw cannotWrite(this.path, error);
    }
  }

  /** Closes the file also when it throws because not everything could be written. */
  close(): void {
    try {
      this.flush();
    } finally {
      this.#end();
      syncFolder(dirname(this.#absolute));
    }
  }

  /** Takes the file away again: nothing in it came to pass. */
  discard(): void {
    this.#end();
    unlinkSync(this.#absolute);
  }

  #end(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  #write(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#size = 0;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.#broken = cannotWrite(this.path, error);
      throw this.#broken;
    }
  }
}

const isTaken = (error: unknown): boolean => error instanceof RatectlError && error.code === 'io/exists';

const openNew = (path: string, absolute: string): number => {
  try {
    const fd = openSync(absolute, 'wx', 0o600);
    syncFolder(dirname(absolute));
    return fd;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(path, error);
    throw new RatectlError(`${quoted(path, 200)} exists and was left as it is`, {
      code: 'io/exists',
      exit: ExitCode.refused,
      hint: 'name a file that does not exist yet',
    });
  }
};

/** Longer than any line of ours. */
const TAIL = 1 << 26;

/** Takes away what a killed run left of its last line: a line behind it would be part of it. */
const cutHalfLine = (absolute: string): void => {
  const fd = openSync(absolute, 'r+');
  try {
    const {size} = fstatSync(fd);
    const from = Math.max(0, size - TAIL);
    const tail = Buffer.alloc(size - from);
    readSync(fd, tail, 0, tail.length, from);
    const end = from + tail.lastIndexOf(10) + 1;
    if (end > 0 && end < size) ftruncateSync(fd, end);
  } finally {
    closeSync(fd);
  }
};

/** So that the name of the file survives a crash, too. Not every system can. */
const syncFolder = (folder: string): void => {
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows does not open folders.
  }
};

const cannotWrite = (path: string, error: unknown): RatectlError =>
  new RatectlError(`cannot write ${quoted(path, 200)}: ${writeReason(error)}`, {
    code: 'io/cannot-write',
    hint: 'choose another place with --receipt FILE, or --plan-out FILE for a plan',
    cause: error,
  });
