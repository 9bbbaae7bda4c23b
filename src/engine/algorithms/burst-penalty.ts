/**
 * Token bucket whose refill slows down the emptier it is: hammering costs more than waiting.
 *
 *   gain(e) = e × rate × (1 − 0.5 × missing ÷ burst)        missing = burst − tokens, as the last request left it
 *
 * An empty bucket refills at half the rate. The slope is fixed between two charged requests, so the wait is exact; it is
 * found by asking the same formula. Computed in doubles in the order written, the same in every store. A key that starts
 * below its burst is written when it is first refused too: its refill has begun.
 * Units: µs, tokens. State: missing (0 = never seen), last.
 *
 * Example, 2/s, burst 50, emptied at t = 0: after 10 s 10 × 2 × 0.5 = 10 tokens are back, not 20.
 */
import type {Algorithm} from '../algorithm.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';
import {firstInstant} from './first-instant.ts';
import type {TokenBucketOptions} from './token-bucket.ts';

const PENALTY = 0.5;

export const burstPenalty = ({
  count,
  per,
  burst,
  initial = burst,
}: Omit<TokenBucketOptions, 'step'>): Algorithm => {
  const slopeAt = (missing: number): number => (count / per) * (1 - (PENALTY * missing) / burst);
  const tokensAfter = (missing: number, elapsed: number): number => {
    const gain = ((elapsed * count) / per) * (1 - (PENALTY * missing) / burst);
    return gain >= missing ? burst : burst - missing + gain;
  };

  return {
    words: 2,
    capacity: burst,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {now, cost} = ask;
      const fresh = state[at] === 0;
      // A key whose burst was lowered since misses no more than all of it.
      const missing = fresh ? burst - initial : Math.min(state[at]!, burst);
      const last = fresh ? now : state[at + 1]!;
      const t = Math.max(now, last);
      const tokens = tokensAfter(missing, t - last);

      verdict.delay = 0;
      verdict.retryAfter = 0;
      verdict.writes = false;
      if (cost <= tokens) {
        verdict.kind = Kind.allow;
        verdict.writes = cost > 0;
        verdict.remaining = Math.floor(tokens - cost);
        verdict.w0 = burst - tokens + cost;
        verdict.w1 = t;
      } else {
        verdict.kind = cost > burst ? Kind.never : Kind.notYet;
        verdict.remaining = Math.floor(tokens);
        if (cost <= burst) {
          const guess = (cost - (burst - missing)) / slopeAt(missing);
          verdict.retryAfter = last + firstInstant(guess, (e) => tokensAfter(missing, e) >= cost) - now;
        }
        verdict.writes = fresh && missing > 0;
        verdict.w0 = missing;
        verdict.w1 = last;
      }
      const left = verdict.writes ? verdict.w0 : missing;
      const from = verdict.writes ? t : last;
      const full = from + firstInstant(left / slopeAt(left), (e) => tokensAfter(left, e) >= burst) - now;
      verdict.resetAfter = Math.max(full, 0);
    },

    commit(state: Float64Array, at: number, _ask: Ask, verdict: Verdict): void {
      state[at] = verdict.w0;
      state[at + 1] = verdict.w1;
    },
  };
};
