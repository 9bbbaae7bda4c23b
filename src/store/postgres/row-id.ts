import {createHash} from 'node:crypto';
import type {RowAddress} from '../../engine/live/check.ts';

/** Bytes of a row's id: an address that is longer is shortened. */
const LONGEST = 200;
/** Bytes of a shortened id that are the address's own. */
const KEPT = 140;

/** The primary key of a row, and what the other columns are made of. */
export interface RowId {
  /**
   * `limit NUL key NUL tier NUL shape` in UTF-8, so that the keys of a limit, and those that begin alike, are neighbours. Limits,
   * tiers and shapes hold no NUL; a key may. Longer than 200 bytes (or with a NUL in a tier): the first bytes of limit and key, at
   * most 140, and a SHA-256 of all.
   */
  readonly bytes: Buffer;
  readonly limitLength: number;
  readonly keyLength: number;
  readonly tierLength: number;
  readonly shortened: boolean;
}

export const rowId = ({limit, key, tier, shape}: RowAddress): RowId => {
  const whole = Buffer.from(`${limit}\0${key}\0${tier}\0${shape}`);
  const limitLength = Buffer.byteLength(limit);
  const tierLength = Buffer.byteLength(tier);
  const keyLength = whole.length - limitLength - tierLength - Buffer.byteLength(shape) - 3;
  if (whole.length <= LONGEST && ![limit, tier, shape].some((text) => text.includes('\0')))
    return {bytes: whole, limitLength, keyLength, tierLength, shortened: false};
  const hash = createHash('sha256')
    .update(JSON.stringify([limit, key, tier, shape]))
    .digest('hex');
  const cut = Buffer.concat([
    whole.subarray(0, Math.min(KEPT, limitLength + 1 + keyLength)),
    Buffer.from(hash),
  ]);
  // Longer than any that is not shortened, so that the two kinds never meet.
  const bytes = cut.length > LONGEST ? cut : Buffer.concat([cut, Buffer.alloc(LONGEST + 1 - cut.length)]);
  return {bytes, limitLength, keyLength, tierLength, shortened: true};
};

/** Ids of the rows whose key begins with `prefix`: `from ≤ id < until`; also some others. Undefined: no bound. */
export const idRange = (
  limit: string | undefined,
  prefix: string,
): {readonly from: Buffer; readonly until: Buffer} | undefined => {
  if (limit === undefined) return undefined;
  const from = Buffer.from(`${limit}\0${prefix}`).subarray(0, KEPT);
  // No id holds this byte: text is UTF-8, hashes are hexadecimal.
  return {from, until: Buffer.concat([from, Buffer.from([0xff])])};
};
