/**
 * How long to wait after failures: twice as long each time, at random, so that those who failed together do not come back together.
 *
 *     cap(n)      = min(most, first × 2^(n − 1))            after n failures in a row
 *     full jitter = random × cap(n)                         spreads best
 *     equal       = cap(n) / 2 + random × cap(n) / 2        where a least wait is needed
 *
 * Example, first 1 s and most 10 s: caps of 1, 2, 4, 8, 10, 10 … s; with equal jitter the third wait is 2 to 4 s.
 * Source: Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
 */
export interface BackoffSpec {
  /** µs. */
  readonly first: number;
  /** µs; the cap of all waits. */
  readonly most: number;
}

export type Jitter = 'full' | 'equal';

/** The longest wait after so many failures in a row, µs; 0 after none. */
export const backoffCap = ({first, most}: BackoffSpec, failures: number): number =>
  // 2^1024 is Infinity, and 0 × Infinity is no number.
  failures <= 0 ? 0 : Math.min(most, first * 2 ** Math.min(failures - 1, 1_000));

/**
 * How long to wait after so many failures in a row, whole µs. `random`: 0 ≤ random ≤ 1. `retryAfter` (µs, default 0) is what the
 * other side asked for: never less than that, also where it is more than `most`.
 */
export const backoffDelay = (
  spec: BackoffSpec,
  jitter: Jitter,
  failures: number,
  random: number,
  retryAfter = 0,
): number => {
  const cap = backoffCap(spec, failures);
  const least = jitter === 'equal' ? cap / 2 : 0;
  return Math.max(Math.ceil(retryAfter), Math.round(least + random * (cap - least)));
};
