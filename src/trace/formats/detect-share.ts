import {AttributeColumns} from '../../engine/attribute-columns.ts';
import {FieldMapping} from '../field-mapping.ts';
import {Parsed, type TraceFormat} from '../format.ts';
import {RowSink} from '../row-sink.ts';

/** Bytes of a line and what the format made of it. */
type Weigh = (line: Uint8Array, parsed: Parsed) => number;

const likeParsed: Weigh = (_, parsed) => (parsed === Parsed.bad ? 0 : 1);

/**
 * The share of lines that a format understands, each weighed (default: 1 for a request or a line known to be none).
 * 0 when there is no request among them: comments alone prove nothing.
 */
export const shareOfLines = (
  lines: readonly Uint8Array[],
  format: TraceFormat,
  weigh: Weigh = likeParsed,
): number => {
  const columns = new AttributeColumns(['ip']);
  const parser = format.createParser({columns, mapping: FieldMapping.none, timeUnit: undefined});
  const sink = new RowSink(columns.count);
  let sum = 0;
  let requests = 0;
  for (const line of lines) {
    const parsed = parser.parse(line, 0, line.length, sink);
    if (parsed === Parsed.request) requests++;
    sum += weigh(line, parsed);
  }
  return requests === 0 ? 0 : sum / lines.length;
};
