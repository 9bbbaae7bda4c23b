/**
 * The lines of receipts and plans (JSONL). After the header each line is about one row:
 *
 * - `{limit, key, tier, shape, before, after}`: what was there and what takes its place; `null` is no row. A row is
 *   `{words, expiresAt}`: exactly what the store keeps, instants in µs, `expiresAt: null` for never.
 *   `again: true` takes the place of an earlier line about the same row.
 * - `{limit, key, tier, shape, kept: WHY}`: after all the row was left as it was.
 * - `{done, keys, failed}`: the last line. Without it the run was cut short.
 */

import {safeJson} from '../../base/safe-text.ts';
import {isCount, isMapping} from '../../base/untrusted-json.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {StoredRow} from '../../store/port.ts';

/** What a store keeps of a row, without its address. */
export type RowState = Pick<StoredRow, 'words' | 'expiresAt'>;

export interface ChangeLine {
  readonly kind: 'change';
  readonly address: RowAddress;
  readonly before: RowState | undefined;
  readonly after: RowState | undefined;
  /** Whether an earlier line about the same row is out of date. */
  readonly turn: 'first' | 'again';
}

/** `changed`: somebody else changed it meanwhile; `gone`: there was nothing left to change. */
export type KeptReason = 'changed' | 'gone';

export interface KeptLine {
  readonly kind: 'kept';
  readonly address: RowAddress;
  readonly why: KeptReason;
}

export interface EndLine {
  readonly kind: 'end';
  readonly done: boolean;
  readonly keys: number;
  readonly failed: number;
}

export type RowLine = ChangeLine | KeptLine | EndLine;

/** A line without its end. */
export const formatRowLine = (line: RowLine): string => {
  switch (line.kind) {
    case 'change': {
      const {limit, key, tier, shape} = line.address;
      const again = line.turn === 'again' ? {again: true} : {};
      return safeJson({
        limit,
        key,
        tier,
        shape,
        before: rowJson(line.before),
        after: rowJson(line.after),
        ...again,
      });
    }
    case 'kept': {
      const {limit, key, tier, shape} = line.address;
      return safeJson({limit, key, tier, shape, kept: line.why});
    }
    case 'end':
      return safeJson({done: line.done, keys: line.keys, failed: line.failed});
  }
};

/** The line of a JSON value; undefined when it is none. */
export const readRowLine = (value: unknown): RowLine | undefined => {
  if (!isMapping(value)) return undefined;
  if (typeof value['done'] === 'boolean') {
    const {done, keys, failed} = value;
    return isCount(keys) && isCount(failed) ? {kind: 'end', done, keys, failed} : undefined;
  }
  const {limit, key, tier, shape, kept} = value;
  if (typeof limit !== 'string' || typeof key !== 'string' || typeof tier !== 'string') return undefined;
  if (typeof shape !== 'string' || !SHAPE.test(shape)) return undefined;
  const address = {limit, key, tier, shape};
  if (kept === 'changed' || kept === 'gone') return {kind: 'kept', address, why: kept};
  const before = readRow(value['before']);
  const after = readRow(value['after']);
  if (before === 'wrong' || after === 'wrong') return undefined;
  return {kind: 'change', address, before, after, turn: value['again'] === true ? 'again' : 'first'};
};

/** An address as one text, for maps. */
export const addressId = ({limit, key, tier, shape}: RowAddress): string =>
  JSON.stringify([limit, tier, shape, key]);

/** As in the name of a row; see `BucketSet.shape`. */
const SHAPE = /^[a-z][A-Za-z0-9_.,/+-]{0,999}$/;

const rowJson = (row: RowState | undefined): unknown =>
  row === undefined
    ? null
    : {
        words: row.words.map(wordJson),
        expiresAt: Number.isFinite(row.expiresAt) ? row.expiresAt : null,
      };

/** JSON has no infinities, and no zero with a sign. */
const wordJson = (word: number): number | string =>
  Object.is(word, -0) ? '-0' : Number.isFinite(word) ? word : String(word);

const SPELLED: ReadonlyMap<unknown, number> = new Map([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
  ['-0', -0],
]);

const readRow = (value: unknown): RowState | undefined | 'wrong' => {
  if (value === null) return undefined;
  if (!isMapping(value)) return 'wrong';
  const {words, expiresAt} = value;
  if (!Array.isArray(words)) return 'wrong';
  const numbers: number[] = [];
  for (const word of words as readonly unknown[]) {
    const number = typeof word === 'number' ? word : SPELLED.get(word);
    if (number === undefined) return 'wrong';
    numbers.push(number);
  }
  if (expiresAt !== null && (typeof expiresAt !== 'number' || !(expiresAt >= 0))) return 'wrong';
  return {words: numbers, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY};
};
