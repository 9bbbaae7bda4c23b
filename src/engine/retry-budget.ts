/**
 * How many calls may be tried again, so that retries do not multiply the load on something that fails: no more than a share of the
 * calls, and a small reserve for those that make few.
 *
 *     retries in the window ≤ reserve × window + ratio × calls in the window
 *
 * The window moves in ten slots: at an instant it covers between 9/10 and the whole of `window` (see breaker-window.ts). Example, ratio
 * 0.1, reserve 1 per second, window 10 s: 200 calls in the last 10 s allow 10 + 20 retries. When all of 1,000 calls per second fail, the
 * other side sees 1,101 per second at most, where three attempts for each would be 3,000.
 * Source: RetryBudget of Finagle (twitter/finagle, service/RetryBudget.scala), which lets deposits expire in the same way.
 */
import {type CallSlot, callsIn, countCalls, slotsAt} from './breaker-window.ts';

export interface RetryBudgetSpec {
  /** Retries for each call, 0 or more. */
  readonly ratio: number;
  /** Retries per second beside that, 0 or more. */
  readonly reserve: number;
  /** µs. */
  readonly window: number;
}

/** Slots of the window: `calls`, and with `failures` the retries that were made. */
export type RetryBudget = readonly CallSlot[];

export const emptyBudget: RetryBudget = [];

/** A call was made, for the first time. */
export const countCall = (budget: RetryBudget, {window}: RetryBudgetSpec, now: number): RetryBudget =>
  countCalls(budget, window, now, {calls: 1, failures: 0});

/** A retry, if there is one left; undefined: there is none. */
export const takeRetry = (
  budget: RetryBudget,
  spec: RetryBudgetSpec,
  now: number,
): RetryBudget | undefined =>
  retriesLeft(budget, spec, now) < 1
    ? undefined
    : countCalls(budget, spec.window, now, {calls: 0, failures: 1});

/** Whole retries that are left. */
export const retriesLeft = (
  budget: RetryBudget,
  {ratio, reserve, window}: RetryBudgetSpec,
  now: number,
): number => {
  const {calls, failures: retries} = callsIn(slotsAt(budget, window, now));
  // Sums of such products miss whole numbers by a little: 0.1 × 30 is 3.0000000000000004, 0.7 × 10 is 7, 0.57 × 100 is 56.99….
  const allowed = Math.floor(ratio * calls + (reserve * window) / 1_000_000 + 1e-9);
  return Math.max(0, allowed - retries);
};
