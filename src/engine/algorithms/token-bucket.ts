/**
 * Token bucket, refilled continuously or in steps, in whole numbers.
 *
 *   tokens(t) = burst − taken + refilled(t)
 *   refilled(t) = floor(floor((t − since) ÷ step) × step × count ÷ period)        step = 1 µs when continuous
 *
 * `since` is when the bucket was last full, `taken` what was taken from it since then. Once refilled ≥ taken the bucket
 * is full again, `since` moves to now and `taken` to 0: nothing is ever rounded and carried on. Of a bucket that is never full both
 * move on by whole cycles, in which a whole number of tokens flows in after a whole number of steps: the same decisions, and a rate
 * that changes (another policy, an override, a share) counts from then on, not for all the time since the bucket was full.
 * What such a change makes a key owe is at most one burst: a check that finds more starts at that, and keeps it when it is refused.
 * Units: µs, tokens. State: since, taken (0 = never seen), last (the latest instant charged, so that a clock that steps
 * back mints nothing). A key that starts below its burst is written when it is first refused too: its refill has begun.
 *
 * Example, 2/s, burst 5: five requests at t = 0 are allowed; the sixth waits 0.5 s: need 1 = ceil(1 × 1,000,000 ÷ 2) µs.
 *
 * Sources: J. Turner, "New directions in communications", 1986; decisions equal golang.org/x/time/rate in time order.
 */
import type {Algorithm} from '../algorithm.ts';
import {floorTo} from '../arithmetic/floor-to.ts';
import {gcd} from '../arithmetic/gcd.ts';
import {MAX_QUOTIENT, mulDivCeil, mulDivFloor} from '../arithmetic/mul-div.ts';
import {type Rate, reduced} from '../arithmetic/rate.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';

export interface TokenBucketOptions {
  /** Tokens per `per` µs; whole, 1 or more. */
  readonly count: number;
  /** Microseconds. */
  readonly per: number;
  /** Capacity in tokens; whole, 1 or more. */
  readonly burst: number;
  /** Tokens of a key seen for the first time, 0 … burst. Default: burst. */
  readonly initial?: number;
  /** Microseconds between refills, counted from `since`; 1 = continuous. Default: 1. */
  readonly step?: number;
}

/**
 * Elapsed µs from which on more than 2^52 tokens are refilled, which is more than a key can have taken: below it the
 * quotient stays in its range.
 */
export const refillHorizon = ({count, period}: Rate): number => Math.floor((MAX_QUOTIENT / count) * period);

/** µs in which whole periods and whole steps go by: their least common multiple. Beyond what is exact it is longer than any span. */
const cycleOf = (period: number, step: number): number => (period / gcd(period, step)) * step;

export const tokenBucket = (options: TokenBucketOptions): Algorithm => {
  const {burst, initial = burst, step = 1} = options;
  const {count, period} = reduced(options.count, options.per);
  const horizon = refillHorizon({count, period});
  const cycle = cycleOf(period, step);

  const refilledIn = (elapsed: number): number => {
    if (elapsed >= horizon) return Number.POSITIVE_INFINITY;
    return mulDivFloor(step === 1 ? elapsed : floorTo(elapsed, step), count, period);
  };
  const timeToRefill = (tokens: number): number => {
    const time = mulDivCeil(tokens, period, count);
    return step === 1 ? time : Math.ceil(time / step) * step;
  };

  return {
    words: 3,
    capacity: burst,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {now, cost} = ask;
      let since = state[at]!;
      let taken = state[at + 1]!;
      const last = state[at + 2]!;
      const t = Math.max(now, last);
      if (taken === 0) {
        since = t;
        taken = burst - initial;
      }
      let refilled = refilledIn(t - since);
      if (refilled >= taken) {
        since = t;
        taken = 0;
        refilled = 0;
      } else {
        const cycles = Math.floor((t - since) / cycle);
        if (cycles > 0) {
          const returned = cycles * (cycle / period) * count;
          since += cycles * cycle;
          taken -= returned;
          refilled -= returned;
        }
      }
      let tokens = burst - taken + refilled;
      const owesTooMuch = tokens < -burst;
      if (owesTooMuch) {
        since = t;
        taken = 2 * burst;
        tokens = -burst;
      }

      verdict.delay = 0;
      // A peek is allowed, whatever the key owes.
      if (cost <= Math.max(0, tokens)) {
        verdict.kind = Kind.allow;
        verdict.remaining = Math.max(0, tokens) - cost;
        verdict.retryAfter = 0;
        taken += cost;
        verdict.writes = cost > 0;
        verdict.w0 = since;
        verdict.w1 = taken;
        verdict.w2 = t;
      } else {
        verdict.kind = cost > burst ? Kind.never : Kind.notYet;
        verdict.remaining = Math.max(0, tokens);
        verdict.retryAfter = cost > burst ? 0 : since + timeToRefill(cost - burst + taken) - now;
        verdict.writes = (state[at + 1] === 0 && taken > 0) || owesTooMuch;
        verdict.w0 = since;
        verdict.w1 = taken;
        verdict.w2 = t;
      }
      verdict.resetAfter = (taken === 0 ? t : since + timeToRefill(taken)) - now;
    },

    commit(state: Float64Array, at: number, _ask: Ask, verdict: Verdict): void {
      state[at] = verdict.w0;
      state[at + 1] = verdict.w1;
      state[at + 2] = verdict.w2;
    },
  };
};
