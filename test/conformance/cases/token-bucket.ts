import {DAY, HOUR, MS, S} from '../../support/instants.ts';
import {tokenBucketSpec} from '../../support/policies.ts';
import {never, ok, type TraceTable, wait} from '../../support/trace-table.ts';

export const TOKEN_BUCKET: readonly TraceTable[] = [
  {
    name: 'token bucket of 5, 2 per second',
    spec: tokenBucketSpec(2, S, 5),
    rows: [
      [0, 0, ok(5, 0), 'a peek at a key never seen finds it full'],
      [0, 1, ok(4, 500 * MS), 'it starts full'],
      [0, 4, ok(0, 2_500 * MS), 'the whole burst may go at once'],
      [0, 1, wait(500 * MS, 0, 2_500 * MS), 'empty: half a second per token'],
      [499_999, 1, wait(1), 'one microsecond early is early'],
      [500_000, 0, ok(1), 'a peek sees the refilled token'],
      [500_000, 1, ok(0, 2_500 * MS), 'and left it there'],
      [500_000, 6, never(0), 'a cost above the burst never fits'],
      [750_000, 3, wait(1_250 * MS), 'three tokens need 1.5 s from 0.5 s'],
      [0, 1, wait(S, 0, 3 * S), 'a clock that stepped back mints nothing: the wait is counted from it'],
      [999_999, 1, wait(1), 'nor did the refusals cost anything'],
      [S, 1, ok(0), 'the token of the first second'],
      [10 * S, 0, ok(5, 0), 'a long silence fills the bucket, not more'],
      [10 * S, 5, ok(0, 2_500 * MS), 'and all of it may go again'],
      [9 * S, 1, wait(1_500 * MS), 'back again: nothing is left there either'],
      [30 * DAY, 1, ok(4), 'a month later'],
    ],
  },
  {
    name: 'token bucket that is never full for longer than it takes to fill',
    spec: tokenBucketSpec(1, S, 2),
    rows: [
      [0, 2, ok(0), 'emptied'],
      [S, 1, ok(0), 'one token per second, taken at once, 1 of 5'],
      [2 * S, 1, ok(0), '2 of 5'],
      [3 * S, 1, ok(0), '3 of 5: longer than the fill time by now'],
      [4 * S, 1, ok(0), '4 of 5'],
      [5 * S, 1, ok(0), '5 of 5'],
      [5_500 * MS, 1, wait(500 * MS), 'half a token is none'],
      [8 * S, 3, never(2), 'two in the end'],
    ],
  },
  {
    name: 'token bucket of 2, 3 per second: thirds do not drift',
    spec: tokenBucketSpec(3, S, 2),
    rows: [
      [0, 2, ok(0), 'emptied'],
      [333_333, 1, wait(1), 'a third of a second is not over'],
      [333_334, 1, ok(0), 'now it is, rounded up to the microsecond'],
      [666_666, 1, wait(1), 'two thirds from the start, not from the last request'],
      [666_667, 1, ok(0), 'the remainder of the first third is not lost'],
      [999_999, 1, wait(1), 'three thirds …'],
      [S, 1, ok(0), '… are exactly a second'],
    ],
  },
  {
    name: 'token bucket of 1, 1 per hour',
    spec: tokenBucketSpec(1, HOUR),
    rows: [
      [0, 1, ok(0, HOUR), 'the one of the first hour'],
      [1, 1, wait(HOUR - 1), 'an hour to wait, less a microsecond'],
      [HOUR - 1, 1, wait(1), 'one microsecond early'],
      [HOUR, 1, ok(0, HOUR), 'on the hour'],
    ],
  },
  {
    name: 'token bucket of 1,234,567 per day: products beyond 2^53',
    spec: tokenBucketSpec(1_234_567, DAY),
    rows: [
      [0, 1_234_567, ok(0, DAY), 'a whole day at once'],
      [DAY / 2, 0, ok(617_283), 'half of it, rounded down'],
      [DAY / 2, 617_284, wait(34_993, 617_283), 'the next token is 34,993 µs away'],
      [DAY / 2 + 34_993, 617_284, ok(0), 'there it is'],
    ],
  },
  {
    name: 'token bucket of 20, refilled every second with its share of 20 per 10 s',
    spec: tokenBucketSpec(20, 10 * S, 20, {refill: {kind: 'stepped', every: S}}),
    rows: [
      [0, 20, ok(0, 10 * S), 'emptied'],
      [999_999, 1, wait(1), 'nothing before the step'],
      [S, 1, ok(1), 'two at the step'],
      [1_999_999, 2, wait(1, 1), 'and no more until the next one'],
      [2 * S, 4, wait(S, 3), 'three there; four after one more step'],
      [3 * S, 5, ok(0), 'two more: five'],
      [3 * S, 3, wait(2 * S), 'three take two steps'],
    ],
  },
  {
    name: 'token bucket of 10, 1 per second, that starts with 2',
    spec: tokenBucketSpec(1, S, 10, {initial: 2}),
    rows: [
      [0, 3, wait(S, 2, 8 * S), 'refused at first sight, and the refill has begun'],
      [S - 1, 3, wait(1, 2), 'so that the wait is what was promised'],
      [S, 3, ok(0), 'two at the start, one refilled'],
    ],
  },
  {
    name: 'token bucket of 1, 1 per second, that starts empty',
    spec: tokenBucketSpec(1, S, 1, {initial: 0}),
    rows: [
      [0, 1, wait(S), 'nothing there yet'],
      [S - 1, 1, wait(1), 'one microsecond early'],
      [S, 1, ok(0), 'not refused for ever'],
    ],
  },
  {
    name: 'burst penalty: an empty bucket of 50 refills at half of 2 per second',
    spec: tokenBucketSpec(2, S, 50, {refill: {kind: 'burst-penalty'}}),
    rows: [
      [0, 51, never(50), 'more than it holds'],
      [0, 50, ok(0, 50 * S), 'emptied'],
      [10 * S, 11, wait(S, 10), 'ten are back after 10 s, not twenty'],
      [10 * S, 10, ok(0), 'ten may go'],
      [9 * S, 1, wait(2 * S), 'a clock that stepped back mints nothing'],
      [12 * S, 1, ok(1), 'two seconds, two tokens'],
      [200 * S, 50, ok(0), 'full after a long silence'],
    ],
  },
  {
    name: 'burst penalty that starts empty',
    spec: tokenBucketSpec(2, S, 10, {initial: 0, refill: {kind: 'burst-penalty'}}),
    rows: [
      [0, 1, wait(S), 'half the rate: a second for the first token'],
      [S - 1, 1, wait(1), 'one microsecond early'],
      [S, 1, ok(0), 'the refill began with the refusal'],
    ],
  },
  {
    name: 'smoothed: 1000 per hour, at most a tenth back per check',
    spec: tokenBucketSpec(1_000, HOUR, 1_000, {refill: {kind: 'smoothed'}}),
    rows: [
      [0, 1_000, ok(0, HOUR), 'an hour at once'],
      [HOUR, 101, wait(3_600 * MS, 100), 'an hour of silence gives back a tenth; the refused check banks it'],
      [HOUR + 3_600 * MS, 101, ok(0), 'the next token comes at the rate'],
      [2 * HOUR, 300, wait(360 * S, 100), 'three checks of a tenth each: the wait is to the next one'],
      [2 * HOUR + 360 * S, 300, wait(360 * S, 200), 'second tenth'],
      [2 * HOUR + 720 * S, 300, ok(0), 'third tenth'],
      [2 * HOUR, 1, wait(723_600 * MS), 'a clock that stepped back mints nothing'],
    ],
  },
];
