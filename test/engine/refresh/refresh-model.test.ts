import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import type {RefreshRules} from '../../../src/engine/refresh/refresh-transitions.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {MINUTE} from '../../support/instants.ts';
import {RULES} from './records.ts';
import {MOVES, type Move, OPERATOR} from './refresh-moves.ts';
import {type Call, RefreshWorld} from './refresh-world.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const run = (rules: RefreshRules, moves: readonly Move[]): RefreshWorld => {
  const world = new RefreshWorld(rules, 'corrected');
  world.move({who: OPERATOR, gap: 0, dice: 80});
  for (const move of moves) world.move(move);
  return world;
};

/** Each call with those before it, in every stretch that ends with it. */
const expectWithin = (calls: readonly Call[], {budget}: RefreshRules): void => {
  const longest = Math.max(...budget.map(({per}) => per));
  for (const {at, reason} of calls) {
    for (const {count, per} of budget) {
      if (reason === 'emergency' && per < longest) continue;
      const seen = calls.filter((one) => one.at > at - per && one.at <= at).length;
      expect(seen, `${reason} at ${at}, ${count} in ${per}`).toBeLessThanOrEqual(count);
    }
  }
};

const BUDGETS: RefreshRules['budget'][] = [
  RULES.budget as RefreshRules['budget'],
  [{count: 3, per: 10 * MINUTE}],
  [
    {count: 2, per: MINUTE},
    {count: 3, per: 5 * MINUTE},
  ],
];

describe.each(['strict', 'grace', 'none'] as const)('any order of events, rotation %s', (rotation) => {
  const rules = fc.constantFrom(...BUDGETS).map((budget): RefreshRules => ({...RULES, rotation, budget}));

  test('keeps the provider within the budget, tokens unspent, tokens in order, and lost answers known', () => {
    check(
      fc.tuple(rules, MOVES),
      ([drawn, moves]) => {
        expectWithin(run(drawn, moves).calls, drawn);
      },
      {runs: 600},
    );
  });

  test('tells the journal of every attempt, and what is the last word on it', () => {
    check(
      fc.tuple(rules, MOVES),
      ([drawn, moves]) => {
        const world = run(drawn, moves);
        world.finish();
        expect([...world.journal.keys()].sort()).toEqual([...world.granted].sort());
        for (const {fencing, outcome} of world.record.attempts)
          expect(world.journal.get(fencing)).toBe(outcome);
      },
      {runs: 300},
    );
  });
});

test('the model reaches what it is about', () => {
  const seen = new Map<string, number>();
  const count = (what: string): unknown => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (const rotation of ['strict', 'grace'] as const) {
    check(MOVES, (moves) => {
      const world = run({...RULES, rotation}, moves);
      world.finish();
      for (const outcome of world.journal.values()) count(`${outcome}`);
      for (const {reason} of world.calls) count(reason);
      for (const {reuse} of world.record.attempts) if (reuse) count('reuse');
    });
  }
  const few = [
    'refreshed',
    'failed',
    'rejected',
    'not-sent',
    'answer-lost',
    'discarded',
    'due',
    'emergency',
    'reuse',
  ];
  expect(few.filter((what) => (seen.get(what) ?? 0) < 20)).toEqual([]);
});
