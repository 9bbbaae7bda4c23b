import {close, constants, createReadStream, fstatSync, open, openSync, read, type Stats, stat} from 'node:fs';
import type {Readable} from 'node:stream';
import {promisify} from 'node:util';
import {createGunzip, type Gunzip} from 'node:zlib';
import {readReason} from '../../base/io-reason.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {zstdFrames} from './zstd-frames.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** Uncompressed bytes, wherever they come from: a file, a FIFO, standard input, gzip or zstd by content. */
export interface ByteSource {
  /** What the path is called in messages; `-` is `<stdin>`. */
  readonly name: string;
  readonly compression: Compression;
  /** The regular file behind it when it can be read at any offset, uncompressed; undefined otherwise. */
  readonly plainFile: {readonly path: string; readonly size: number} | undefined;
  /** Bytes of the file as stored, for progress; undefined for pipes. */
  readonly storedBytes: number | undefined;
  /** Stored bytes read so far. */
  readonly storedBytesRead: number;
  /** Fills the front of `target`; resolves to how many bytes, 0 at the end. */
  read(target: Uint8Array): Promise<number>;
  /** Zero bytes that pad gzip data after its end, as tapes and block devices leave them; other bytes there are an error. */
  readonly trailingBytes: number;
  close(): Promise<void>;
}

const CHUNK = 1 << 20;

/** The same as those of `node:fs/promises`, which take as long to load as a short trace takes to replay. */
const files = {stat: promisify(stat), open: promisify(open), read: promisify(read), close: promisify(close)};

/** What the file system said, for people. */
export const ioError = (name: string, error: unknown): RatectlError => {
  const {code} = error as NodeJS.ErrnoException;
  return new RatectlError(`cannot read ${quoted(name, 200)}: ${readReason(error)}`, {
    code: 'io/cannot-read',
    hint:
      code === 'ENOENT' ? 'check the path; "-" reads standard input' : 'check the path and its permissions',
    cause: error,
  });
};

/** Opens `path` (`-` is `input.stdin`, which opens when it is asked for). Throws a RatectlError (exit 2) with the path and the reason. */
export const openByteSource = async (
  path: string,
  input: {readonly stdin: NodeJS.ReadableStream},
): Promise<ByteSource> => {
  if (path === '-') return standardInput(input.stdin as Readable & {readonly fd?: number});
  let facts: Stats;
  try {
    facts = await files.stat(path);
  } catch (error) {
    throw ioError(path, error);
  }
  if (facts.isDirectory()) throw ioError(path, {code: 'EISDIR'});
  try {
    if (facts.isFIFO()) return await streamSource(path, await openFifo(path), undefined);
    if (!facts.isFile())
      return await streamSource(path, createReadStream(path, {highWaterMark: CHUNK}), undefined);
    const fd = await files.open(path, 'r');
    const head = await firstFour(fd).catch(async (error) => {
      await files.close(fd);
      throw error;
    });
    if (compressionOf(head) === 'none') return fileSource(path, fd, facts.size);
    await files.close(fd);
    return await streamSource(path, createReadStream(path, {highWaterMark: CHUNK}), facts.size);
  } catch (error) {
    throw error instanceof RatectlError ? error : ioError(path, error);
  }
};

const firstFour = async (fd: number): Promise<Uint8Array> => {
  const head = new Uint8Array(4);
  await files.read(fd, head, 0, 4, 0);
  return head;
};

const standardInput = async (stdin: Readable & {readonly fd?: number}): Promise<ByteSource> => {
  const name = '<stdin>';
  try {
    // Node takes a folder (`ratectl … - < .`) for an empty stream.
    if (stdin.fd !== undefined && fstatSync(stdin.fd).isDirectory()) throw {code: 'EISDIR'};
    return await streamSource(name, stdin, undefined);
  } catch (error) {
    throw error instanceof RatectlError ? error : ioError(name, error);
  }
};

/** Opened and read without a thread that waits: one that waits for a writer could not be stopped, not even by Ctrl-C. */
const openFifo = async (path: string): Promise<Readable> => {
  const {Socket} = await import('node:net');
  return new Socket({
    fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });
};

const compressionOf = (head: Uint8Array): Compression => {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  // A skippable frame, with which pzstd begins its files.
  if ((head[0]! & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  return 'none';
};

/** Truncated or rotated away in place: a shorter trace would look like a whole one. */
export const shrunk = (path: string): RatectlError =>
  new RatectlError(`cannot read ${quoted(path, 200)}: it became shorter while it was read`, {
    code: 'io/cannot-read',
    hint: 'copy it first, or read it with: cat FILE | ratectl simulate -',
  });

const fileSource = (path: string, fd: number, size: number): ByteSource => {
  let at = 0;
  let closed: Promise<void> | undefined;
  return {
    name: path,
    compression: 'none',
    plainFile: {path, size},
    storedBytes: size,
    get storedBytesRead() {
      return at;
    },
    trailingBytes: 0,
    async read(target) {
      try {
        const {bytesRead} = await files.read(fd, target, 0, target.length, at);
        at += bytesRead;
        if (bytesRead === 0 && at < size) throw shrunk(path);
        return bytesRead;
      } catch (error) {
        throw error instanceof RatectlError ? error : ioError(path, error);
      }
    },
    close: () => {
      // Not twice: another file may have the number by then.
      closed ??= files.close(fd);
      return closed;
    },
  };
};

const streamSource = async (
  name: string,
  stream: Readable,
  storedBytes: number | undefined,
): Promise<ByteSource> => {
  const raw = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first = await firstBytes(raw);
  const compression = compressionOf(first);
  let stored = 0;
  let inflate: Gunzip | undefined;

  async function* rawChunks(): AsyncGenerator<Uint8Array> {
    if (first.length > 0) {
      stored += first.length;
      yield first;
    }
    for (let next = await raw.next(); next.done !== true; next = await raw.next()) {
      stored += next.value.length;
      yield next.value;
    }
  }

  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (compression === 'none') return yield* rawChunks();
    if (compression === 'zstd') return yield* zstdFrames(rawChunks());
    const {Readable: ReadableStream} = await import('node:stream');
    inflate = createGunzip({chunkSize: CHUNK});
    const input = ReadableStream.from(rawChunks(), {objectMode: false, highWaterMark: CHUNK});
    input.on('error', (error) => inflate?.destroy(error));
    yield* input.pipe(inflate);
  }

  const iterator = chunks();
  let pending: Uint8Array = new Uint8Array(0);
  let ended = false;
  return {
    name,
    compression,
    plainFile: undefined,
    storedBytes,
    get storedBytesRead() {
      return stored;
    },
    get trailingBytes() {
      return inflate === undefined || !ended ? 0 : stored - inflate.bytesWritten;
    },
    async read(target) {
      while (pending.length === 0) {
        const next = await nextChunk(iterator, name, compression);
        if (next === undefined) {
          ended = true;
          return 0;
        }
        pending = next;
      }
      const taken = Math.min(pending.length, target.length);
      target.set(pending.subarray(0, taken));
      pending = pending.subarray(taken);
      return taken;
    },
    async close() {
      inflate?.destroy();
      stream.destroy();
    },
  };
};

/** At least four bytes when there are that many, so that the compression can be told. */
const firstBytes = async (raw: AsyncIterator<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < 4) {
    const next = await raw.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
};

const nextChunk = async (
  iterator: AsyncGenerator<Uint8Array>,
  name: string,
  compression: Compression,
): Promise<Uint8Array | undefined> => {
  try {
    const next = await iterator.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    if (compression === 'none') throw ioError(name, error);
    const {code} = error as NodeJS.ErrnoException;
    const what =
      code === 'Z_BUF_ERROR'
        ? `the ${compression} data ends in the middle`
        : `the ${compression} data is damaged`;
    throw new RatectlError(`${what} (${(error as Error).message})`, {
      code: 'trace/damaged-compression',
      hint: `nothing was reported; test the file with "${compression} -t" and fetch it again`,
      where: {file: name},
      cause: error,
    });
  }
};
