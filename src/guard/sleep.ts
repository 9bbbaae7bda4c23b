/** The longest that a timer can take, ms. */
const LONGEST = 2 ** 31 - 1;

/**
 * Resolves after `ms`, or earlier when `onWake`'s function is called. Rejects with the signal's reason when that is aborted. The
 * timer keeps the process alive: somebody waits for it.
 */
export const sleep = (
  ms: number,
  signal?: AbortSignal,
  onWake?: (wake: () => void) => () => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    let forget: (() => void) | undefined;
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      forget?.();
    };
    const aborted = (): void => {
      done();
      reject(signal?.reason);
    };
    const woken = (): void => {
      done();
      resolve();
    };
    const timer = setTimeout(woken, Math.min(Math.max(0, Math.ceil(ms)), LONGEST));
    if (signal?.aborted) {
      aborted();
      return;
    }
    signal?.addEventListener('abort', aborted, {once: true});
    forget = onWake?.(woken);
  });
