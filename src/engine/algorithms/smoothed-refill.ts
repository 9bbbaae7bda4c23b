/**
 * Token bucket that gives back at most a tenth of its capacity per check, however long the silence was: a client that
 * comes back after a night does not find a whole hour's or day's budget to spend at once.
 *
 *   gain = min(elapsed × rate, 0.1 × burst)        banked by every check that is answered, allowed or refused
 *
 * A refused check takes nothing, but it banks its gain: otherwise a cost above tokens + 0.1 × burst could never be met.
 * For such a cost `retryAfter` is the time until the next check banks a full tenth; several checks may be needed. Likewise
 * `resetAfter` supposes checks often enough to lose no refill: without any check a key never fills by more than a tenth.
 * Computed in doubles in the order written. Units: µs, tokens. State: missing, last.
 *
 * Example, 1000/h, burst 1000, emptied, then silent for an hour: the next check finds 100 tokens, the one after 36 s
 * later 110.
 */
import type {Algorithm} from '../algorithm.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';
import {firstInstant} from './first-instant.ts';
import type {TokenBucketOptions} from './token-bucket.ts';

const SHARE_PER_CHECK = 0.1;
/** A row of zeros is a key never seen; a key that is full but known keeps this in place of 0 missing tokens. */
const KNOWN_FULL = Number.MIN_VALUE;

export const smoothedRefill = ({
  count,
  per,
  burst,
  initial = burst,
}: Omit<TokenBucketOptions, 'step'>): Algorithm => {
  const most = SHARE_PER_CHECK * burst;
  const gainIn = (elapsed: number): number => Math.min((elapsed * count) / per, most);

  return {
    words: 2,
    capacity: burst,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {now, cost} = ask;
      const fresh = state[at] === 0;
      const before = fresh ? burst - initial : Math.min(state[at]!, burst);
      const last = fresh ? now : state[at + 1]!;
      const t = Math.max(now, last);
      const missing = Math.max(0, before - gainIn(t - last));
      const tokens = burst - missing;

      verdict.delay = 0;
      verdict.retryAfter = 0;
      verdict.writes = cost > 0;
      verdict.w1 = t;
      if (cost <= tokens) {
        verdict.kind = Kind.allow;
        verdict.remaining = Math.floor(tokens - cost);
        verdict.w0 = missing + cost;
      } else {
        verdict.kind = cost > burst ? Kind.never : Kind.notYet;
        verdict.remaining = Math.floor(tokens);
        verdict.w0 = missing === 0 ? KNOWN_FULL : missing;
        if (cost <= burst) {
          // Counted from t: this check has banked its gain.
          const goal = Math.min(cost, tokens + most);
          const enough = (e: number): boolean => gainIn(e) >= most || burst - (missing - gainIn(e)) >= goal;
          verdict.retryAfter = t + firstInstant(((goal - tokens) * per) / count, enough) - now;
        }
      }
      const left = cost > 0 ? verdict.w0 : missing;
      verdict.resetAfter = left < 1e-9 ? 0 : t - now + Math.ceil((left * per) / count);
    },

    commit(state: Float64Array, at: number, _ask: Ask, verdict: Verdict): void {
      state[at] = verdict.w0;
      state[at + 1] = verdict.w1;
    },
  };
};
