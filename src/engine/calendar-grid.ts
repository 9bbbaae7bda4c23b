import type {WindowGrid} from './algorithms/fixed-window.ts';

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
  return ms => {
    const fields: Record<string, number> = {};
    for (const part of format.formatToParts(ms)) fields[part.type] = Number(part.value);
    return Date.UTC(fields['year']!, fields['month']! - 1, fields['day']!, fields['hour']!, fields['minute']!, fields['second']!);
  };
};

const startOfUnit = (wall: WallMillis, unit: CalendarUnit): WallMillis => {
  const date = new Date(wall);
  if (unit === 'minute') return wall - (wall % MINUTE);
  if (unit === 'hour') return wall - (wall % HOUR);
  if (unit === 'day') return wall - (wall % DAY);
  if (unit === 'week') return wall - (wall % DAY) - ((date.getUTCDay() + 6) % 7) * DAY;
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

/**
 * Windows of the local calendar of `timeZone` (IANA name), daylight saving included: a local day has 23, 24 or 25 hours.
 * Minutes and hours are real ones, cut where the local clock shows them full, so that the hour that is repeated in autumn
 * is two windows. A day whose midnight is skipped begins with its first instant. Boundaries of the last window asked for
 * are kept: consecutive requests cost two comparisons.
 */
export const calendarGrid = (unit: CalendarUnit, timeZone: string): WindowGrid => {
  const wallAt = wallClock(timeZone);
  let start = 0;
  let end = 0;

  /** The first instant whose wall clock is at or past `wall`; the wall clock is within 26 hours of UTC. */
  const instantOf = (wall: WallMillis): number => {
    let low = wall - 26 * HOUR;
    let high = wall + 26 * HOUR;
    while (high - low > SECOND) {
      const middle = low + Math.floor((high - low) / (2 * SECOND)) * SECOND;
      if (wallAt(middle) >= wall) high = middle;
      else low = middle;
    }
    return high;
  };

  const windowAround = (ms: number): readonly [number, number] => {
    const whole = ms - (ms % SECOND);
    const wall = wallAt(whole);
    if (unit === 'minute' || unit === 'hour') {
      const from = whole - (wall - startOfUnit(wall, unit));
      return [from, from + (unit === 'minute' ? MINUTE : HOUR)];
    }
    const from = startOfUnit(wall, unit);
    return [instantOf(from), instantOf(nextUnit(from, unit))];
  };

  const seek = (t: number): void => {
    if (t >= start && t < end) return;
    const [from, to] = windowAround(Math.floor(t / 1_000));
    start = from * 1_000;
    end = to * 1_000;
  };

  return {
    startOf(t) {
      seek(t);
      return start;
    },
    endOf(windowStart) {
      seek(windowStart);
      return end;
    },
  };
};
