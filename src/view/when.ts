import {MAX_MICROS} from '../base/micros.ts';
import {spanText} from '../base/span-text.ts';

export const TIME_FORMATS = ['relative', 'iso', 'raw'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** How instants are written. */
export interface Times {
  /** `3m12s` from now, RFC 3339, or whole milliseconds since the epoch. */
  readonly format: TimeFormat;
  /** IANA name. */
  readonly timeZone: string;
  /** The instant that spans are counted from, ms since the epoch. */
  readonly now: number;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

const offsetText = (minutes: number): string => {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
};

/** RFC 3339 with the offset of the zone at that instant: `2026-11-21T06:30:00+01:00`. Takes ms since the epoch. */
export const isoInZone = (
  ms: number,
  timeZone: string,
  precision: 'seconds' | 'milliseconds' = 'seconds',
): string => {
  if (!(Math.abs(ms) <= MAX_MICROS / 1_000)) return 'never';
  const second = Math.floor(ms / 1_000) * 1_000;
  // Intl takes 12 ms for its first zone. Years that need more than four digits are left to it.
  const utc = timeZone === 'UTC' ? new Date(ms).toISOString() : '';
  if (/^\d{4}-/.test(utc)) return precision === 'seconds' ? `${utc.slice(0, 19)}Z` : utc;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(second));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const [hour, minute, whole] = [part('hour'), part('minute'), part('second')];
  const fraction = precision === 'seconds' ? '' : `.${String(Math.floor(ms - second)).padStart(3, '0')}`;
  const offset = Math.round((Date.UTC(year, month - 1, day, hour, minute, whole) - second) / 60_000);
  return `${year}-${twoDigits(month)}-${twoDigits(day)}T${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(whole)}${fraction}${offsetText(offset)}`;
};

/** An instant `ms` from now, in the form asked for. */
export const whenText = (ms: number, {format, timeZone, now}: Times): string => {
  if (format === 'relative') return spanText(ms);
  return format === 'iso' ? isoInZone(now + ms, timeZone) : String(now + ms);
};

/** As `whenText`, for a column whose title says `in` or `at`: `now` where nothing is left to wait. */
export const whenOrNow = (ms: number, times: Times): string =>
  ms <= 0 && times.format === 'relative' ? 'now' : whenText(ms, times);

/** `in 3m12s`, `now`, or `at` an instant. */
export const dueText = (ms: number, times: Times): string => {
  if (times.format !== 'relative') return `at ${whenText(ms, times)}`;
  return ms <= 0 ? 'now' : `in ${whenText(ms, times)}`;
};
