import {charactersIn} from '../characters-in.ts';
import type {RowSink} from '../row-sink.ts';

const LF = 0x0a;

/** Where something is in a file: physical line and column, from 1. Column 0 means the whole line. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The place of the byte at `at` in a record that begins at `start`, which is at `first` in the file. Columns count characters, as
 * editors do; a record of a table or a JSON array may go over several lines.
 */
const placeInRecord = (bytes: Uint8Array, start: number, at: number, first: Place): Place => {
  let line = first.line;
  let lineStart = start;
  for (let i = start; i < at; i++) {
    if (bytes[i] !== LF) continue;
    line++;
    lineStart = i + 1;
  }
  const before = line === first.line ? first.column - 1 : 0;
  return {line, column: before + charactersIn(bytes, lineStart, at) + 1};
};

/** Where the reason is that a parser left in the sink for a record; column 0 when it is the whole record. */
export const placeOfReason = (
  {reasonColumn}: Pick<RowSink, 'reasonColumn'>,
  bytes: Uint8Array,
  start: number,
  first: Place,
): Place =>
  reasonColumn === 0
    ? {line: first.line, column: 0}
    : placeInRecord(bytes, start, start + reasonColumn - 1, first);
