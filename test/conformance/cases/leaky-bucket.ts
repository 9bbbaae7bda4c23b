import {MINUTE, MS, S} from '../../support/instants.ts';
import {leakyBucketSpec} from '../../support/policies.ts';
import {never, ok, type TraceTable, wait} from '../../support/trace-table.ts';

/** Vectors worked out by nginx's arithmetic (ngx_http_limit_req_module.c), with the waits, and more. */
export const LEAKY_BUCKET: readonly TraceTable[] = [
  {
    name: 'leaky bucket, 1r/s burst=2 nodelay',
    spec: leakyBucketSpec(1, S, 2),
    rows: [
      [0, 0, ok(3, 0), 'three at once: burst and the one that is free'],
      [0, 4, never(3), 'four never'],
      [0, 1, ok(2, S), 'the first request is free'],
      [0, 1, ok(1), 'excess 1'],
      [0, 1, ok(0), 'excess 2'],
      [0, 1, wait(S, 0, 3 * S), 'excess would be 3'],
      [500 * MS, 1, wait(500 * MS), 'excess would be 2.5'],
      [999_999, 1, wait(1), 'nginx counts whole milliseconds'],
      [S, 1, ok(0), 'excess 2'],
      [S, 1, wait(S), 'excess would be 3'],
      [2_500 * MS, 1, ok(0), 'excess 1.5: half a request of room is none'],
      [2_500 * MS, 0, ok(0), 'a peek is free'],
      [S, 1, wait(2 * S), 'a clock that stepped back by less than a minute counts as no time'],
      [10 * S, 3, ok(0), 'empty again: three at once'],
    ],
  },
  {
    name: 'leaky bucket, 1r/m is 16 thousandths per second',
    spec: leakyBucketSpec(1, MINUTE, 0),
    rows: [
      [0, 1, ok(0, 62_500 * MS), 'free'],
      [MINUTE, 1, wait(2_500 * MS), 'excess 0.040 after a minute'],
      [62_499 * MS, 1, wait(MS), 'excess 0.001'],
      [62_500 * MS, 1, ok(0), 'now'],
      [125 * S, 1, ok(0), 'and again'],
    ],
  },
  {
    name: 'leaky bucket, 10r/m burst=3 delay=1',
    spec: leakyBucketSpec(10, MINUTE, 3, 1),
    rows: [
      [0, 1, ok(3), 'free'],
      [10 * MS, 1, ok(2), 'excess 0.999: not delayed'],
      [20 * MS, 1, ok(1, undefined, 6_012 * MS), 'excess 1.998'],
      [30 * MS, 1, ok(0, undefined, 12_030 * MS), 'excess 2.997'],
      [
        40 * MS,
        1,
        wait(5_997 * MS),
        'excess would be 3.996; 997 thousandths leak within 6.007 s of the last one',
      ],
      [6_000 * MS, 1, wait(37 * MS), 'excess would be 3.006'],
      [12_100 * MS, 1, ok(1, undefined, 5_987 * MS), 'excess 1.994'],
      [12_100 * MS, 1, ok(0, undefined, 12_012 * MS), 'excess 2.994'],
    ],
  },
  {
    name: 'leaky bucket and a clock that steps back by more than a minute, as in nginx',
    spec: leakyBucketSpec(1, S, 1),
    rows: [
      [100 * S, 2, ok(0), 'full'],
      [40 * S, 1, wait(61 * S), 'a minute back: no time has passed'],
      [39_999 * MS, 1, wait(61_001 * MS), 'more: one millisecond has'],
      [101 * S, 1, ok(0), 'the refusals changed nothing'],
    ],
  },
];
