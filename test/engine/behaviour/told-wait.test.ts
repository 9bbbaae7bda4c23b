import {expect, test} from 'vitest';
import {isEarly, NOT_TOLD, type ToldWait, toldAgain} from '../../../src/engine/behaviour/told-wait.ts';

const MS = 1_000;

/** Refusals of one client: when, and what was left to wait, ms; and whether each was early. */
const CLIENTS: readonly (readonly [
  string,
  readonly (readonly [at: number, wait: number, early: boolean])[],
])[] = [
  ['the first refusal of all', [[10_000, 3_200, false]]],
  [
    'one that was on its way already',
    [
      [0, 3_200, false],
      [100, 3_100, false],
      [199, 3_000, false],
    ],
  ],
  [
    'one that came back before the whole seconds were over',
    [
      [1, 3_200, false],
      [201, 3_000, true],
      [3_999, 1, true],
    ],
  ],
  [
    'one that waited as long as it was told',
    [
      [0, 3_200, false],
      [4_000, 500, false],
    ],
  ],
  [
    'one that was told nothing: waiting does not help',
    [
      [0, 0, false],
      [500, 0, false],
    ],
  ],
  [
    'one that hammers: each refusal prolongs what it was told',
    [
      [0, 1_000, false],
      [900, 1_000, true],
      [1_500, 1_000, true],
    ],
  ],
];

test.each(CLIENTS)('%s', (_title, refusals) => {
  let told: ToldWait = NOT_TOLD;
  const early = refusals.map(([at, wait]) => {
    const was = isEarly(told, (at + 1) * MS);
    told = toldAgain(told, wait * MS, (at + 1) * MS);
    return was;
  });
  expect(early).toEqual(refusals.map(([, , expected]) => expected));
});
