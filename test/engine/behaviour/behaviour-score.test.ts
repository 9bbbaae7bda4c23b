import {describe, expect, test} from 'vitest';
import {emptyBehaviour} from '../../../src/engine/behaviour/behaviour-record.ts';
import {scoreOf} from '../../../src/engine/behaviour/behaviour-score.ts';
import {MINUTE, PLAN, SLOT, START, slotsOf} from './behaviour-specs.ts';

type Sums = readonly [requests: number, refused: number, early: number];

interface Row {
  readonly what: string;
  readonly slots: readonly Sums[];
  /** Slots after START; the end of those above unless it says otherwise. */
  readonly now?: number;
  /** Value and points of success, consistency and abuse. */
  readonly success: readonly [number, number];
  readonly consistency: readonly [number, number];
  readonly abuse: readonly [number, number];
  readonly score: number;
}

const even = (count: number, sums: Sums): readonly Sums[] => Array.from({length: count}, () => sums);

const ROWS: readonly Row[] = [
  {
    what: 'an even stream that is always allowed',
    slots: even(10, [10, 0, 0]),
    success: [1, 0.4],
    consistency: [1, 0.3],
    abuse: [0, 0.3],
    score: 1,
  },
  {
    // The worked example of behaviour-score.ts.
    what: 'uneven, with refusals and some haste',
    slots: [
      [30, 0, 0],
      [10, 0, 0],
      [30, 20, 8],
      [10, 0, 0],
    ],
    success: [0.75, 0.3],
    consistency: [0.625, 0.1875],
    abuse: [0.1, 0.27],
    score: 0.7575,
  },
  {
    // Two thirds even: exactly what is missing to 0.9 in doubles, and not in a policy.
    what: 'always allowed, and just even enough to move up',
    slots: [
      [20, 0, 0],
      [40, 0, 0],
      [0, 0, 0],
    ],
    now: 3,
    success: [1, 0.4],
    consistency: [0.666666667, 0.2],
    abuse: [0, 0.3],
    score: 0.9,
  },
  {
    what: 'a steady flood, nine of ten refused and early: evenness earns nothing',
    slots: even(10, [100, 90, 90]),
    success: [0.1, 0.04],
    consistency: [0.1, 0.03],
    abuse: [0.9, 0.03],
    score: 0.1,
  },
  {
    what: 'everything refused and early',
    slots: even(10, [100, 100, 100]),
    success: [0, 0],
    consistency: [0, 0],
    abuse: [1, 0],
    score: 0,
  },
  {
    what: 'half refused, and it waits as it is told: no move',
    slots: even(10, [10, 5, 0]),
    success: [0.5, 0.2],
    consistency: [0.5, 0.15],
    abuse: [0, 0.3],
    score: 0.65,
  },
  {
    what: 'all in one slot, known for eleven of them',
    slots: [[110, 0, 0]],
    now: 11,
    success: [1, 0.4],
    consistency: [0.090909091, 0.027272727],
    abuse: [0, 0.3],
    score: 0.727272727,
  },
  {
    what: 'known for less than two slots: consistency is neutral, and nobody moves up that soon',
    slots: [[60, 0, 0]],
    now: 1.9,
    success: [1, 0.4],
    consistency: [0.5, 0.15],
    abuse: [0, 0.3],
    score: 0.85,
  },
  {
    what: 'a flood in its first slot moves down at once',
    slots: [[100, 90, 90]],
    now: 1,
    success: [0.1, 0.04],
    // Not above success, however little is known of it.
    consistency: [0.1, 0.03],
    abuse: [0.9, 0.03],
    score: 0.1,
  },
  {
    what: 'one request less than the policy asks for: unknown',
    slots: even(7, [7, 7, 7]),
    success: [0.5, 0.2],
    consistency: [0.5, 0.15],
    abuse: [0.5, 0.15],
    score: 0.5,
  },
  {
    what: 'the slot that has begun counts with the part that passed',
    slots: [
      [20, 0, 0],
      [20, 0, 0],
      [10, 0, 0],
    ],
    now: 2.5,
    success: [1, 0.4],
    consistency: [1, 0.3],
    abuse: [0, 0.3],
    score: 1,
  },
  {
    what: 'what is older than the window does not count',
    slots: [[500, 500, 500], ...even(12, [10, 0, 0] as const)],
    now: 13,
    success: [1, 0.4],
    consistency: [1, 0.3],
    abuse: [0, 0.3],
    score: 1,
  },
];

describe('the score of a key', () => {
  test.each(ROWS)('$what: $score', ({slots, now, success, consistency, abuse, score}) => {
    const record = {since: START, slots: slotsOf(...slots)};
    const found = scoreOf(record, PLAN, START + (now ?? slots.length) * SLOT);
    expect(found.terms).toEqual([
      {term: 'success', value: success[0], weight: 0.4, points: success[1]},
      {term: 'consistency', value: consistency[0], weight: 0.3, points: consistency[1]},
      {term: 'abuse', value: abuse[0], weight: 0.3, points: abuse[1]},
    ]);
    expect(found.score).toBe(score);
  });

  test('of a key never seen is the neutral 0.5', () => {
    expect(scoreOf(emptyBehaviour, PLAN, START)).toMatchObject({score: 0.5, known: false, requests: 0});
  });

  test('of a key never seen is neutral even where no request is asked for', () => {
    expect(scoreOf(emptyBehaviour, {...PLAN, minimumRequests: 0}, START)).toMatchObject({
      score: 0.5,
      known: false,
    });
  });

  test('starts with the first request: one in the middle of a slot does not make that slot a gap', () => {
    const slots = slotsOf([20, 0, 0], [40, 0, 0], [40, 0, 0]);
    const halfWay = scoreOf({since: START + SLOT / 2, slots}, PLAN, START + 3 * SLOT);
    expect(halfWay.score).toBe(1);
  });

  test('tells the sums that it is made of', () => {
    const record = {since: START, slots: slotsOf([60, 30, 20])};
    expect(scoreOf(record, PLAN, START + MINUTE)).toMatchObject({
      known: true,
      requests: 60,
      refused: 30,
      early: 20,
    });
  });
});
