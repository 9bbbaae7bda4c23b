import {S} from '../../support/instants.ts';
import {concurrencySpec} from '../../support/policies.ts';
import {never, ok, type TraceTable, wait} from '../../support/trace-table.ts';

const taking = (hold: number, cost = 1): {cost: number; hold: number} => ({cost, hold});

export const CONCURRENCY: readonly TraceTable[] = [
  {
    name: 'concurrency, 2 at once, at most 10 s each',
    spec: concurrencySpec(2, 10 * S),
    rows: [
      [0, taking(3 * S, 3), never(2), 'three at once never'],
      [0, taking(3 * S), ok(1, 3 * S), 'one for 3 s'],
      [S, taking(3 * S), ok(0, 3 * S), 'two'],
      [2 * S, taking(3 * S), wait(S, 0, 2 * S), 'until the first ends'],
      [2 * S, taking(3 * S, 2), wait(2 * S, 0), 'two slots: until the second does'],
      [3 * S - 1, taking(3 * S), wait(1), 'one microsecond early'],
      [3 * S, taking(60 * S), ok(0, 10 * S), 'a lease that is never given back ends by itself'],
      [3 * S, 0, ok(0), 'a peek is free'],
      [12_999_999, taking(S, 2), wait(1, 1), 'one slot is still held'],
      [13 * S, taking(S, 2), ok(0, S), 'both at once'],
      [12 * S, taking(S), wait(2 * S), 'a clock that stepped back frees nothing'],
    ],
  },
];
