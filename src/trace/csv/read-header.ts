import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {byteOrderMark} from '../byte-order-mark.ts';
import {NOT_A_NUMBER, scaledInteger} from '../time/decimal.ts';
import {NOT_A_TIME, parseRfc3339} from '../time/rfc3339.ts';
import {RowSplitter} from './row-splitter.ts';

const MAX_COLUMNS = 4096;

/** The first record of a table: the names of its columns, trimmed. Throws a RatectlError without file and line. */
export const readHeader = (
  bytes: Uint8Array,
  start: number,
  end: number,
  delimiter: number,
): readonly string[] => {
  const from = start + byteOrderMark(bytes, start);
  const splitter = new RowSplitter(delimiter, MAX_COLUMNS);
  const count = splitter.split(bytes, from, end);
  if (count < 0) throw headerError(`the header has ${splitter.fault}`);
  if (count > MAX_COLUMNS)
    throw headerError(`the header has ${count} columns; at most ${MAX_COLUMNS} can be read`);
  const decoder = new TextDecoder();
  const cells: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = decoder.decode(bytes.subarray(splitter.starts[i], splitter.ends[i]));
    cells.push((splitter.doubled[i] === 1 ? text.replaceAll('""', '"') : text).trim());
  }
  return cells;
};

/** An error about the header; the caller knows file and line. */
export const headerError = (message: string, hint?: string): RatectlError =>
  new RatectlError(message, {code: 'trace/csv-header', ...(hint === undefined ? {} : {hint})});

/** Whether a cell holds a value, not the name of a column: a number or a time. */
export const isValue = (cell: string): boolean => {
  const bytes = new TextEncoder().encode(cell);
  return (
    scaledInteger(bytes, 0, bytes.length, 0, 'drop') !== NOT_A_NUMBER ||
    parseRfc3339(bytes, 0, bytes.length) !== NOT_A_TIME
  );
};

/** Refuses a header of one column that holds another delimiter, and names that are there twice. */
export const checkHeader = (names: readonly string[], delimiter: number): void => {
  const only = names[0] ?? '';
  if (names.length === 1) {
    const other = [';', '\t', ',', '|'].find(
      (char) => char.charCodeAt(0) !== delimiter && only.includes(char),
    );
    if (other !== undefined) {
      const hint = other === '\t' ? 'pass --format tsv' : `pass --format csv --delimiter ${quoted(other)}`;
      throw headerError(`the table has one column, ${quoted(only)}`, hint);
    }
  }
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) < i);
  if (twice !== undefined) {
    throw headerError(
      `column ${quoted(twice)} appears twice: which one counts?`,
      'give each column a name of its own',
    );
  }
};
