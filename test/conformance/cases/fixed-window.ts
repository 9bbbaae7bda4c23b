import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {at, HOUR, MS, S} from '../../support/instants.ts';
import {fixedWindowSpec} from '../../support/policies.ts';
import {never, ok, type TraceTable, wait} from '../../support/trace-table.ts';

const calendarDay = (timeZone: string): AlgorithmSpec => ({
  kind: 'fixed-window',
  limit: 1,
  window: {align: 'calendar', unit: 'day', timeZone},
  countDenied: false,
});

export const FIXED_WINDOW: readonly TraceTable[] = [
  {
    name: 'fixed window, 2 per 10 s on the epoch grid',
    spec: fixedWindowSpec(2, 10 * S),
    rows: [
      [9_900 * MS, 0, ok(2, 0), 'a peek begins no window'],
      [9_900 * MS, 1, ok(1, 100 * MS), 'the window ends at 10 s whenever it was entered'],
      [9_900 * MS, 1, ok(0, 100 * MS), 'the second of two'],
      [9_900 * MS, 1, wait(100 * MS, 0, 100 * MS), 'the third waits for the next window'],
      [10 * S - 1, 1, wait(1), 'one microsecond early'],
      [10 * S, 1, ok(1, 10 * S), 'a new window'],
      [10 * S, 2, wait(10 * S, 1), 'two do not fit, one would'],
      [10 * S, 3, never(1), 'three never fit'],
      [9_950 * MS, 1, ok(0, 10_050 * MS), 'a clock that stepped back stays in the window it left'],
      [9_950 * MS, 1, wait(10_050 * MS), 'and finds no second budget'],
      [12_345 * S, 2, ok(0, 5 * S), 'a long silence'],
    ],
  },
  {
    name: 'fixed window, 2 per 10 s from the first hit',
    spec: fixedWindowSpec(2, 10 * S, {align: 'first-hit'}),
    rows: [
      [5 * S, 0, ok(2, 0), 'a peek begins no window'],
      [5 * S, 3, never(2), 'nor does a refusal'],
      [6 * S, 1, ok(1, 10 * S), 'this request does'],
      [16 * S - 1, 1, ok(0, 1), 'its last microsecond'],
      [16 * S - 1, 1, wait(1), 'full'],
      [16 * S, 1, ok(1, 10 * S), 'the next window begins with the next request'],
      [5 * S, 1, ok(0, 21 * S), 'a clock that stepped back stays in it'],
    ],
  },
  {
    name: 'fixed window, 2 per 10 s, refusals count',
    spec: fixedWindowSpec(2, 10 * S, {countDenied: true}),
    rows: [
      [0, 1, ok(1, 10 * S), 'one of two'],
      [2 * S, 2, wait(8 * S, 0, 8 * S), 'refused, counted: nothing is left'],
      [3 * S, 1, wait(7 * S), 'not even for one'],
      [10 * S, 3, never(0), 'what never fits is counted too'],
      [10 * S, 1, wait(10 * S), 'so that the rest of the window is gone'],
      [20 * S, 0, ok(2, 0), 'a peek is free'],
      [20 * S, 2, ok(0, 10 * S), 'a new window'],
    ],
  },
  {
    name: 'fixed window, 2 per 10 s from the first hit, refusals count',
    spec: fixedWindowSpec(2, 10 * S, {align: 'first-hit', countDenied: true}),
    rows: [
      [S, 3, never(0), 'a refusal begins the window'],
      [2 * S, 1, wait(9 * S), 'which is used up by it'],
      [11 * S, 1, ok(1, 10 * S), 'the next one'],
    ],
  },
  {
    name: 'fixed window, 1 per day in Berlin, over the night the clocks go forward',
    spec: calendarDay('Europe/Berlin'),
    rows: [
      [at('2024-03-30T22:59:59Z'), 1, ok(0, S), 'the last second of Saturday'],
      [at('2024-03-30T22:59:59Z'), 1, wait(S), 'a new day in a second'],
      [at('2024-03-30T23:00:00Z'), 1, ok(0, 23 * HOUR), 'Sunday has 23 hours'],
      [at('2024-03-31T21:59:59Z'), 1, wait(S), 'until 22:00 UTC'],
      [at('2024-03-31T22:00:00Z'), 1, ok(0, 24 * HOUR), 'Monday has 24'],
    ],
  },
];
