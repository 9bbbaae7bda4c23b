/** The arithmetic of `Usage` that every store shares: slots of time, bounds, and the weighing of the last minute. µs. */

import type {DeniedSpan, SlotWidth} from './port.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long sums per minute, and refusals of keys per hour, are kept: 8 days. */
export const USAGE_KEPT = 8 * DAY;
/** How long sums per hour, and refusals of keys per day, are kept: 35 days, so that any month can be reported. */
export const LONG_USAGE_KEPT = 35 * DAY;

/** Sums and refusals over a span of time: how long the span is, and how long they are kept. */
export interface Grain {
  readonly length: number;
  readonly kept: number;
}

export const SLOT_GRAINS: Readonly<Record<SlotWidth, Grain>> = {
  minute: {length: MINUTE, kept: USAGE_KEPT},
  hour: {length: HOUR, kept: LONG_USAGE_KEPT},
};

export const DENIED_GRAINS: Readonly<Record<DeniedSpan, Grain>> = {
  hour: {length: HOUR, kept: USAGE_KEPT},
  day: {length: DAY, kept: LONG_USAGE_KEPT},
};

/** Keys in the index of keys that are limited or near it. */
export const HOT_KEYS = 10_000;
/** Keys per hour, and per day, whose refusals are counted. */
export const DENIED_KEYS = 1_000;

/** Start of the minute an instant lies in. */
export const minuteOf = (instant: number): number => Math.floor(instant / MINUTE) * MINUTE;

/** Start of the span an instant lies in: of the hour, of the day (UTC). */
export const startOf = (instant: number, {length}: Pick<Grain, 'length'>): number =>
  Math.floor(instant / length) * length;

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
