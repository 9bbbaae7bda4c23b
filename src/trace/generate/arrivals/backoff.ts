import type {Random} from '../random.ts';

/**
 * How a refused client chooses its wait before try n = 1, 2 … (Marc Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015). With e(n) = min(cap, base × 2^(n − 1)):
 *
 *     none          e(n)                                  all that failed together come back together
 *     full          uniform 0 … e(n)
 *     equal         e(n) ÷ 2 + uniform 0 … e(n) ÷ 2
 *     decorrelated  min(cap, uniform base … 3 × wait before)
 */
export const JITTERS = ['none', 'full', 'equal', 'decorrelated'] as const;
export type Jitter = (typeof JITTERS)[number];

/** `base ≤ cap`, µs. */
export interface Backoff {
  readonly jitter: Jitter;
  readonly base: number;
  readonly cap: number;
}

/** The wait in whole µs before try `n` (1 = the first retry); `before` is the wait before the last try, 0 at first. */
export const backoffWait = (backoff: Backoff, n: number, before: number, random: Random): number => {
  const {base, cap} = backoff;
  const exponential = Math.min(cap, base * 2 ** (n - 1));
  switch (backoff.jitter) {
    case 'none':
      return exponential;
    case 'full':
      return random.below(exponential + 1);
    case 'equal': {
      const half = Math.floor(exponential / 2);
      return half + random.below(exponential - half + 1);
    }
    case 'decorrelated': {
      const upper = 3 * Math.max(base, before);
      return Math.min(cap, base + random.below(upper - base + 1));
    }
  }
};
