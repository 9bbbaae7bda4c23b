import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {hasZone, NOT_A_TIME, parseRfc3339, TIME_OUT_OF_RANGE} from '../../../src/trace/time/rfc3339.ts';

const parse = (text: string): number => {
  // In the middle of other digits, which must not be looked at.
  const bytes = new TextEncoder().encode(`99${text}99`);
  return parseRfc3339(bytes, 2, bytes.length - 2);
};

const us = (iso: string): number => Date.parse(iso) * 1000;

describe('an RFC 3339 time', () => {
  test.each([
    ['2023-11-14T22:14:00Z', us('2023-11-14T22:14:00Z'), 'whole seconds'],
    ['2023-11-14t22:14:00z', us('2023-11-14T22:14:00Z'), 'small letters'],
    ['2023-11-14 22:14:00Z', us('2023-11-14T22:14:00Z'), 'a space for the T'],
    ['2023-11-14T22:14:00', us('2023-11-14T22:14:00Z'), 'no zone: UTC'],
    ['2023-11-16 18:17:03.9799600', us('2023-11-16T18:17:03Z') + 979_960, '100 ns ticks'],
    [
      '2021-12-08T14:02:43.464763557Z',
      us('2021-12-08T14:02:43Z') + 464_763,
      'nanoseconds are cut, not rounded',
    ],
    [
      '2021-12-08T14:02:43.999999999999Z',
      us('2021-12-08T14:02:43Z') + 999_999,
      'more digits than a clock has',
    ],
    ['2023-11-14 22:14:00,127', us('2023-11-14T22:14:00.127Z'), 'a comma'],
    ['2025-12-31T17:40:00.5+01:00', us('2025-12-31T16:40:00.500Z'), 'an offset'],
    ['2023-11-14T18:44:00-0330', us('2023-11-14T22:14:00Z'), 'an offset of half an hour, without colon'],
    ['2023-11-14T23:14:00+01', us('2023-11-14T22:14:00Z'), 'an offset of hours'],
    ['2023-11-14 23:14:00 +0100', us('2023-11-14T22:14:00Z'), 'a space before the offset'],
    ['2023-11-14 23:14:00.25 +01:00', us('2023-11-14T22:14:00.250Z'), 'a space between fraction and offset'],
    ['2024-02-29T00:00:00Z', us('2024-02-29T00:00:00Z'), 'a leap day'],
    ['2000-02-29T00:00:00Z', us('2000-02-29T00:00:00Z'), 'a leap day of a century that has one'],
    ['1970-01-01T00:00:00Z', 0, 'the first instant'],
    ['1969-12-31T23:30:00-01:00', us('1970-01-01T00:30:00Z'), '1970 in UTC'],
    ['2255-06-05T23:47:34.740991Z', Number.MAX_SAFE_INTEGER, 'the last instant'],
  ])('%s is read (%#: %s)', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  test.each([
    ['2023-02-31T00:00:00Z', '31 February'],
    ['2023-02-29T00:00:00Z', 'no leap year'],
    ['2100-02-29T00:00:00Z', 'no leap year either'],
    ['2023-04-31T00:00:00Z', '31 April'],
    ['2023-00-10T00:00:00Z', 'month 0'],
    ['2023-13-10T00:00:00Z', 'month 13'],
    ['2023-10-00T00:00:00Z', 'day 0'],
    ['2023-10-10T24:00:00Z', 'hour 24'],
    ['2023-10-10T00:60:00Z', 'minute 60'],
    ['2016-12-31T23:59:60Z', 'a leap second'],
    ['2023-Oct-10T00:00:00Z', 'the name of a month'],
    ['2023-10-10', 'no time of day'],
    ['2023-10-10T00:00Z', 'no seconds'],
    ['2023-10-10T00:00:00.Z', 'no digits after the dot'],
    ['2023-10-10T00:00:00 ', 'a space and nothing'],
    ['2023-10-10T00:00:00X', 'an unknown zone'],
    ['2023-10-10T00:00:00ZZ', 'something after the zone'],
    ['2023-10-10T00:00:00+24:00', 'an offset of a day'],
    ['2023-10-10T00:00:00+01:60', 'an offset of 60 minutes'],
    ['2023-10-10T00:00:00+1:00', 'an offset of one digit'],
    ['2023-10-10T00:00:00+0100x', 'something after the offset'],
    ['2023/10/10T00:00:00Z', 'slashes'],
    ['2023-10-10_00:00:00Z', 'another separator'],
    ['+023-10-10T00:00:00Z', 'a sign in the year'],
    ['', 'nothing'],
  ])('%s is refused: %s', (text) => {
    expect(parse(text)).toBe(NOT_A_TIME);
  });

  test.each([
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+00:01',
    '2255-06-05T23:47:34.740992Z',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  ])('%s is outside 1970 … 2255', (text) => {
    expect(parse(text)).toBe(TIME_OUT_OF_RANGE);
  });

  test.each([
    ['2023-10-10T00:00:00Z', true],
    ['2023-10-10T00:00:00.123+01:00', true],
    ['2023-10-10T00:00:00', false],
    ['2023-10-10T00:00:00.123456', false],
  ])('%s says its zone: %s', (text, expected) => {
    const bytes = new TextEncoder().encode(text);
    expect(hasZone(bytes, 0, bytes.length)).toBe(expected);
  });

  test('is what Date makes of it, for every instant', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 8_999_999_999_999}),
        fc.integer({min: -1439, max: 1439}),
        (ms, offset) => {
          const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
          const part = (value: number): string => String(value).padStart(2, '0');
          const size = Math.abs(offset);
          const zone = `${offset < 0 ? '-' : '+'}${part(Math.floor(size / 60))}:${part(size % 60)}`;
          expect(parse(`${local}${zone}`)).toBe(ms * 1000);
        },
      ),
    );
  });
});
