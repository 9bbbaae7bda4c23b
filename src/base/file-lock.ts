import {closeSync, openSync, statSync, unlinkSync} from 'node:fs';

/** Longer than anything that is done under a lock: whoever made one this old was killed. */
const STALE_MS = 5_000;
const LOOK_EVERY_MS = 20;

/**
 * Runs while no other process does so for the same path, by a file beside it. Where none can be made, in a folder that cannot be
 * written, it runs all the same: whatever it writes there says why it cannot.
 */
export const withFileLock = <T>(path: string, run: () => T): T => {
  const lock = `${path}.lock`;
  if (!taken(lock)) return run();
  try {
    return run();
  } finally {
    remove(lock);
  }
};

/** Waits for it. False: there can be none. */
const taken = (lock: string): boolean => {
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
      if (ageOf(lock) > STALE_MS) remove(lock);
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
    }
  }
};

const ageOf = (lock: string): number => {
  try {
    return Math.abs(Date.now() - statSync(lock).mtimeMs);
  } catch {
    return 0;
  }
};

const remove = (lock: string): void => {
  try {
    unlinkSync(lock);
  } catch {
    // Somebody else took a stale one away.
  }
};
