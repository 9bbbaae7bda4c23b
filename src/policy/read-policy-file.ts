import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {readReason} from '../base/io-reason.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';

/** Largest policy file. */
export const MAX_POLICY_BYTES = 1_048_576;

const cannotRead = (path: string, reason: string, hint: string, cause?: unknown): RatectlError =>
  new RatectlError(`cannot read policy ${quoted(path, 200)}: ${reason}`, {
    code: 'io/cannot-read',
    hint,
    cause,
  });

/** Reads a file that may be a pipe, but not more of it than a policy may have. `path` is what messages call it. */
export const readPolicyFile = (path: string, location = path): Uint8Array => {
  let fd: number | undefined;
  try {
    fd = openSync(location, 'r');
    if (fstatSync(fd).isDirectory())
      throw cannotRead(path, 'it is a folder', 'name the policy file in it, for example ratectl.yaml');
    const bytes = new Uint8Array(MAX_POLICY_BYTES + 1);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    if (length > MAX_POLICY_BYTES)
      throw cannotRead(
        path,
        'it is larger than 1 MiB',
        'is it a trace? a policy is a short YAML or JSON file',
      );
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof RatectlError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw cannotRead(
      path,
      readReason(error),
      missing ? 'check the path, or write one with: ratectl init' : 'check the path and its permissions',
      error,
    );
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};
