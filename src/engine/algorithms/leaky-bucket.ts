/**
 * Leaky bucket with nginx's integer arithmetic (`limit_req`), decision by decision.
 *
 *   R = floor(count × 1000 ÷ seconds) thousandths of a request per second: 1/m is 16, one request per 62.5 s
 *   e = max(0, excess − floor(R × ms ÷ 1000) + 1000 × cost)            ms = whole milliseconds since `last`
 *   refused ⇔ e > 1000 × burst; excess and last stay          else excess ← e, and last ← now if ms ≠ 0
 *   delay = floor((e − 1000 × delayed-from) × 1000 ÷ R) ms when positive
 *
 * The first request of a key is free. A clock that steps back counts as 0 ms, beyond a minute as 1 ms.
 * Units: ms, thousandths of a request. State: excess, last + 1 (0 = never seen).
 *
 * Example, 1/s, burst 2, nodelay: at 0, 0, 0, 0 ms → pass, pass, pass, refused with 3.000 in excess of 2.
 *
 * Source: nginx src/http/modules/ngx_http_limit_req_module.c; its own tests are passed.
 */
import type {Algorithm} from '../algorithm.ts';
import {mulDivCeil, mulDivFloor} from '../arithmetic/mul-div.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';

export interface LeakyBucketOptions {
  /** Requests per `per` µs; whole. R must come to 1 or more. */
  readonly count: number;
  /** Microseconds; nginx knows seconds and minutes. */
  readonly per: number;
  /** nginx `burst`: requests beyond the first that may wait or pass at once; whole, 0 or more. */
  readonly burst: number;
  /** Requests of the burst that pass without delay; `Infinity` is nginx `nodelay`. */
  readonly delayFrom: number;
}

const MILLI = 1_000;
const STEP_BACK_LIMIT_MS = -60_000;

/** R: thousandths of a request per second. */
export const leakRate = (count: number, per: number): number => mulDivFloor(count * MILLI, 1_000_000, per);

export const leakyBucket = (options: LeakyBucketOptions): Algorithm => {
  const rate = leakRate(options.count, options.per);
  const burst = options.burst * MILLI;
  const delayFrom = options.delayFrom * MILLI;

  return {
    words: 2,
    capacity: options.burst + 1,

    decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
      const {cost} = ask;
      const now = Math.floor(ask.now / MILLI);
      const known = state[at + 1]! > 0;
      let excess = state[at]!;
      let last = known ? state[at + 1]! - 1 : now;
      let ms = now - last;
      if (ms < 0) ms = ms < STEP_BACK_LIMIT_MS ? 1 : 0;
      // The excess after one more request; a cost of n is n requests in the same millisecond.
      const first = known ? Math.max(0, excess - Math.floor((rate * ms) / MILLI) + MILLI) : 0;
      const room = first > burst ? 0 : Math.floor((burst - first) / MILLI) + 1;

      verdict.retryAfter = 0;
      verdict.delay = 0;
      verdict.writes = false;
      verdict.remaining = room;
      if (cost <= room) {
        verdict.kind = Kind.allow;
        if (cost > 0) {
          verdict.writes = true;
          verdict.remaining = room - cost;
          excess = first + (cost - 1) * MILLI;
          if (ms !== 0) last = now;
          if (excess > delayFrom) verdict.delay = Math.floor(((excess - delayFrom) * MILLI) / rate) * MILLI;
        }
      } else if (cost > options.burst + 1) {
        verdict.kind = Kind.never;
      } else {
        verdict.kind = Kind.notYet;
        // The smallest whole number of ms since `last` after which floor(R × ms ÷ 1000) is enough.
        const wait = mulDivCeil(excess + cost * MILLI - burst, MILLI, rate);
        verdict.retryAfter = (last + wait) * MILLI - ask.now;
      }
      // As if never used once the next request would leave no excess: a known key's request adds one, the first adds none.
      const empty = (last + mulDivCeil(excess + MILLI, MILLI, rate)) * MILLI - ask.now;
      verdict.resetAfter = (known || verdict.writes) && empty > 0 ? empty : 0;
      verdict.w0 = excess;
      verdict.w1 = last + 1;
    },

    commit(state: Float64Array, at: number, _ask: Ask, verdict: Verdict): void {
      state[at] = verdict.w0;
      state[at + 1] = verdict.w1;
    },
  };
};
