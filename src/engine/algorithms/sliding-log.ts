/**
 * Sliding log: the exact answer. The instants of what was admitted in the last window are kept.
 *
 *   used(t) = Σ cost of what was admitted in (t − window, t]        an event exactly one window old is out
 *   allowed  ⇔  used + cost ≤ limit
 *
 * Requests of the same instant share one entry; a key holds at most `limit` entries of 16 bytes. A clock that steps back
 * stays at the newest instant known. Units: µs, requests (or cost). State: a pair log, and the units in it.
 *
 * Example, 2 per 10 s: 0 s allowed, 4 s allowed, 9 s waits 1 s (until the first is 10 s old), 10 s allowed.
 */
import type {Algorithm} from '../algorithm.ts';
import {PAIR_LOG_WORDS, PairLog} from '../pair-log.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';
import type {SlidingWindowOptions} from './sliding-window.ts';

const UNITS = PAIR_LOG_WORDS;

export const slidingLog = ({limit, window}: SlidingWindowOptions): Algorithm => {
  const log = new PairLog();

  return {
    words: PAIR_LOG_WORDS + 1,
    capacity: limit,
    pairs: log,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {now, cost} = ask;
      const length = log.length(state, at);
      const newest = length > 0 ? log.instantAt(state, at, length - 1) : 0;
      const t = Math.max(now, newest);
      let expired = 0;
      let used = state[at + UNITS]!;
      while (expired < length && log.instantAt(state, at, expired) + window <= t) {
        used -= log.numberAt(state, at, expired);
        expired++;
      }
      const left = limit - used;

      verdict.delay = 0;
      verdict.retryAfter = 0;
      verdict.writes = false;
      verdict.remaining = Math.max(0, left);
      verdict.resetAfter = used === 0 ? 0 : newest + window - now;
      // A peek is allowed, also where the limit was lowered below what is used.
      if (cost <= Math.max(0, left)) {
        verdict.kind = Kind.allow;
        if (cost > 0) {
          verdict.writes = true;
          verdict.remaining = left - cost;
          verdict.resetAfter = t + window - now;
        }
        verdict.w0 = t;
        verdict.w1 = expired;
        verdict.w2 = used + cost;
      } else {
        verdict.kind = cost > limit ? Kind.never : Kind.notYet;
        if (cost <= limit) {
          let free = left;
          let i = expired;
          while (free < cost) free += log.numberAt(state, at, i++);
          verdict.retryAfter = log.instantAt(state, at, i - 1) + window - now;
        }
      }
    },

    commit(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      if (verdict.w1 > 0) log.dropOldest(state, at, verdict.w1);
      const length = log.length(state, at);
      if (length > 0 && log.instantAt(state, at, length - 1) === verdict.w0)
        log.addToNewest(state, at, ask.cost);
      else log.push(state, at, verdict.w0, ask.cost);
      state[at + UNITS] = verdict.w2;
    },
  };
};
