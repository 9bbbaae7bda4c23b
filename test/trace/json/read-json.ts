import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {FieldMapping} from '../../../src/trace/field-mapping.ts';
import type {TraceFormat} from '../../../src/trace/format.ts';
import {jsonFormats} from '../../../src/trace/formats/json-formats.ts';
import {RowSink} from '../../../src/trace/row-sink.ts';
import {type Outcome, type ParseLines, parseLines} from '../formats/parse-lines.ts';

export const jsonFormat = (name: string): TraceFormat => {
  const found = jsonFormats.find((format) => format.name === name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found;
};

/** What the generic format makes of one line. */
export const readJson = (line: string | Uint8Array, options: ParseLines = {columns: ['key']}): Outcome =>
  parseLines(jsonFormat('ndjson'), [line], options).outcomes[0]!;

/** The bytes of the only attribute, `key`, of a line that must be a request. */
export const keyBytes = (line: string): readonly number[] => {
  const parser = jsonFormat('ndjson').createParser({
    columns: new AttributeColumns(['key']),
    mapping: FieldMapping.none,
    timeUnit: undefined,
  });
  const bytes = new TextEncoder().encode(line);
  let value: readonly number[] = [];
  const sink = new RowSink(1);
  const set = sink.set.bind(sink);
  sink.set = (column, source, start, end) => {
    value = [...source.subarray(start, end)];
    set(column, source, start, end);
  };
  sink.begin();
  parser.parse(bytes, 0, bytes.length, sink);
  return value;
};

/** The name of the format that is surest of these lines; the first one where several are. */
export const detectedAmong = (
  formats: readonly TraceFormat[],
  lines: readonly string[],
): string | undefined => {
  const bytes = lines.map((line) => new TextEncoder().encode(line));
  let best: {readonly name: string | undefined; readonly score: number} = {name: undefined, score: 0};
  for (const format of formats) {
    const score = format.detect(bytes);
    if (score > best.score) best = {name: format.name, score};
  }
  return best.name;
};
