import type {StoredRow} from './port.ts';

/** Whether two rows of one address hold the same state, bit for bit. When they expire does not matter: stores keep it with unlike precision. */
export const isSameRow = (
  a: Pick<StoredRow, 'words'> | undefined,
  b: Pick<StoredRow, 'words'> | undefined,
): boolean => {
  if (a === undefined || b === undefined) return a === b;
  return a.words.length === b.words.length && a.words.every((word, i) => Object.is(word, b.words[i]));
};
