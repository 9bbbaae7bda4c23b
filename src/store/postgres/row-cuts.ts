import type {RowAddress} from '../../engine/live/check.ts';
import {bytesLiteral, numbersLiteral} from './array-literal.ts';
import type {RowId} from './row-id.ts';

/** What the server needs to make the columns of rows from their ids: see `checkFunctionSql`. */
export const rowCuts = (
  rows: readonly (Pick<RowId, 'limitLength' | 'keyLength' | 'tierLength' | 'shortened'> & {
    readonly address: RowAddress;
  })[],
): {readonly cuts: string; readonly long: string} => {
  const cuts: number[] = [];
  const long: Uint8Array[] = [];
  for (const {limitLength, keyLength, tierLength, shortened, address} of rows) {
    if (shortened) {
      const {limit, key, tier, shape} = address;
      long.push(...[limit, key, tier, shape].map((text) => Buffer.from(text)));
      cuts.push(-long.length / 4, 0, 0);
    } else {
      cuts.push(limitLength, keyLength, tierLength);
    }
  }
  return {cuts: numbersLiteral(cuts), long: bytesLiteral(long)};
};
