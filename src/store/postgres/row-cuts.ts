import type {RowAddress} from '../../engine/live/check.ts';
import {bytesLiteral, numbersLiteral} from './array-literal.ts';
import type {RowId} from './row-id.ts';

/** What the server needs to make the columns of rows from their ids: see `checkFunctionSql`. */
export const rowCuts = (
  rows: readonly (Pick<RowId, 'limitLength' | 'keyLength' | 'shortened'> & {readonly address: RowAddress})[],
): {readonly cuts: string; readonly long: string} => {
  const cuts: number[] = [];
  const long: Uint8Array[] = [];
  for (const {limitLength, keyLength, shortened, address} of rows) {
    if (shortened) {
      long.push(Buffer.from(address.limit), Buffer.from(address.key), Buffer.from(address.tier));
      cuts.push(-long.length / 3, 0);
    } else {
      cuts.push(limitLength, keyLength);
    }
  }
  return {cuts: numbersLiteral(cuts), long: bytesLiteral(long)};
};
