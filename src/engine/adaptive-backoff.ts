/**
 * A backoff that begins later the more fails: whoever sees that everything fails need not find it out again with short waits.
 *
 *     share    = failed attempts / attempts of the window       0 below 5 attempts: too few say nothing
 *     first(s) = min(most, first × 8^share)
 *
 * Example, first 100 ms: 100 ms while nothing fails, 283 ms when half of the attempts do, 800 ms when all do. It recovers as the window
 * forgets: at the latest one window after the last failure it is what it was. What `backoffDelay` does after so many failures in a row
 * is not changed by it.
 */
import type {BackoffSpec} from './backoff.ts';
import {type CallSlot, callsIn, slotsAt} from './breaker-window.ts';

/** Attempts below which a share means nothing. */
const FEWEST = 5;
/** So many times later when all fails. */
const MOST_TIMES = 8;

/** The failed share of the attempts, 0 … 1. */
export const failedShare = (slots: readonly CallSlot[], window: number, now: number): number => {
  const {calls, failures} = callsIn(slotsAt(slots, window, now));
  return calls < FEWEST ? 0 : failures / calls;
};

/** The backoff to wait by when such a share of the attempts fails. Whole µs. */
export const adaptedBackoff = ({first, most}: BackoffSpec, share: number): BackoffSpec => ({
  first: Math.min(most, Math.round(first * MOST_TIMES ** Math.min(1, Math.max(0, share)))),
  most,
});
