/** The arithmetic of `Usage` that every store shares: slots of time, bounds, and the weighing of the last minute. µs. */

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

/** How long slots and hours are kept: 8 days. */
export const USAGE_KEPT = 8 * 24 * HOUR;
/** Keys in the index of keys that are limited or near it. */
export const HOT_KEYS = 10_000;
/** Keys per hour whose refusals are counted. */
export const DENIED_KEYS = 1_000;

/** Start of the minute an instant lies in. */
export const minuteOf = (instant: number): number => Math.floor(instant / MINUTE) * MINUTE;

/** Start of the hour an instant lies in. */
export const hourOf = (instant: number): number => Math.floor(instant / HOUR) * HOUR;

/** Refusals counted by minute: those of `minute`, and those of the minute before it. */
export interface MinuteCounts {
  readonly minute: number;
  readonly current: number;
  readonly previous: number;
}

/** The counts as they are in the minute of `now`, with `more` added. A clock that steps back stays in the minute it knows. */
export const countedAt = (
  {minute, current, previous}: MinuteCounts,
  now: number,
  more: number,
): MinuteCounts => {
  const at = minuteOf(now);
  if (at <= minute) return {minute, current: current + more, previous};
  return {minute: at, current: more, previous: at - minute === MINUTE ? current : 0};
};

/**
 * About how many refusals the last 60 s held: all of this minute, and of the minute before it the share that is not older,
 * rounded up. Example: 30 in the minute before, 4 in this one, 20 s into it: 4 + 30 × 40 ÷ 60 = 24.
 */
export const lastMinute = (counts: MinuteCounts, now: number): number => {
  const {minute, current, previous} = countedAt(counts, now, 0);
  const covered = Math.min(Math.max(minute + MINUTE - now, 0), MINUTE);
  return current + Math.ceil((previous * covered) / MINUTE);
};
