import fc from 'fast-check';
import {S} from '../../support/instants.ts';

/** One thing that one of them does, after a gap. `dice` decides among what is possible. */
export interface Move {
  readonly who: number;
  readonly gap: number;
  readonly dice: number;
}

export const OPERATOR = 3;

const GAP = fc.oneof(
  {weight: 12, arbitrary: fc.integer({min: 0, max: 3 * S})},
  {weight: 1, arbitrary: fc.constantFrom(0, 1, 10 * S, 29 * S, 30 * S)},
  {weight: 1, arbitrary: fc.integer({min: 0, max: 200 * S})},
);

/** Stretches in which one of them does a few things, so that attempts come to an end often enough. */
export const MOVES: fc.Arbitrary<readonly Move[]> = fc
  .array(
    fc.record({
      who: fc.integer({min: 0, max: OPERATOR}),
      steps: fc.array(fc.record({gap: GAP, dice: fc.nat(99)}), {minLength: 1, maxLength: 5}),
    }),
    {minLength: 10, maxLength: 60, size: 'max'},
  )
  .map((stretches) => stretches.flatMap(({who, steps}) => steps.map((step) => ({who, ...step}))));
