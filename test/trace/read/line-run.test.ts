import fc from 'fast-check';
import {expect, test} from 'vitest';
import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {type RequestBatch, valueEnd, valueStart} from '../../../src/engine/request-batch.ts';
import {parseFieldMapping} from '../../../src/trace/field-mapping.ts';
import type {RecordParser} from '../../../src/trace/format.ts';
import {formatNamed} from '../../../src/trace/formats/registry.ts';
import {LineReader} from '../../../src/trace/read/line-reader.ts';
import {emptyBatch, RowSink} from '../../../src/trace/row-sink.ts';
import {check} from '../../support/check.ts';

const STAMP = '14/Nov/2023:22:14:00 +0000';
const COMBINED = [
  `192.0.2.7 - - [${STAMP}] "GET / HTTP/1.1" 200 512 "-" "curl/8.5.0"`,
  `10.1.2.3 - - [14/Nov/2023:22:15:59 +0330] "POST /cart?id=1 HTTP/1.1" 304 - "https://shop.example/" "Mozilla/5.0"`,
  `255.255.255.255 - - [${STAMP}] "GET /a\\"b HTTP/1.1" 200 1`,
  `1.1.1.1 - - [${STAMP}] "GET /a" b HTTP/1.1" 200 1`,
  `2001:DB8::0:1 - - [${STAMP}] "GET / HTTP/1.1" 200 1`,
  `192.0.2.7 - frank [${STAMP}] "GET / HTTP/1.1" 200 1 "-" "-"`,
  `192.0.2.7 - - [${STAMP}] "-" 400 0`,
  '',
  '  ',
];
const JSON_LINES = [
  '{"ts":1767571200000,"key":"10.168.194.23","path":"/v1/orders","status":200,"cost":1}',
  '{"ts":1767571200017,"key":"a","path":"/","status":404,"cost":25}',
  '{"ts":1767571200017,"key":"","path":"\\u002f","status":-0,"cost":1}',
  '{"ts":1767571200018,"key":"a longer key than sixteen bytes","path":null,"status":200,"cost":3}',
  '{"ts":1.5e12,"key":17,"path":"é","status":200.5,"cost":3}',
  '{"key":"b","ts":1767571200019}',
  ' {"ts":1767571200017,"key":"a","path":"/","status":404,"cost":25}',
  'not JSON',
  '',
];

/** A line with some bytes removed, replaced or put in: mostly such that nearly fit. */
const lineOf = (lines: readonly string[]): fc.Arbitrary<Buffer> => {
  const edit = fc.record({
    at: fc.double({min: 0, max: 1, noNaN: true}),
    remove: fc.integer({min: 0, max: 2}),
    insert: fc.constantFrom('', '', '"', '\\', ' ', '\0', '\r', '0', ':', '{', '\t', ' "', '" 2', 'é'),
  });
  return fc
    .record({
      line: fc.constantFrom(...lines),
      edits: fc.oneof(
        {weight: 3, arbitrary: fc.constant([])},
        {weight: 1, arbitrary: fc.array(edit, {maxLength: 2})},
      ),
      end: fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n'),
    })
    .map(({line, edits, end}) => {
      let bytes = Buffer.from(line);
      for (const {at, remove, insert} of edits) {
        const from = Math.floor(at * bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(insert), bytes.subarray(from + remove)]);
      }
      return Buffer.concat([bytes, Buffer.from(end)]);
    });
};

const rowsOf = (batch: RequestBatch): unknown[] =>
  Array.from({length: batch.count}, (_, row) => ({
    time: batch.times[row],
    cost: batch.costs[row],
    hold: batch.holds[row],
    values: Array.from({length: batch.columns}, (_, column) =>
      Buffer.from(batch.bytes.slice(valueStart(batch, row, column), valueEnd(batch, row, column))),
    ),
    hashes: [...batch.hashes.slice(row * batch.columns, (row + 1) * batch.columns)],
  }));

interface Asked {
  readonly format: string;
  readonly columns: readonly string[];
  readonly map?: readonly string[];
}

const readAll = ({format, columns, map = []}: Asked, bytes: Buffer, oneByOne: boolean): unknown => {
  const names = new AttributeColumns(columns);
  const parser = formatNamed(format).createParser({
    columns: names,
    mapping: parseFieldMapping(map),
    timeUnit: undefined,
  });
  const plain: RecordParser = {
    parse: (...args) => parser.parse(...args),
    notes: () => parser.notes(),
  };
  const reader = new LineReader('trace', oneByOne ? plain : parser, new RowSink(names.count));
  const batch = emptyBatch(names.count);
  const rest = reader.feed(bytes, 0, bytes.length, true, batch);
  return {rest, rows: rowsOf(batch), stats: {...reader.stats}, notes: parser.notes()};
};

const asked: readonly (Asked & {readonly lines: readonly string[]})[] = [
  {format: 'combined', columns: ['ip'], lines: COMBINED},
  {format: 'combined', columns: ['ip', 'path', 'status', 'agent'], lines: COMBINED},
  {format: 'common', columns: ['key', 'user'], map: ['cost=bytes'], lines: COMBINED},
  {format: 'combined', columns: [], lines: COMBINED},
  {format: 'ndjson', columns: ['key'], lines: JSON_LINES},
  {format: 'ndjson', columns: ['path', 'key', 'status'], lines: JSON_LINES},
];

test.each(asked)('lines read in one run are those read one by one: $format, $columns', ({lines, ...of}) => {
  check(fc.array(lineOf(lines), {maxLength: 40}), (all) => {
    const bytes = Buffer.concat(all);
    expect(readAll(of, bytes, false)).toEqual(readAll(of, bytes, true));
  });
});

test('a run takes the lines that are the most frequent', () => {
  const taken = (format: string, line: string): number => {
    const names = new AttributeColumns(['key']);
    const parser = formatNamed(format).createParser({
      columns: names,
      mapping: parseFieldMapping([]),
      timeUnit: undefined,
    });
    const sink = new RowSink(1);
    // The first line is what a parser learns a shape from.
    parser.parse(Buffer.from(line), 0, line.length, sink);
    const bytes = Buffer.from(`${line}\n${line}\n${line}`);
    expect(parser.run!.read(bytes, 0, bytes.length, sink, emptyBatch(1))).toBe(2 * line.length + 2);
    return parser.run!.lines;
  };
  expect(taken('combined', COMBINED[0]!)).toBe(2);
  expect(taken('ndjson', JSON_LINES[0]!)).toBe(2);
});
