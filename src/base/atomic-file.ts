import {randomBytes} from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {writeReason} from './io-reason.ts';
import {RatectlError} from './ratectl-error.ts';
import {quoted} from './safe-text.ts';

/**
 * A file that appears whole or not at all: written beside its destination, renamed by `commit`, removed by `discard`.
 * A destination that is not a regular file (a FIFO, /dev/stdout) is written in place: there is nothing to rename.
 */
export interface AtomicFile {
  write(bytes: Uint8Array): void;
  commit(): void;
  /** Idempotent; does nothing after `commit`. */
  discard(): void;
}

const failure = (path: string, error: unknown): RatectlError =>
  new RatectlError(`cannot write ${quoted(path, 200)}: ${writeReason(error)}`, {
    code: 'io/cannot-write',
    hint: 'nothing was left behind; choose a path that can be written and run again',
    cause: error,
  });

const destination = (path: string): {readonly path: string; readonly special: boolean} => {
  try {
    const real = realpathSync(path);
    return {path: real, special: !statSync(real).isFile()};
  } catch {
    return {path, special: false};
  }
};

const asideOf = (path: string): string => `${path}.${randomBytes(4).toString('hex')}.tmp`;

/** Throws what `openAtomicFile` would where a path cannot be written: before the work whose result is to go there. */
export const checkAtomicFile = (path: string): void => {
  const target = destination(path);
  try {
    if (!target.special) {
      accessSync(`${dirname(target.path)}/.`, constants.W_OK | constants.X_OK);
      // A name may be too long.
      statSync(asideOf(target.path), {throwIfNoEntry: false});
    } else if (statSync(target.path).isDirectory()) throw Object.assign(new Error(), {code: 'EISDIR'});
  } catch (error) {
    throw failure(path, error);
  }
};

/**
 * Opens `path` for atomic writing; `mode` are the permissions of the file, less the umask. Throws a RatectlError (exit 2) that
 * names the path and the reason.
 */
export const openAtomicFile = (path: string, mode = 0o644): AtomicFile => {
  const target = destination(path);
  const aside = target.special ? target.path : asideOf(target.path);
  let fd: number | undefined;
  try {
    fd = openSync(aside, target.special ? 'w' : 'wx', mode);
  } catch (error) {
    throw failure(path, error);
  }
  const close = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  const remove = (): void => {
    if (target.special) return;
    try {
      unlinkSync(aside);
    } catch {
      // Gone with its folder, perhaps; what matters is the error that led here.
    }
  };
  const discard = (): void => {
    if (fd === undefined) return;
    close();
    remove();
  };
  return {
    write(bytes) {
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd as number, bytes, at);
      } catch (error) {
        discard();
        throw failure(path, error);
      }
    },
    commit() {
      try {
        close();
        if (!target.special) renameSync(aside, target.path);
      } catch (error) {
        remove();
        throw failure(path, error);
      }
    },
    discard,
  };
};
