/**
 * Sliding window counter: the current window plus the part of the previous one that the sliding window still covers.
 *
 *   weighted = current + previous × (window − e) ÷ window              e = t − start of the current window
 *   allowed  ⇔  weighted + cost ≤ limit
 *
 * compared in whole numbers: cost ≤ limit − current − ceil(previous × (window − e) ÷ window). No float decides.
 * Windows lie on the epoch grid. A clock that steps back stays in the window it knows, where more of the previous one weighs.
 * Units: µs, requests (or cost). State: start of the current window, previous, current.
 *
 * Example, 100 per 60 s, previous 84, current 36, e = 15 s: weighted = 36 + 84 × 45 ÷ 60 = 99, one more is allowed.
 *
 * Source: Cloudflare, "How we built rate limiting capable of scaling to millions of domains", 2017 (the approximation).
 */
import type {Algorithm} from '../algorithm.ts';
import {floorTo} from '../arithmetic/floor-to.ts';
import {mulDivCeil, mulDivFloor} from '../arithmetic/mul-div.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';

export interface SlidingWindowOptions {
  /** Units per window; whole, 1 or more. */
  readonly limit: number;
  /** Microseconds. */
  readonly window: number;
}

export const slidingWindow = ({limit, window}: SlidingWindowOptions): Algorithm => {
  /** How far into a window `units` of the one before it weigh no more than `room`. */
  const elapsedUntil = (units: number, room: number): number =>
    units <= room ? 0 : window - mulDivFloor(room, window, units);

  return {
    words: 3,
    capacity: limit,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {now, cost} = ask;
      let start = state[at]!;
      let previous = state[at + 1]!;
      let current = state[at + 2]!;
      const t = Math.max(now, start);
      const windowStart = floorTo(t, window);
      if (windowStart > start) {
        previous = windowStart - start === window ? current : 0;
        current = 0;
        start = windowStart;
      }
      const weighted = current + mulDivCeil(previous, window - (t - start), window);
      const left = weighted < limit ? limit - weighted : 0;

      verdict.delay = 0;
      verdict.retryAfter = 0;
      if (cost <= left) {
        verdict.kind = Kind.allow;
        verdict.remaining = left - cost;
        current += cost;
        verdict.writes = cost > 0;
      } else {
        verdict.remaining = left;
        verdict.writes = false;
        verdict.kind = cost > limit ? Kind.never : Kind.notYet;
        if (cost <= limit) {
          const room = limit - current - cost;
          const inThisWindow = room < 0 ? window : elapsedUntil(previous, room);
          const elapsed = inThisWindow < window ? inThisWindow : window + elapsedUntil(current, limit - cost);
          verdict.retryAfter = start + elapsed - now;
        }
      }
      if (current > 0) verdict.resetAfter = start + 2 * window - now;
      else verdict.resetAfter = previous > 0 ? start + window - now : 0;
      verdict.w0 = start;
      verdict.w1 = previous;
      verdict.w2 = current;
    },

    commit(state: Float64Array, at: number, _ask: Ask, verdict: Verdict): void {
      state[at] = verdict.w0;
      state[at + 1] = verdict.w1;
      state[at + 2] = verdict.w2;
    },
  };
};
