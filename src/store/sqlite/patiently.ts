import {setTimeout} from 'node:timers/promises';
import {isBusy, sqliteError} from './sqlite-error.ts';

/** Milliseconds at most between two attempts at a locked file; the wait is random, so that processes do not keep step. */
const RETRY_MS = 4;

/**
 * Tries again while another process has the file locked, for at most `timeoutMs`, without keeping this one from its work.
 * Rejects with a `StoreError`.
 */
export const patiently = async <T>(
  attempt: () => T,
  {timeoutMs, url}: {readonly timeoutMs: number; readonly url: string},
): Promise<T> => {
  let deadline: number | undefined;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      deadline ??= performance.now() + timeoutMs;
      if (!isBusy(error) || performance.now() >= deadline) throw sqliteError(error, url);
    }
    await setTimeout(1 + Math.random() * RETRY_MS);
  }
};
