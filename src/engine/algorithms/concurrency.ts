/**
 * Concurrency: at most `max` leases at once. A lease ends when it is released or when it expires, so that a holder that
 * crashed frees its slot.
 *
 *   live(t) = leases with expiry > t        allowed  ⇔  live + cost ≤ max
 *
 * In a replay nobody calls release: a request holds its lease for `ask.hold` µs (how long it took), at most for `timeout`.
 * Every lease carries a fencing token, larger than all before it: the instant it was granted at, or the last token plus
 * one, so that it keeps growing when the key is forgotten or reset. Units: µs, leases. State: a pair log of (expiry, token).
 *
 * Example, max 2, each request takes 3 s: 0 s allowed, 1 s allowed, 2 s waits 1 s, 3 s allowed.
 */
import type {Algorithm} from '../algorithm.ts';
import {PAIR_LOG_WORDS, PairLog} from '../pair-log.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';

export interface ConcurrencyOptions {
  /** Leases at once per key; whole, 1 or more. */
  readonly max: number;
  /** Microseconds after which a lease that was not released ends. */
  readonly timeout: number;
}

export interface Concurrency extends Algorithm {
  /** Ends the lease with this fencing token; false when it has ended already. */
  release(state: Float64Array, at: number, token: number): boolean;
}

const TOKEN = PAIR_LOG_WORDS;

export const concurrency = ({max, timeout}: ConcurrencyOptions): Concurrency => {
  const leases = new PairLog();

  /** The expiry of the lease after whose end `needed` leases have ended, counting from now: an order statistic. */
  const expiryOf = (state: Float64Array, at: number, now: number, needed: number): number => {
    const expiries: number[] = [];
    for (let i = 0; i < leases.length(state, at); i++) {
      const expiry = leases.instantAt(state, at, i);
      if (expiry > now) expiries.push(expiry);
    }
    return expiries.sort((a, b) => a - b)[needed - 1]!;
  };

  return {
    words: PAIR_LOG_WORDS + 1,
    capacity: max,
    pairs: leases,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {now, cost} = ask;
      let live = 0;
      let latest = 0;
      for (let i = 0; i < leases.length(state, at); i++) {
        const expiry = leases.instantAt(state, at, i);
        if (expiry > now) live++;
        if (expiry > latest) latest = expiry;
      }
      const held = ask.hold < timeout ? ask.hold : timeout;
      const left = Math.max(0, max - live);

      verdict.delay = 0;
      verdict.retryAfter = 0;
      verdict.writes = false;
      verdict.remaining = left;
      if (cost <= left) {
        verdict.kind = Kind.allow;
        if (cost > 0) {
          verdict.writes = true;
          verdict.remaining = left - cost;
          verdict.w0 = now + held;
          if (verdict.w0 > latest) latest = verdict.w0;
        }
      } else {
        verdict.kind = cost > max ? Kind.never : Kind.notYet;
        if (cost <= max) verdict.retryAfter = expiryOf(state, at, now, live + cost - max) - now;
      }
      verdict.resetAfter = latest > now ? latest - now : 0;
    },

    /** Leaves the fencing token of the last lease granted in `verdict.w1`. */
    commit(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      for (let i = leases.length(state, at) - 1; i >= 0; i--) {
        if (leases.instantAt(state, at, i) <= ask.now) leases.remove(state, at, i);
      }
      for (let n = 0; n < ask.cost; n++) {
        const token = Math.max(state[at + TOKEN]! + 1, ask.now);
        state[at + TOKEN] = token;
        leases.push(state, at, verdict.w0, token);
        verdict.w1 = token;
      }
    },

    release(state: Float64Array, at: number, token: number): boolean {
      for (let i = 0; i < leases.length(state, at); i++) {
        if (leases.numberAt(state, at, i) !== token) continue;
        leases.remove(state, at, i);
        return true;
      }
      return false;
    },
  };
};
