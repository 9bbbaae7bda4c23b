import {Parsed, type RecordParser} from '../format.ts';
import {MAX_VALUE_BYTES, type RowSink} from '../row-sink.ts';

/** Parses a record, and refuses values so long that many of them, as keys, would fill the memory. */
export const boundedParse = (
  parser: RecordParser,
  bytes: Uint8Array,
  start: number,
  end: number,
  sink: RowSink,
): Parsed => {
  const parsed = parser.parse(bytes, start, end, sink);
  if (end - start <= MAX_VALUE_BYTES || parsed !== Parsed.request || !sink.hasLongValue) return parsed;
  sink.reason = 'a value is longer than 64 KiB';
  sink.reasonColumn = 0;
  return Parsed.bad;
};
