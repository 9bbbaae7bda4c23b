/**
 * Fixed window counter.
 *
 *   allowed  ⇔  used + cost ≤ limit            used counts since the window began
 *
 * Where a window begins is the policy's choice: `epoch` on the grid floor(t ÷ window) × window, `first-hit` with the first
 * request that was charged, `calendar` with the local hour, day, week, month or year of a time zone.
 * A clock that steps back stays in the window it left. Units: µs, requests (or cost). State: window start, used.
 *
 * Example, 2 per 10 s, epoch: 9.9 s allowed, 9.9 s allowed, 9.9 s waits 0.1 s, 10.0 s allowed: up to 2 × limit may pass
 * around a boundary, which is what sliding windows are for.
 */
import type {Algorithm} from '../algorithm.ts';
import {floorTo} from '../arithmetic/floor-to.ts';
import {type Ask, Kind, type Verdict} from '../verdict.ts';

/** Where windows begin and end: start ≤ t < end, and where one ends the next may begin. */
export interface WindowGrid {
  /** Start of the window of `t`, for a key whose window so far began at `current` (−∞: it has none). Never before `current`. */
  startOf(t: number, current: number): number;
  endOf(start: number): number;
}

export interface FixedWindowOptions {
  /** Units per window; whole, 1 or more. */
  readonly limit: number;
  readonly grid: WindowGrid;
  /** Whether a refused request counts too (envoy, rate-limiter-flexible). */
  readonly refused: 'free' | 'counted';
}

export const fixedWindow = ({limit, grid, refused}: FixedWindowOptions): Algorithm => ({
  words: 2,
  capacity: limit,

  decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void {
    const {now, cost} = ask;
    let used = state[at + 1]!;
    const known = used > 0 ? state[at]! : Number.NEGATIVE_INFINITY;
    const start = grid.startOf(now, known);
    if (start > known) used = 0;

    verdict.delay = 0;
    const left = used >= limit ? 0 : limit - used;
    if (cost <= left) {
      verdict.kind = Kind.allow;
      verdict.remaining = left - cost;
      verdict.retryAfter = 0;
      used += cost;
      verdict.writes = cost > 0;
    } else {
      verdict.kind = cost > limit ? Kind.never : Kind.notYet;
      verdict.remaining = left;
      verdict.retryAfter = cost > limit ? 0 : grid.endOf(start) - now;
      verdict.writes = refused === 'counted';
      if (verdict.writes) {
        used = Math.min(used + cost, Number.MAX_SAFE_INTEGER);
        verdict.remaining = 0;
      }
    }
    verdict.resetAfter = used === 0 ? 0 : grid.endOf(start) - now;
    verdict.w0 = start;
    verdict.w1 = used;
  },

  commit(state: Float64Array, at: number, _ask: Ask, verdict: Verdict): void {
    state[at] = verdict.w0;
    state[at + 1] = verdict.w1;
  },
});

/** Windows of `length` µs on the grid that starts at the epoch. */
export const epochGrid = (length: number): WindowGrid => ({
  startOf(t, current) {
    const start = floorTo(t, length);
    return Math.max(start, current);
  },
  endOf: (start) => start + length,
});

/** Windows of `length` µs that begin with the first request charged. */
export const firstHitGrid = (length: number): WindowGrid => ({
  startOf: (t, current) => (t >= current + length ? t : current),
  endOf: (start) => start + length,
});
