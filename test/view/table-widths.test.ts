import {describe, expect, test} from 'vitest';
import {type Column, tableWidths} from '../../src/view/table-widths.ts';

/** A name, a count that may go, a bar. */
const COLUMNS: readonly Column[] = [
  {title: 'NAME', min: 4},
  {title: 'COUNT', drop: 2},
  {title: '', elastic: true, min: 6, drop: 1},
];
const NATURAL = [10, 5, 24];

describe('the columns of a table, with 2 between them', () => {
  test.each([
    // room, what is left
    [43, 'all as wide as they like', [10, 5, 24]],
    [30, 'the bar shrinks', [10, 5, 11]],
    [25, 'to its least', [10, 5, 6]],
    [24, 'and goes before the name is cut', [10, 5]],
    [16, 'then the name is cut', [9, 5]],
    [11, 'to its least', [4, 5]],
    [10, 'before the count goes', [10]],
    [3, 'and what is left is cut anyhow', [3]],
  ])('in %i: %s', (room, _, widths) => {
    expect(tableWidths(COLUMNS, NATURAL, room, 2).map(({width}) => width)).toEqual(widths);
  });
});
