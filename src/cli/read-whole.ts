import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {readReason} from '../base/io-reason.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';

const CHUNK = 1 << 20;

const cannotRead = (path: string, reason: string, cause?: unknown): RatectlError =>
  new RatectlError(`cannot read ${quoted(path, 200)}: ${reason}`, {
    code: 'io/cannot-read',
    hint: 'check the path and its permissions',
    cause,
  });

/** The text of a file or pipe of at most `max` bytes. Throws a RatectlError (exit 2) with the path and the reason. */
export const readWhole = (path: string, max: number): string => {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    if (fstatSync(fd).isDirectory()) throw cannotRead(path, 'it is a folder');
    const parts: Uint8Array[] = [];
    for (let length = 0; ; ) {
      const part = new Uint8Array(CHUNK);
      const read = readSync(fd, part, 0, CHUNK, null);
      if (read === 0) return Buffer.concat(parts).toString('utf8');
      length += read;
      if (length > max) throw cannotRead(path, `it is larger than ${max >>> 20} MiB`);
      parts.push(part.subarray(0, read));
    }
  } catch (error) {
    throw error instanceof RatectlError ? error : cannotRead(path, readReason(error), error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};
