import type {TimeField} from '../time/time-field.ts';
import type {ColumnUse} from './column-rules.ts';

/** What is done with a value of a shape. */
export type Use =
  | {readonly kind: 'time'; readonly field: TimeField}
  | {readonly kind: 'cost'}
  | {readonly kind: 'duration'; readonly index: number}
  | {readonly kind: 'columns'; readonly uses: readonly ColumnUse[]}
  | {readonly kind: 'skip'; readonly what: 'any' | 'scalar'; readonly depth: number}
  | {readonly kind: 'end'};

/** A use as a number. */
export const Action = {time: 0, cost: 1, duration: 2, columns: 3, skip: 4, skipScalar: 5, end: 6} as const;

/**
 * The steps as numbers, so that matching walks through two arrays: the length of the bytes before a value, these as words
 * (the last of which overlaps the one before), what is done with the value, and how many objects and arrays are around it.
 * Words have eight bytes and are doubles, in an array of their own; or four, when there are fewer than eight or one is no
 * ASCII (its doubles may be NaN); fewer than four bytes stand for themselves.
 */
export class ShapeCode {
  readonly numbers: number[] = [];
  readonly doubles: number[] = [];

  add(literal: Uint8Array, use: Use): void {
    const {length} = literal;
    const size = wordSize(literal);
    this.numbers.push(length, size);
    const view = new DataView(literal.buffer, literal.byteOffset, length);
    for (const at of wordsOf(length, size)) {
      if (size === 8) this.doubles.push(view.getFloat64(at, true));
      else this.numbers.push(size === 4 ? view.getInt32(at, true) : literal[at]!);
    }
    if (use.kind !== 'skip') this.numbers.push(Action[use.kind], 0);
    else this.numbers.push(use.what === 'any' ? Action.skip : Action.skipScalar, use.depth);
  }
}

const wordSize = (literal: Uint8Array): 1 | 4 | 8 => {
  if (literal.length < 4) return 1;
  return literal.length < 8 || literal.some((byte) => byte > 0x7f) ? 4 : 8;
};

/** Where the words of a run of `length` bytes begin. */
const wordsOf = (length: number, size: number): readonly number[] => {
  const starts: number[] = [];
  for (let at = 0; at < length - size; at += size) starts.push(at);
  return length === 0 ? [] : [...starts, length - size];
};
