import {expect, test} from 'vitest';
import {countedAt, DENIED_GRAINS, lastMinute, minuteOf, startOf} from '../../../src/store/usage-window.ts';
import {at, HOUR, MINUTE, S} from '../../support/instants.ts';

const NOON = at('2026-01-05T12:00:00Z');

test('instants lie in their minute, hour and day', () => {
  expect(minuteOf(NOON)).toBe(NOON);
  expect(minuteOf(NOON + MINUTE - 1)).toBe(NOON);
  expect(startOf(NOON + HOUR - 1, DENIED_GRAINS.hour)).toBe(NOON);
  expect(startOf(NOON + HOUR, DENIED_GRAINS.day)).toBe(at('2026-01-05T00:00:00Z'));
});

test('counts move on with the minutes, and stay when the clock steps back', () => {
  const counts = {minute: NOON, current: 3, previous: 9};
  expect(countedAt(counts, NOON + S, 2)).toEqual({minute: NOON, current: 5, previous: 9});
  expect(countedAt(counts, NOON + MINUTE, 2)).toEqual({minute: NOON + MINUTE, current: 2, previous: 3});
  expect(countedAt(counts, NOON + 2 * MINUTE, 2)).toEqual({
    minute: NOON + 2 * MINUTE,
    current: 2,
    previous: 0,
  });
  expect(countedAt(counts, NOON - HOUR, 2)).toEqual({minute: NOON, current: 5, previous: 9});
});

test.each([
  [NOON, 12],
  [NOON + 20 * S, 3 + 6],
  [NOON + 59 * S, 3 + 1],
  [NOON + MINUTE, 3],
  [NOON + MINUTE + 40 * S, 1],
  [NOON + 2 * MINUTE, 0],
  [NOON - HOUR, 12],
])('the last 60 s at %s held about %i', (now, expected) => {
  expect(lastMinute({minute: NOON, current: 3, previous: 9}, now)).toBe(expected);
});
