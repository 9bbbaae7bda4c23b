import type {Role} from '../colour.ts';
import {formatCount} from '../format-number.ts';
import type {MovedKey, StatusBehaviour} from '../model/behaviour.ts';
import {nameText} from '../name-text.ts';
import type {Cell} from '../table.ts';
import {type Times, whenText} from '../when.ts';
import {agoText, type Section, type SectionOptions} from './section.ts';

const MOVES: Readonly<Record<MovedKey['move'], Role | undefined>> = {
  up: 'good',
  down: 'warn',
  none: undefined,
};

/** Keys that behaviour has moved, a line each; nothing where it moved none. */
export const behaviourSection = (
  all: readonly StatusBehaviour[],
  {detail, times}: SectionOptions,
): Section => {
  const moved = all.filter(({keys}) => keys.length > 0);
  return {
    columns: [
      {title: 'behaviour', min: 9, cut: 'middle'},
      {title: 'key', min: 12, cut: 'middle'},
      {title: 'moved'},
      {title: 'tier', min: 18},
      {title: 'score', align: 'right', drop: 4},
      {title: 'requests', align: 'right', drop: 2},
      {title: 'decided', align: 'right', drop: 3},
      {title: times.format === 'relative' ? 'holds for' : 'holds until', align: 'right', drop: 1},
    ],
    rows: moved.flatMap(({limit, keys}) =>
      keys.map((key) => ({
        cells: cellsOf(limit, key, times),
        notes: detail === 'wide' ? [termsText(key)] : [],
      })),
    ),
    remarks: moved.map(({limit, up, down}) => `${limit}: ${formatCount(up)} up, ${formatCount(down)} down`),
  };
};

const cellsOf = (limit: string, one: MovedKey, times: Times): readonly Cell[] => {
  const {key, move, tier, treatedAs, score, requests, decidedAt, holdsUntil} = one;
  return [
    limit,
    nameText(key),
    {text: move, role: MOVES[move]},
    tier === null || treatedAs === null ? '' : tier === treatedAs ? tier : `${tier} → ${treatedAs}`,
    score.toFixed(2),
    formatCount(requests),
    decidedAt === null ? '' : agoText(decidedAt, times),
    holdsUntil === null ? '' : whenText(Math.max(0, Date.parse(holdsUntil) - times.now), times),
  ];
};

/** `success 0.31 of 0.40, consistency 0.10 of 0.30, abuse 0.05 of 0.30; 12 of 40 refused, 3 early`. */
const termsText = ({terms, requests, refused, early}: MovedKey): string =>
  `${terms.map(({term, points, weight}) => `${term} ${points.toFixed(2)} of ${weight.toFixed(2)}`).join(', ')}; ${formatCount(refused)} of ${formatCount(requests)} refused, ${formatCount(early)} early`;
