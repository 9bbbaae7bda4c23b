import {MINUTE, S} from '../../support/instants.ts';
import {slidingLogSpec, slidingWindowSpec} from '../../support/policies.ts';
import {never, ok, type TraceTable, wait} from '../../support/trace-table.ts';

export const SLIDING: readonly TraceTable[] = [
  {
    name: 'sliding window, 100 per minute',
    spec: slidingWindowSpec(100, MINUTE),
    rows: [
      [10 * S, 101, never(100), 'more than the limit'],
      [10 * S, 84, ok(16, 110 * S), 'it weighs until the end of the next window'],
      [50 * S, 17, wait(10 * S + 714_286, 16), 'seventeen fit when 84 × (1 − e/60) ≤ 83'],
      [75 * S, 36, ok(1, 105 * S), 'a quarter in: 84 × 45/60 = 63, and 36 make 99'],
      [75 * S, 1, ok(0), 'one more'],
      [75 * S, 1, wait(714_286), 'full until the previous window weighs 62'],
      [75 * S + 714_285, 1, wait(1), 'one microsecond early'],
      [75 * S + 714_286, 1, ok(0), 'there'],
      [61 * S, 1, wait(14 * S + 1_428_572), 'a clock that stepped back finds more of the previous window'],
      [61 * S, 0, ok(0), 'and a peek is still allowed'],
      [30 * S, 1, wait(45 * S + 1_428_572), 'before the window it stays at its start'],
      [300 * S, 100, ok(0, 120 * S), 'two silent windows forget all'],
      [359_999_999, 1, wait(600_001), 'nothing before the next window, and a hundredth of that'],
      [360_600_000, 1, ok(0), 'there'],
    ],
  },
  {
    name: 'sliding log, 2 per 10 s',
    spec: slidingLogSpec(2, 10 * S),
    rows: [
      [0, 3, never(2), 'more than the limit'],
      [0, 1, ok(1, 10 * S), 'one'],
      [4 * S, 1, ok(0, 10 * S), 'two'],
      [9 * S, 1, wait(S, 0, 5 * S), 'until the first is 10 s old'],
      [9 * S, 2, wait(5 * S), 'two wait for the second to go'],
      [10 * S - 1, 1, wait(1), 'one microsecond early'],
      [10 * S, 1, ok(0, 10 * S), 'an event exactly one window old is out'],
      [3 * S, 1, wait(11 * S, 0, 17 * S), 'a clock that stepped back stays at the newest event'],
      [14 * S, 1, ok(0), 'the second is out'],
      [14 * S, 0, ok(0), 'a peek is free'],
      [100 * S, 2, ok(0), 'a long silence'],
    ],
  },
];
