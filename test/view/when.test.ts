import {expect, test} from 'vitest';
import {dueText, isoInZone, whenOrNow, whenText} from '../../src/view/when.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['2026-01-05T12:00:00Z', 'UTC', '2026-01-05T12:00:00Z'],
  ['2026-01-05T12:00:00Z', 'Europe/Berlin', '2026-01-05T13:00:00+01:00'],
  ['2026-07-05T23:30:00Z', 'Europe/Berlin', '2026-07-06T01:30:00+02:00'],
  ['2026-07-05T12:00:00.999Z', 'America/St_Johns', '2026-07-05T09:30:00-02:30'],
  ['2026-01-01T00:00:00Z', 'America/New_York', '2025-12-31T19:00:00-05:00'],
  ['2026-01-01T00:00:00Z', 'Asia/Kathmandu', '2026-01-01T05:45:00+05:45'],
])('%s in %s is %s', (instant, zone, expected) => {
  expect(isoInZone(at(instant), zone)).toBe(expected);
});

test('to the millisecond where that matters', () => {
  expect(isoInZone(at('2026-01-05T12:00:00.075Z'), 'UTC', 'milliseconds')).toBe('2026-01-05T12:00:00.075Z');
});

test('an instant that no calendar has is never', () => {
  expect(isoInZone(Number.POSITIVE_INFINITY, 'UTC')).toBe('never');
});

test.each([
  [1, '1ms'],
  [999, '999ms'],
  [1_001, '1.1s'],
  [9_950, '10s'],
  [12_001, '13s'],
  [191_500, '3m12s'],
])('%i ms from now is %s, never too short a wait', (ms, expected) => {
  expect(whenText(ms, {format: 'relative', timeZone: 'UTC', now: 0})).toBe(expected);
});

test('raw is milliseconds since the epoch', () => {
  expect(whenText(1_500, {format: 'raw', timeZone: 'UTC', now: 1_000})).toBe('2500');
});

test('what is over is so now, not in 0s; instants stay instants', () => {
  const relative = {format: 'relative', timeZone: 'UTC', now: at('2026-01-05T12:00:00Z')} as const;
  const iso = {...relative, format: 'iso'} as const;
  expect([0, 2_000].map((ms) => dueText(ms, relative))).toEqual(['now', 'in 2s']);
  expect([0, 2_000].map((ms) => whenOrNow(ms, relative))).toEqual(['now', '2s']);
  expect([dueText(0, iso), whenOrNow(0, iso)]).toEqual(['at 2026-01-05T12:00:00Z', '2026-01-05T12:00:00Z']);
});
