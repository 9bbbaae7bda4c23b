import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {
  CALENDAR_UNITS,
  type CalendarUnit,
  calendarGrid,
  isTimeZone,
} from '../../../src/engine/calendar-grid.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {at, DAY, HOUR, MINUTE, MS} from '../../support/instants.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

/** [zone, unit, instant, start, end, why] */
type Row = readonly [zone: string, unit: CalendarUnit, t: string, start: string, end: string, why: string];

const NOWHERE = Number.NEGATIVE_INFINITY;

const WINDOWS: readonly Row[] = [
  [
    'UTC',
    'minute',
    '2024-02-29T23:59:59.999Z',
    '2024-02-29T23:59Z',
    '2024-03-01T00:00Z',
    'the last minute of a leap day',
  ],
  ['UTC', 'day', '2024-02-29T12:00Z', '2024-02-29T00:00Z', '2024-03-01T00:00Z', 'a leap day'],
  ['UTC', 'month', '2023-02-28T23:59Z', '2023-02-01T00:00Z', '2023-03-01T00:00Z', '28 days'],
  ['UTC', 'month', '2024-02-28T23:59Z', '2024-02-01T00:00Z', '2024-03-01T00:00Z', '29 days'],
  ['UTC', 'month', '2024-12-31T23:59Z', '2024-12-01T00:00Z', '2025-01-01T00:00Z', 'over the end of a year'],
  ['UTC', 'year', '2024-07-01T00:00Z', '2024-01-01T00:00Z', '2025-01-01T00:00Z', '366 days'],
  ['UTC', 'week', '2024-03-03T23:59Z', '2024-02-26T00:00Z', '2024-03-04T00:00Z', 'Sunday ends the week'],
  ['UTC', 'week', '2024-03-04T00:00Z', '2024-03-04T00:00Z', '2024-03-11T00:00Z', 'Monday begins one'],
  ['UTC', 'day', '1970-01-01T00:00Z', '1970-01-01T00:00Z', '1970-01-02T00:00Z', 'the first day there is'],
  [
    'America/New_York',
    'day',
    '1970-01-01T00:00Z',
    '1969-12-31T05:00Z',
    '1970-01-01T05:00Z',
    'which began before the epoch elsewhere',
  ],
  [
    'Europe/Berlin',
    'day',
    '2024-03-31T12:00Z',
    '2024-03-30T23:00Z',
    '2024-03-31T22:00Z',
    '23 hours in spring',
  ],
  [
    'Europe/Berlin',
    'day',
    '2024-10-27T12:00Z',
    '2024-10-26T22:00Z',
    '2024-10-27T23:00Z',
    '25 hours in autumn',
  ],
  [
    'Europe/Berlin',
    'hour',
    '2024-10-27T00:30Z',
    '2024-10-27T00:00Z',
    '2024-10-27T01:00Z',
    '2 to 3, the first time',
  ],
  [
    'Europe/Berlin',
    'hour',
    '2024-10-27T01:30Z',
    '2024-10-27T01:00Z',
    '2024-10-27T02:00Z',
    '2 to 3, the second time',
  ],
  [
    'Europe/Berlin',
    'month',
    '2024-03-31T21:59Z',
    '2024-02-29T23:00Z',
    '2024-03-31T22:00Z',
    'begins in winter time, ends in summer time',
  ],
  ['America/New_York', 'day', '2024-03-10T12:00Z', '2024-03-10T05:00Z', '2024-03-11T04:00Z', '23 hours'],
  ['America/New_York', 'day', '2024-11-03T12:00Z', '2024-11-03T04:00Z', '2024-11-04T05:00Z', '25 hours'],
  [
    'America/New_York',
    'month',
    '2024-12-01T04:59Z',
    '2024-11-01T04:00Z',
    '2024-12-01T05:00Z',
    'the last hour of November',
  ],
  [
    'America/Sao_Paulo',
    'day',
    '2018-11-04T12:00Z',
    '2018-11-04T03:00Z',
    '2018-11-05T02:00Z',
    'midnight is skipped: the day begins at 1',
  ],
  [
    'America/Sao_Paulo',
    'day',
    '2018-11-04T02:59Z',
    '2018-11-03T03:00Z',
    '2018-11-04T03:00Z',
    'the day before has 24 hours',
  ],
  [
    'America/Sao_Paulo',
    'day',
    '2018-02-18T02:30Z',
    '2018-02-17T02:00Z',
    '2018-02-18T03:00Z',
    '23 to 24 comes twice: 25 hours',
  ],
  [
    'America/Havana',
    'day',
    '2023-11-05T05:30Z',
    '2023-11-05T04:00Z',
    '2023-11-06T05:00Z',
    'midnight comes twice: the first one counts',
  ],
  [
    'America/St_Johns',
    'day',
    '2010-11-07T02:30:30Z',
    '2010-11-06T02:30Z',
    '2010-11-07T03:30Z',
    'a minute after midnight it is yesterday again: one day of 25 hours',
  ],
  ['Asia/Kolkata', 'day', '2024-03-01T18:29Z', '2024-02-29T18:30Z', '2024-03-01T18:30Z', 'half an hour off'],
  ['Asia/Kolkata', 'hour', '2024-03-01T18:29Z', '2024-03-01T17:30Z', '2024-03-01T18:30Z', 'hours too'],
  ['Pacific/Apia', 'day', '2011-12-30T09:59Z', '2011-12-29T10:00Z', '2011-12-30T10:00Z', 'the 29th'],
  [
    'Pacific/Apia',
    'day',
    '2011-12-30T10:00Z',
    '2011-12-30T10:00Z',
    '2011-12-31T10:00Z',
    'is followed by the 31st',
  ],
  [
    'Pacific/Apia',
    'week',
    '2011-12-31T00:00Z',
    '2011-12-26T10:00Z',
    '2012-01-01T10:00Z',
    'a week of six days',
  ],
  [
    'Australia/Lord_Howe',
    'day',
    '2024-10-05T20:00Z',
    '2024-10-05T13:30Z',
    '2024-10-06T13:00Z',
    'half an hour is skipped',
  ],
  [
    'Australia/Lord_Howe',
    'hour',
    '2024-10-05T15:45Z',
    '2024-10-05T15:30Z',
    '2024-10-05T16:00Z',
    'half past two to three is all there is of that hour',
  ],
  [
    'Australia/Lord_Howe',
    'hour',
    '2024-04-06T15:15Z',
    '2024-04-06T15:00Z',
    '2024-04-06T15:30Z',
    'half past one to two again',
  ],
];

describe('windows of the local calendar', () => {
  test.each(WINDOWS)('%s, %s of %s: from %s to %s (%s)', (zone, unit, t, start, end) => {
    const grid = calendarGrid(unit, zone);
    const from = grid.startOf(at(t), NOWHERE);
    expect([from, grid.endOf(from)].map((us) => new Date(us / MS).toISOString())).toEqual(
      [start, end].map((text) => new Date(text).toISOString()),
    );
  });

  test('a window that the key already has is never left backwards', () => {
    const grid = calendarGrid('day', 'Europe/Berlin');
    const today = grid.startOf(at('2024-03-31T12:00Z'), NOWHERE);
    expect(grid.startOf(at('2024-03-29T12:00Z'), today)).toBe(today);
    expect(grid.startOf(at('2024-04-01T12:00Z'), today)).toBe(at('2024-03-31T22:00Z'));
  });

  test('knows the time zones there are', () => {
    expect(['Europe/Berlin', 'UTC', 'Europe/Atlantis', ''].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'America/St_Johns',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'Africa/Monrovia',
  'Africa/Casablanca',
];

/** Around the nights clocks change, and anywhere. */
const instants = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        '2018-11-04T03:00Z',
        '2018-02-18T02:00Z',
        '2011-12-30T10:00Z',
        '2024-10-05T15:30Z',
        '2024-04-06T15:00Z',
        '2010-11-07T02:31Z',
        '2010-03-14T03:31Z',
        '2023-11-05T05:00Z',
        '2024-10-27T01:00Z',
        '1972-01-07T00:44:30Z',
        '2024-03-10T02:00Z',
      ),
      fc.integer({min: -3 * HOUR, max: 3 * HOUR}),
    )
    .map(([night, off]) => at(night) + off),
  fc.integer({min: 0, max: at('2060-01-01')}),
);

describe.each(CALENDAR_UNITS)('windows of a %s tile the line of time', (unit) => {
  const longest = {
    minute: MINUTE,
    hour: HOUR,
    day: 26 * HOUR,
    week: 8 * DAY,
    month: 32 * DAY,
    year: 367 * DAY,
  }[unit];

  test('every instant lies in its window, and where it ends the next begins', () => {
    const grids = new Map(ZONES.map((zone) => [zone, calendarGrid(unit, zone)]));
    check(
      fc.tuple(fc.constantFrom(...ZONES), instants),
      ([zone, t]) => {
        const grid = grids.get(zone)!;
        const start = grid.startOf(t, NOWHERE);
        const end = grid.endOf(start);
        expect(start).toBeLessThanOrEqual(t);
        expect(end).toBeGreaterThan(t);
        expect(end - start).toBeLessThanOrEqual(longest);
        // Asked afresh: nothing remembered may hide a gap.
        const afresh = calendarGrid(unit, zone);
        expect([
          afresh.startOf(end, NOWHERE),
          afresh.startOf(end - 1, NOWHERE),
          afresh.startOf(start, NOWHERE),
        ]).toEqual([end, start, start]);
      },
      {runs: 150},
    );
  });
});

test('the time zone of the machine changes nothing', () => {
  const script = fileURLToPath(new URL('../../support/print-windows.ts', import.meta.url));
  const [first, ...others] = ['UTC', 'Asia/Tokyo', 'America/Sao_Paulo'].map((TZ) =>
    execFileSync(process.execPath, [script], {env: {...process.env, TZ}, encoding: 'utf8'}),
  );
  expect(first).toContain('Europe/Berlin month');
  for (const other of others) expect(other).toBe(first);
});
