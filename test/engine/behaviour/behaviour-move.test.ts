import {describe, expect, test} from 'vitest';
import {
  movedTier,
  moveFor,
  NO_MOVE,
  nextMove,
  tierAfter,
} from '../../../src/engine/behaviour/behaviour-move.ts';
import {PLAN, SLOT, START} from './behaviour-specs.ts';

const LOWEST = {...PLAN, demoteTo: 'lowest'} as const;
const known = (score: number) => ({score, known: true});

describe('a score', () => {
  test.each([
    [1, 'up'],
    [0.9, 'up'],
    [0.899999999, 'none'],
    [0.5, 'none'],
    [0.300000001, 'none'],
    [0.3, 'down'],
    [0, 'down'],
  ] as const)('of %d asks for: %s', (score, move) => {
    expect(moveFor(PLAN, known(score))).toBe(move);
  });

  test('that is not known asks for nothing, wherever the thresholds are', () => {
    expect(moveFor({promote: 0.9, demote: 0.5}, {score: 0.5, known: false})).toBe('none');
  });
});

describe('a tier', () => {
  test.each([
    [PLAN, 'free', 1, 'premium', 'up'],
    [PLAN, 'premium', 1, 'enterprise', 'up'],
    [PLAN, 'enterprise', 1, 'enterprise', 'none'],
    [PLAN, 'restricted', 1, 'free', 'up'],
    [PLAN, 'premium', 0, 'free', 'down'],
    [PLAN, 'free', 0, 'restricted', 'down'],
    [PLAN, 'restricted', 0, 'restricted', 'none'],
    [LOWEST, 'enterprise', 0, 'restricted', 'down'],
    [LOWEST, 'premium', 1, 'enterprise', 'up'],
    [PLAN, 'premium', 0.5, 'premium', 'none'],
    // Not in the ladder.
    [PLAN, 'internal', 0, 'internal', 'none'],
    [PLAN, 'internal', 1, 'internal', 'none'],
    [PLAN, '', 0, '', 'none'],
  ] as const)('%# of %s with %d is treated as %s', (spec, tier, score, treatedAs, move) => {
    expect(movedTier(spec, tier, known(score))).toEqual({tier: treatedAs, move});
  });

  test('moves one step from where it comes in, however long the move holds', () => {
    expect(tierAfter(PLAN, 'premium', 'down')).toEqual({tier: 'free', move: 'down'});
  });
});

describe('a decision', () => {
  const down = {move: 'down', at: START} as const;

  test('is taken at once when nothing was decided before', () => {
    expect(nextMove(NO_MOVE, PLAN, known(0.1), START)).toEqual(down);
  });

  test('holds for a slot of the window, whatever the score says meanwhile', () => {
    expect(nextMove(down, PLAN, known(1), START + SLOT - 1)).toBe(down);
    expect(nextMove(down, PLAN, known(1), START + SLOT)).toEqual({move: 'up', at: START + SLOT});
  });

  test('that nothing holds back any more is one, too: a key does not flap', () => {
    const none = nextMove(down, PLAN, known(0.5), START + SLOT);
    expect(none).toEqual({move: 'none', at: START + SLOT});
    expect(nextMove(none, PLAN, known(0), START + SLOT + 1)).toBe(none);
  });

  test('that the score asks for again is not made anew', () => {
    expect(nextMove(down, PLAN, known(0), START + 5 * SLOT)).toBe(down);
  });

  test('of a clock that was ahead does not hold longer than one that is made now', () => {
    const ahead = {move: 'down', at: START + 100 * SLOT} as const;
    expect(nextMove(ahead, PLAN, known(1), START)).toBe(ahead);
    expect(nextMove(ahead, PLAN, known(1), START + 99 * SLOT)).toBe(ahead);
  });
});
