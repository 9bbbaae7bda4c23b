import {DAY, HOUR, MS, S} from '../../support/instants.ts';
import {gcraSpec} from '../../support/policies.ts';
import {never, ok, type TraceTable, wait} from '../../support/trace-table.ts';

export const GCRA: readonly TraceTable[] = [
  {
    name: 'GCRA, 1 per second, burst 5',
    spec: gcraSpec(1, S, 5),
    rows: [
      [0, 6, never(5), 'more than the burst'],
      [0, 0, ok(5, 0), 'a peek at a key never seen'],
      [0, 1, ok(4, S), 'each cell moves the arrival time by a second'],
      [0, 4, ok(0, 5 * S), 'the whole burst'],
      [0, 1, wait(S, 0, 5 * S), 'the sixth waits a second'],
      [S - 1, 1, wait(1), 'one microsecond early'],
      [S, 1, ok(0, 5 * S), 'on time'],
      [2_500 * MS, 2, wait(500 * MS, 1, 3_500 * MS), 'one and a half cells are one'],
      [2 * S, 1, ok(0), 'half a second back the one is still there'],
      [0, 1, wait(3 * S, 0, 7 * S), 'further back nothing is: nothing is minted'],
      [3 * S, 1, ok(0), 'and nothing was lost'],
      [DAY, 5, ok(0, 5 * S), 'a long silence is worth the burst, not more'],
    ],
  },
  {
    name: 'GCRA, 3 per second, burst 2: thirds do not drift',
    spec: gcraSpec(3, S, 2),
    rows: [
      [0, 2, ok(0, 666_667), 'two thirds of a second, rounded up'],
      [333_333, 1, wait(1), 'a third is not over'],
      [333_334, 1, ok(0), 'now it is'],
      [666_666, 1, wait(1), 'two thirds from the start'],
      [666_667, 1, ok(0), 'not from the last request'],
      [999_999, 1, wait(1), 'three thirds …'],
      [S, 1, ok(0), '… are exactly a second'],
    ],
  },
  {
    name: 'GCRA, 7 per second, burst 1',
    spec: gcraSpec(7, S, 1),
    rows: [
      [0, 1, ok(0, 142_858), 'a seventh is 142,857.14 µs'],
      [142_857, 1, wait(1), 'not yet'],
      [142_858, 1, ok(0, 142_858), 'late by 0.86 µs, which are lost: the cell could not wait longer'],
      [285_715, 1, wait(1), 'so the next one is a seventh after that'],
      [285_716, 1, ok(0), 'and no earlier'],
    ],
  },
  {
    name: 'GCRA, 1 per hour',
    spec: gcraSpec(1, HOUR),
    rows: [
      [0, 1, ok(0, HOUR), 'the one of the first hour'],
      [HOUR - 1, 1, wait(1), 'one microsecond early'],
      [HOUR, 1, ok(0, HOUR), 'on the hour'],
    ],
  },
  {
    name: 'GCRA, 1,234,567 per day, all at once: products beyond 2^53',
    spec: gcraSpec(1_234_567, DAY),
    rows: [
      [0, 1_234_567, ok(0, DAY), 'a whole day at once'],
      [DAY / 2, 617_284, wait(34_993, 617_283), 'as in the token bucket'],
      [DAY / 2 + 34_993, 617_284, ok(0), 'to the microsecond'],
    ],
  },
  {
    name: 'GCRA, 7 per 59 µs, burst 3, and a step back to a fraction of a cell beyond the burst',
    spec: gcraSpec(7, 59, 3),
    rows: [
      [17, 1, ok(2, 9), 'a cell is 8.43 µs'],
      [0, 0, ok(0, 26), '25.43 µs ahead where 25.29 are the burst: nothing is left, not less'],
      [0, 1, wait(9), 'until 16.86 are left'],
      [9, 1, ok(0), 'as promised'],
    ],
  },
];
