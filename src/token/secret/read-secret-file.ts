import type {Stats} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {readReason} from '../../base/io-reason.ts';
import {isRatectlError, RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';

const MOST_BYTES = 65_536;

export interface SecretFile {
  readonly text: string;
  readonly stats: Stats;
}

/** Reads a small file, which may be a pipe. */
export const readSecretFile = async (path: string): Promise<SecretFile> => {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const stats = await file.stat();
    if (stats.isDirectory()) throw cannotRead(path, 'it is a folder');
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    while (length < bytes.length) {
      const {bytesRead} = await file.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > MOST_BYTES) throw cannotRead(path, `it is larger than ${MOST_BYTES / 1_024} KiB`);
    return {text: bytes.toString('utf8', 0, length), stats};
  } catch (error) {
    throw isRatectlError(error) ? error : cannotRead(path, readReason(error));
  } finally {
    await file?.close();
  }
};

const cannotRead = (path: string, reason: string): RatectlError =>
  new RatectlError(`cannot read the secret in ${quoted(path, 200)}: ${reason}`, {
    code: 'token/secret',
    hint: 'check the path and its permissions',
  });

/** Whether users other than the owner may read a regular file. Windows has no such bits. */
export const isExposed = (stats: Stats): boolean =>
  process.platform !== 'win32' && stats.isFile() && (stats.mode & 0o044) !== 0;
