import {closeSync, fstatSync, openSync, readSync, type Stats} from 'node:fs';
import {readReason} from '../base/io-reason.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';

export interface BoundedFile {
  readonly bytes: Uint8Array;
  readonly stats: Stats;
}

/**
 * Reads a file that may be a pipe, but not more than `most` bytes of it. `what` names it in messages: `configuration`,
 * `password file`. Throws a RatectlError with the reason; undefined when there is no such file.
 */
export const readBounded = (path: string, what: string, most: number): BoundedFile | undefined => {
  const cannot = (reason: string, cause?: unknown): RatectlError =>
    new RatectlError(`cannot read the ${what} ${quoted(path, 200)}: ${reason}`, {
      code: 'io/cannot-read',
      hint: 'check the path and its permissions',
      cause,
    });
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw cannot('it is a folder');
    const bytes = new Uint8Array(most + 1);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    if (length > most) throw cannot(`it is larger than ${most / 1024} KiB`);
    return {bytes: bytes.subarray(0, length), stats};
  } catch (error) {
    if (error instanceof RatectlError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannot(readReason(error), error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};

/** Whether users other than the owner may read a regular file. Windows has no such bits. */
export const isExposed = (stats: Stats): boolean =>
  process.platform !== 'win32' && stats.isFile() && (stats.mode & 0o044) !== 0;
