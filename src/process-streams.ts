import {fstatSync, statSync, writeSync} from 'node:fs';
import {writeReason} from './base/io-reason.ts';
import {RatectlError} from './base/ratectl-error.ts';
import type {Streams, TextSink} from './base/streams.ts';

const DEFAULT_COLUMNS = 80;

/** Bytes that fit into an empty pipe of any system, so that writing them does not wait for who reads. */
const PIPE_HOLDS = 16_384;

/** A pty that reports 0 columns, and a COLUMNS that is no number, count as unknown. */
const columnsOf = (env: string | undefined, own: () => number | undefined): number => {
  const fromEnv = Number(env);
  if (Number.isInteger(fromEnv) && fromEnv > 0) return Math.min(fromEnv, 1000);
  return own() || DEFAULT_COLUMNS;
};

/**
 * How many bytes may be written to a file descriptor by the system's own call. Streams of Node take milliseconds to load; a
 * terminal needs one, since only it knows the width, and what may wait for a reader does, since nothing else happens while the
 * call waits, not even Ctrl-C.
 */
const writableAtOnce = (fd: number): number => {
  if (process.platform === 'win32') return 0;
  try {
    const stats = fstatSync(fd);
    if (stats.isFIFO() || stats.isSocket()) return PIPE_HOLDS;
    const isNowhere = stats.isCharacterDevice() && stats.rdev === statSync('/dev/null').rdev;
    return stats.isFile() || isNowhere ? Number.POSITIVE_INFINITY : 0;
  } catch {
    return 0;
  }
};

const isGone = (error: unknown): boolean => {
  const {code} = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
};

/** Standard output or standard error. `open` makes the stream. */
class StandardSink implements TextSink {
  readonly #fd: 1 | 2;
  readonly #name: string;
  readonly #open: () => NodeJS.WriteStream;
  readonly #mayBeTerminal: boolean;
  /** Undefined as long as it was not needed. */
  #stream: NodeJS.WriteStream | undefined;
  /** Bytes that need no stream. */
  #atOnce: number;
  #closed = false;

  constructor(fd: 1 | 2, name: string, open: () => NodeJS.WriteStream) {
    this.#fd = fd;
    this.#name = name;
    this.#open = open;
    this.#atOnce = writableAtOnce(fd);
    this.#mayBeTerminal = this.#atOnce === 0;
  }

  get isTTY(): boolean {
    return this.#terminal?.isTTY === true;
  }

  get columns(): number {
    return columnsOf(process.env['COLUMNS'], () => this.#terminal?.columns);
  }

  get rows(): number | undefined {
    const rows = this.#terminal?.rows ?? 0;
    return rows > 0 ? rows : undefined;
  }

  get #terminal(): NodeJS.WriteStream | undefined {
    return this.#mayBeTerminal ? this.#opened() : undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  async write(text: string | Uint8Array): Promise<void> {
    if (this.#closed) return;
    try {
      const rest = this.#writeAtOnce(text);
      if (rest.length > 0) await this.#writeToStream(rest);
    } catch (error) {
      if (isGone(error)) this.#closed = true;
      // What standard error cannot take nobody can be told of: a lost note hides neither the answer nor what was changed.
      else if (this.#fd === 1)
        throw new RatectlError(`cannot write to ${this.#name}: ${writeReason(error)}`, {
          code: 'io/cannot-write',
          cause: error,
        });
    }
  }

  /** Answers what is left for the stream. */
  #writeAtOnce(text: string | Uint8Array): string | Uint8Array {
    if (this.#stream !== undefined) return text;
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    if (bytes.length > this.#atOnce) return bytes;
    this.#atOnce -= bytes.length;
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      // Somebody else set the pipe not to wait, and it is full: the stream waits.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    return bytes.subarray(written);
  }

  #writeToStream(text: string | Uint8Array): Promise<void> {
    const stream = this.#opened();
    return new Promise((resolve, reject) =>
      stream.write(text, (error) => (error ? reject(error) : resolve())),
    );
  }

  #opened(): NodeJS.WriteStream {
    if (this.#stream === undefined) {
      this.#stream = this.#open();
      this.#stream.on('error', (error) => {
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') this.#closed = true;
      });
    }
    return this.#stream;
  }
}

/** The streams of this process. */
export const processStreams = (): Streams => ({
  out: new StandardSink(1, 'standard output', () => process.stdout),
  err: new StandardSink(2, 'standard error', () => process.stderr),
  // Opening it takes milliseconds, and most commands never ask.
  get stdin() {
    return process.stdin;
  },
  env: process.env,
});
