import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {valueEnd, valueStart} from '../../../src/engine/request-batch.ts';
import {RecordFramer} from '../../../src/trace/csv/record-framer.ts';
import type {TableParser} from '../../../src/trace/csv/table-parser.ts';
import {parseFieldMapping} from '../../../src/trace/field-mapping.ts';
import {Parsed} from '../../../src/trace/format.ts';
import {tableFormats} from '../../../src/trace/formats/csv.ts';
import {emptyBatch, RowSink} from '../../../src/trace/row-sink.ts';
import type {TimeUnit} from '../../../src/trace/time/time-unit.ts';
import type {Outcome} from '../formats/parse-lines.ts';

export interface ReadTable {
  readonly format?: 'csv' | 'tsv';
  readonly columns?: readonly string[];
  readonly map?: readonly string[];
  readonly timeUnit?: TimeUnit;
  readonly delimiter?: string;
}

/** Frames and parses a whole table, in chunks of a few bytes when asked to; the header is left out. */
export const readTable = (
  text: string | Uint8Array,
  options: ReadTable = {},
  chunk = Number.POSITIVE_INFINITY,
): {
  readonly records: readonly {readonly line: number; readonly outcome: Outcome}[];
  readonly notes: readonly string[];
} => {
  const bytes = Buffer.from(text as string);
  const columns = new AttributeColumns(options.columns ?? ['key']);
  const format = tableFormats.find(({name}) => name === (options.format ?? 'csv'))!;
  const parser = format.createParser({
    columns,
    mapping: parseFieldMapping(options.map ?? []),
    timeUnit: options.timeUnit,
    delimiter: options.delimiter,
  }) as TableParser;
  const framer = new RecordFramer('t.csv', parser.delimiter);
  const sink = new RowSink(columns.count);
  const records: {line: number; outcome: Outcome}[] = [];
  let from = 0;
  for (let to = Math.min(bytes.length, chunk); ; to = Math.min(bytes.length, to + chunk)) {
    from = framer.push(bytes, from, to, to === bytes.length, (start, end, line) => {
      sink.begin();
      const parsed = parser.parse(bytes, start, end, sink);
      if (parsed === Parsed.notARequest) return;
      if (parsed === Parsed.bad) {
        records.push({line, outcome: {kind: 'bad', reason: sink.reason, column: sink.reasonColumn}});
        return;
      }
      const batch = emptyBatch(columns.count);
      sink.appendTo(batch);
      const values = columns.names
        .map(
          (name, column) =>
            [
              name,
              new TextDecoder().decode(
                batch.bytes.subarray(valueStart(batch, 0, column), valueEnd(batch, 0, column)),
              ),
            ] as const,
        )
        .filter(([, value]) => value !== '');
      records.push({
        line,
        outcome: {
          kind: 'request',
          us: batch.times[0]!,
          cost: batch.costs[0]!,
          hold: batch.holds[0]!,
          values: Object.fromEntries(values),
        },
      });
    });
    if (to === bytes.length) break;
  }
  return {records, notes: parser.notes()};
};
