import type {WindowGrid} from './algorithms/fixed-window.ts';
import {floorTo} from './arithmetic/floor-to.ts';

/** The calendar units a quota can follow. A week begins on Monday (ISO 8601). */
export const CALENDAR_UNITS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A wall clock reading as if it were UTC, in milliseconds. */
type WallMillis = number;

/** Whether the runtime knows this IANA time zone. */
export const isTimeZone = (timeZone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en-US', {timeZone});
    return true;
  } catch {
    return false;
  }
};

const wallClock = (timeZone: string): ((ms: number) => WallMillis) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    const fields: Record<string, number> = {};
    for (const part of format.formatToParts(ms)) fields[part.type] = Number(part.value);
    return Date.UTC(
      fields['year']!,
      fields['month']! - 1,
      fields['day']!,
      fields['hour']!,
      fields['minute']!,
      fields['second']!,
    );
  };
};

const startOfUnit = (wall: WallMillis, unit: CalendarUnit): WallMillis => {
  const date = new Date(wall);
  if (unit === 'minute') return floorTo(wall, MINUTE);
  if (unit === 'hour') return floorTo(wall, HOUR);
  if (unit === 'day') return floorTo(wall, DAY);
  if (unit === 'week') return floorTo(wall, DAY) - ((date.getUTCDay() + 6) % 7) * DAY;
  if (unit === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return Date.UTC(date.getUTCFullYear(), 0, 1);
};

const nextUnit = (start: WallMillis, unit: CalendarUnit): WallMillis => {
  const date = new Date(start);
  if (unit === 'minute') return start + MINUTE;
  if (unit === 'hour') return start + HOUR;
  if (unit === 'day') return start + DAY;
  if (unit === 'week') return start + 7 * DAY;
  if (unit === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return Date.UTC(date.getUTCFullYear() + 1, 0, 1);
};

/** Start and end of a window in milliseconds since the epoch. */
type Span = readonly [from: number, to: number];

/** The first whole second after `low` at which `holds`, which is false at `low`, true at `high` and turns true once. */
const firstSecond = (low: number, high: number, holds: (ms: number) => boolean): number => {
  let before = low;
  let after = high;
  while (after - before > SECOND) {
    const middle = before + floorTo((after - before) / 2, SECOND);
    if (holds(middle)) after = middle;
    else before = middle;
  }
  return after;
};

/** Windows remembered, so that requests that jump between a few of them stay cheap. */
const REMEMBERED = 32;

/**
 * Windows of the local calendar of `timeZone` (IANA name), daylight saving included: a local day has 23, 24 or 25 hours.
 * Minutes and hours are real ones, cut where the local clock shows them full, so that the hour that is repeated in autumn
 * is two windows; one in which the clocks change is cut there (Lord Howe changes by half an hour). A day whose midnight is
 * skipped begins with its first instant; one that is skipped as a whole has no window. Windows tile the line of time.
 */
export const calendarGrid = (unit: CalendarUnit, timeZone: string): WindowGrid => {
  const wallAt = wallClock(timeZone);
  const offsetAt = (ms: number): number => wallAt(ms) - ms;

  /** The first instant whose wall clock is at or past `wall`; no zone is more than 26 hours from UTC. */
  const instantOf = (wall: WallMillis): number =>
    firstSecond(wall - 26 * HOUR, wall + 26 * HOUR, (ms) => wallAt(ms) >= wall);

  const realWindow = (second: number, length: number): Span => {
    const offset = offsetAt(second);
    let from = floorTo(second + offset, length) - offset;
    let to = from + length;
    if (offsetAt(from) !== offset) from = firstSecond(from, second, (ms) => offsetAt(ms) === offset);
    if (offsetAt(to - SECOND) !== offset)
      to = firstSecond(second, to - SECOND, (ms) => offsetAt(ms) !== offset);
    return [from, to];
  };

  const localWindow = (second: number): Span => {
    let first = startOfUnit(wallAt(second), unit);
    let from = instantOf(first);
    let to = instantOf(nextUnit(first, unit));
    // Clocks that go back over midnight show it twice; the day begins with one of the two, always the same.
    while (to <= second) {
      first = nextUnit(first, unit);
      from = to;
      to = instantOf(nextUnit(first, unit));
    }
    while (from > second) {
      first = startOfUnit(first - SECOND, unit);
      to = from;
      from = instantOf(first);
    }
    return [from, to];
  };

  const windowAround = (second: number): Span => {
    if (unit === 'minute') return realWindow(second, MINUTE);
    if (unit === 'hour') return realWindow(second, HOUR);
    return localWindow(second);
  };

  /** The latest windows found, in a ring, in microseconds. */
  const starts = new Float64Array(REMEMBERED);
  const ends = new Float64Array(REMEMBERED);
  let next = 0;
  let latest = 0;

  /** Index of the window of an instant; consecutive instants of one window cost two comparisons. */
  const seek = (t: number): number => {
    if (t >= starts[latest]! && t < ends[latest]!) return latest;
    let found = 0;
    while (found < REMEMBERED && !(t >= starts[found]! && t < ends[found]!)) found++;
    if (found === REMEMBERED) {
      const [from, to] = windowAround(floorTo(t / 1_000, SECOND));
      found = next;
      starts[found] = from * 1_000;
      ends[found] = to * 1_000;
      next = (next + 1) % REMEMBERED;
    }
    latest = found;
    return found;
  };

  return {
    startOf(t, current) {
      const start = starts[seek(t)]!;
      return Math.max(start, current);
    },
    endOf(windowStart) {
      return ends[seek(windowStart)]!;
    },
  };
};
