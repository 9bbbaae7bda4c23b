/**
 * Generic cell rate algorithm: one stored instant, the theoretical arrival time (TAT).
 *
 *   interval T = period ÷ count      tolerance τ = burst × T
 *   allowed  ⇔  max(TAT, now) + cost × T − τ ≤ now          then TAT ← max(TAT, now) + cost × T
 *   remaining = burst − ceil((TAT − now) ÷ T)
 *
 * TAT is kept as whole microseconds plus a numerator over `count`, so that intervals such as 1/3 s never drift. A numerator that is left of
 * another rate, and too large for this one, counts as parts of this one's: up to old count ÷ new count µs too many rather than any minted.
 * A clock that steps back sees a TAT further away: it mints nothing. Units: µs, cells. State: TAT µs, TAT numerator.
 *
 * Example, 1/s, burst 5: five requests at t = 0 leave TAT = 5 s; the sixth waits max(5, 0) + 1 − 5 − 0 = 1 s.
 *
 * Sources: ITU-T I.371 annex A (virtual scheduling); throttled/throttled rate.go and brandur/redis-cell, whose decision
 * tables it passes.
 */
import type {Algorithm} from '../algorithm.ts';
import {mulAddDivCeil, mulDivCeil, mulDivFloor, remainderOf} from '../arithmetic/mul-div.ts';
import {reduced} from '../arithmetic/rate.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';

export interface GcraOptions {
  /** Cells per `per` µs; whole, 1 or more. */
  readonly count: number;
  /** Microseconds. */
  readonly per: number;
  /** Cells allowed at once; whole, 1 or more (redis-cell's `max_burst` + 1). */
  readonly burst: number;
}

/** How far the TAT may be ahead, in µs: `burst` intervals, rounded up. */
export const gcraTolerance = ({count, per, burst}: GcraOptions): number => {
  const rate = reduced(count, per);
  return mulDivCeil(burst, rate.period, rate.count);
};

export const gcra = (options: GcraOptions): Algorithm => {
  const {burst} = options;
  const {count, period} = reduced(options.count, options.per);
  const tolerance = gcraTolerance(options);

  return {
    words: 2,
    capacity: burst,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {now, cost} = ask;
      let tat = state[at]!;
      let numerator = state[at + 1]!;
      if (numerator >= count) {
        const whole = Math.floor(numerator / count);
        tat += whole;
        numerator -= whole * count;
      }
      if (tat < now) {
        tat = now;
        numerator = 0;
      }
      // How far the TAT is ahead of now; in cells, rounded up. A clock that stepped far back finds nothing left.
      const ahead = tat - now;
      const used = ahead >= tolerance ? burst : mulAddDivCeil(ahead, count, numerator, period);
      const remaining = Math.max(0, burst - used);

      verdict.delay = 0;
      if (cost <= remaining) {
        verdict.kind = Kind.allow;
        verdict.remaining = remaining - cost;
        verdict.retryAfter = 0;
        const whole = mulDivFloor(cost, period, count);
        numerator += remainderOf(cost, period, whole, count);
        tat += whole;
        if (numerator >= count) {
          numerator -= count;
          tat += 1;
        }
        verdict.writes = cost > 0;
        verdict.w0 = tat;
        verdict.w1 = numerator;
      } else if (cost > burst) {
        verdict.kind = Kind.never;
        verdict.remaining = remaining;
        verdict.retryAfter = 0;
        verdict.writes = false;
      } else {
        verdict.kind = Kind.notYet;
        verdict.remaining = remaining;
        const room = burst - cost;
        const whole = mulDivFloor(room, period, count);
        const rest = remainderOf(room, period, whole, count);
        verdict.retryAfter = ahead - (rest >= numerator ? whole : whole - 1);
        verdict.writes = false;
      }
      verdict.resetAfter = tat - now + (numerator > 0 ? 1 : 0);
    },

    commit(state: Float64Array, at: number, _ask: Ask, verdict: Verdict): void {
      state[at] = verdict.w0;
      state[at + 1] = verdict.w1;
    },
  };
};
