import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {type RequestBatch, valueEnd, valueStart} from '../../../src/engine/request-batch.ts';
import {parseFieldMapping} from '../../../src/trace/field-mapping.ts';
import {Parsed, type TraceFormat} from '../../../src/trace/format.ts';
import {logFormats} from '../../../src/trace/formats/log-formats.ts';
import {emptyBatch, RowSink} from '../../../src/trace/row-sink.ts';
import type {TimeUnit} from '../../../src/trace/time/time-unit.ts';

/** What a parser made of a line: the attributes asked for (those missing left out), or why not. */
export type Outcome =
  | {
      readonly kind: 'request';
      readonly us: number;
      readonly cost: number;
      readonly hold: number;
      readonly values: Record<string, string>;
    }
  | {readonly kind: 'notARequest'}
  | {readonly kind: 'bad'; readonly reason: string; readonly column: number};

export interface ParseLines {
  readonly columns?: readonly string[];
  readonly map?: readonly string[];
  readonly timeUnit?: TimeUnit;
}

export const formatNamed = (name: string): TraceFormat => {
  const found = logFormats.find((format) => format.name === name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found;
};

const textAt = (batch: RequestBatch, row: number, column: number): string =>
  new TextDecoder().decode(
    batch.bytes.subarray(valueStart(batch, row, column), valueEnd(batch, row, column)),
  );

/** Parses lines that lie in one buffer behind other bytes, as in a file; texts are UTF-8. */
export const parseLines = (
  format: TraceFormat,
  lines: readonly (string | Uint8Array)[],
  options: ParseLines = {},
): {readonly outcomes: readonly Outcome[]; readonly notes: readonly string[]} => {
  const columns = new AttributeColumns(options.columns ?? ['ip']);
  const parser = format.createParser({
    columns,
    mapping: parseFieldMapping(options.map ?? []),
    timeUnit: options.timeUnit,
  });
  const sink = new RowSink(columns.count);
  const batch = emptyBatch(columns.count);
  const parts = lines.map((line) => (typeof line === 'string' ? Buffer.from(line) : Buffer.from(line)));
  const file = Buffer.concat([Buffer.from('\n'), ...parts.flatMap((part) => [part, Buffer.from('\n')])]);
  let at = 1;
  const outcomes = parts.map((part): Outcome => {
    const start = at;
    at += part.length + 1;
    sink.begin();
    const parsed = parser.parse(file, start, start + part.length, sink);
    if (parsed === Parsed.notARequest) return {kind: 'notARequest'};
    if (parsed === Parsed.bad) return {kind: 'bad', reason: sink.reason, column: sink.reasonColumn};
    sink.appendTo(batch);
    const row = batch.count - 1;
    const values = columns.names
      .map((name, column) => [name, textAt(batch, row, column)] as const)
      .filter(([, value]) => value !== '');
    return {
      kind: 'request',
      us: batch.times[row]!,
      cost: batch.costs[row]!,
      hold: batch.holds[row]!,
      values: Object.fromEntries(values),
    };
  });
  return {outcomes, notes: parser.notes()};
};

/** The outcome of one line in the format of that name. */
export const parseLine = (format: string, line: string | Uint8Array, options: ParseLines = {}): Outcome =>
  parseLines(formatNamed(format), [line], options).outcomes[0]!;

/** The attributes of a line that must be a request. */
export const valuesOf = (
  format: string,
  line: string | Uint8Array,
  columns: readonly string[],
  map: readonly string[] = [],
): Record<string, string> => {
  const outcome = parseLine(format, line, {columns, map});
  if (outcome.kind !== 'request') throw new Error(`${outcome.kind}: ${JSON.stringify(outcome)}`);
  return outcome.values;
};

/** The name of the format that claims these lines, and how sure it is. */
export const detected = (
  lines: readonly string[],
): {readonly name: string | undefined; readonly score: number} => {
  let best: {name: string | undefined; score: number} = {name: undefined, score: 0};
  for (const format of logFormats) {
    const score = format.detect(lines.map((line) => new TextEncoder().encode(line)));
    if (score > best.score) best = {name: format.name, score};
  }
  return best;
};
