import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {FieldMapping} from '../../../src/trace/field-mapping.ts';
import {tableFormats} from '../../../src/trace/formats/csv.ts';
import {jsonFormats} from '../../../src/trace/formats/json-formats.ts';
import {RowSink} from '../../../src/trace/row-sink.ts';
import {readTable} from '../csv/read-table.ts';
import {detectedAmong} from '../json/read-json.ts';

const us = 1_700_000_040_000_000;
const request = (values: Record<string, string>, cost = 1, time = us): unknown => ({
  kind: 'request',
  us: time,
  cost,
  hold: 0,
  values,
});
const outcomes = (...parameters: Parameters<typeof readTable>): readonly unknown[] =>
  readTable(...parameters).records.map(({outcome}) => outcome);

describe('a table', () => {
  test('has its columns named by the header, with a byte order mark, CR LF, quotes and spaces around names', () => {
    expect(outcomes('\ufeff"ts", key ,cost\r\n1700000040000,a,2\r\n')).toEqual([request({key: 'a'}, 2)]);
  });

  test('has quoted cells, with line ends and doubled quotes inside', () => {
    const {records} = readTable(
      'ts,key,cost\n1700000040000,"a\nb",1\n1700000040001,"say ""hi"", you",1\n1700000040002,x\n',
    );
    expect(records).toEqual([
      {line: 2, outcome: request({key: 'a\nb'})},
      {line: 4, outcome: request({key: 'say "hi", you'}, 1, us + 1000)},
      {line: 5, outcome: {kind: 'bad', reason: '2 cells, but the header has 3', column: 0}},
    ]);
  });

  test('may have more cells than the header only if they are empty', () => {
    expect(outcomes('ts,key,cost\n1700000040000,a,1,,\n1700000040000,a,1,9\n')).toEqual([
      request({key: 'a'}),
      {kind: 'bad', reason: '4 cells, but the header has 3', column: 19},
    ]);
  });

  test.each([
    ['"a"b"', 'text after the closing quote of a cell', 18],
    ['"a" ', 'text after the closing quote of a cell', 18],
    ['a"b', 'a quote inside a cell that does not begin with one', 16],
  ])('has a bad row with the cell %s', (cell, reason, column) => {
    expect(outcomes(`ts,key\n1700000040000,${cell}\n1700000040000,b\n`)).toEqual([
      {kind: 'bad', reason, column},
      request({key: 'b'}),
    ]);
  });

  test('with tabs may have quotes inside cells', () => {
    expect(outcomes('ts\tkey\n1700000040000\ta"b"\n', {format: 'tsv'})).toEqual([request({key: 'a"b"'})]);
  });

  test.each([
    ['1.5'],
    ['-1'],
    ['1e3'],
    ['3.0'],
    ['NaN'],
    ['Infinity'],
    ['9007199254740992'],
    ['99999999999999999999'],
    ['0x10'],
    ['one'],
    [''],
  ])('has a bad row with the cost %j', (cost) => {
    expect(outcomes(`ts,key,cost\n1700000040000,a,${cost}\n`)).toEqual([
      {
        kind: 'bad',
        reason: `cost "${cost}" is not a whole number from 0 to 9007199254740991, in digits`,
        column: 17,
      },
    ]);
  });

  test.each([
    ['0', 0],
    ['007', 7],
    [' 12 ', 12],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['0000000009007199254740991', Number.MAX_SAFE_INTEGER],
  ])('may have the cost %j', (cost, expected) => {
    expect(outcomes(`ts,key,cost\n1700000040000,a,${cost}\n`)).toEqual([request({key: 'a'}, expected)]);
  });

  test.each([
    ['', 'no time: the cell "ts" is empty'],
    ['soon', 'time "soon" is neither RFC 3339 nor a number since 1970'],
    ['2023-02-31 00:00:00', 'time "2023-02-31 00:00:00" is neither RFC 3339 nor a number since 1970'],
    ['-5', 'time "-5" is outside 1970 … 2255'],
  ])('has a bad row with the time %j', (time, reason) => {
    expect(outcomes(`ts,key\n${time},a\n`)).toEqual([{kind: 'bad', reason, column: 1}]);
  });

  test.each([
    ['TIMESTAMP', '2023-11-14 22:14:00.0000000', us],
    ['Time', '2023-11-14T22:14:00Z', us],
    ['ts_ns', '1700000040000000999', us],
    ['timestamp', '1700000040.25', us + 250_000],
    ['datetime', ' 1700000040 ', us],
  ])('has the time in %s: %s', (name, time, expected) => {
    expect(outcomes(`key,${name}\na,${time}\n`)).toEqual([request({key: 'a'}, 1, expected)]);
  });

  test('takes the client for the key when it has no column of that name', () => {
    expect(
      outcomes('ts,client_ip,url\n1700000040000,[2001:DB8::1]:80,https://h/a/b?c=d\n', {
        columns: ['key', 'path', 'url'],
      }),
    ).toEqual([request({key: '2001:db8::1', path: '/a/b', url: 'https://h/a/b?c=d'})]);
  });

  test('takes host for the client beside logname, and response for the status', () => {
    const text =
      'host\tlogname\ttime\tmethod\turl\tresponse\tbytes\n199.72.81.55\t-\t1700000040\tGET\t/a?b\t200\t6245\t\t\n';
    expect(outcomes(text, {format: 'tsv', columns: ['key', 'method', 'path', 'status']})).toEqual([
      request({key: '199.72.81.55', method: 'GET', path: '/a', status: '200'}),
    ]);
  });

  test('has one key for all when it has neither, and says so', () => {
    const {records, notes} = readTable('TIMESTAMP,n\n2023-11-14 22:14:00,5\n', {
      columns: ['tenant', 'key', 'n'],
    });
    expect(records.map(({outcome}) => outcome)).toEqual([request({key: 'all', n: '5'})]);
    expect(notes).toContain('no key or client address: every request belongs to the key "all"');
  });

  test('may be mapped: time, key, a cost of two columns, a duration', () => {
    const map = ['t=When', 'key=who', 'cost=in+out', 'duration=took_s'];
    expect(outcomes('when,who,in,out,took_s\n1700000040000,a,2,3,0.25\n', {map})).toEqual([
      {...(request({key: 'a'}, 5) as object), hold: 250_000},
    ]);
  });

  test('may have another delimiter', () => {
    expect(outcomes('ts;key;cost\n1700000040000;a,b;2\n', {delimiter: ';'})).toEqual([
      request({key: 'a,b'}, 2),
    ]);
  });

  test('is read the same in chunks of any size', () => {
    const cell = fc
      .string({unit: fc.constantFrom('"', '\n', ',', 'x', 'é')})
      .map((text) => `"${text.replaceAll('"', '""')}"`);
    fc.assert(
      fc.property(fc.array(cell), fc.integer({min: 1, max: 20}), (cells, chunk) => {
        const text = `ts,key\n${cells.map((key) => `1700000040000,${key}\n`).join('')}`;
        const whole = readTable(text);
        expect(readTable(text, {}, chunk)).toEqual(whole);
        expect(
          whole.records.map(({outcome}) =>
            outcome.kind === 'request' ? (outcome.values['key'] ?? '') : outcome,
          ),
        ).toEqual(cells.map((key) => key.slice(1, -1).replaceAll('""', '"')));
      }),
    );
  });
});

describe('a header', () => {
  test.each([
    [
      '1700000040000,a,1',
      'no header: the first line is "1700000040000,a,1"',
      'the first line must name the columns, for example ts,key,cost',
    ],
    [
      '2023-11-14T22:14:00Z,a',
      'no header: the first line is "2023-11-14T22:14:00Z,a"',
      'the first line must name the columns, for example ts,key,cost',
    ],
    [
      'ts,key,key,cost',
      'column "key" appears twice: which one counts?',
      'give each column a name of its own',
    ],
    ['ts;key;cost', 'the table has one column, "ts;key;cost"', 'pass --format csv --delimiter ";"'],
    ['ts\tkey\tcost', 'the table has one column, "ts\\u0009key\\u0009cost"', 'pass --format tsv'],
    ['key,cost', 'no time column among "key", "cost"', 'name it with --map t=COLUMN'],
    ['ts,"key', 'the header has a quote that is never closed', undefined],
  ])('%s is refused: %s', (header, message, hint) => {
    let error: unknown;
    try {
      // In one line, as a reader that does not know quotes would give it.
      tableFormats[0]!
        .createParser({
          columns: new AttributeColumns(['key']),
          mapping: FieldMapping.none,
          timeUnit: undefined,
        })
        .parse(new TextEncoder().encode(header), 0, new TextEncoder().encode(header).length, new RowSink(1));
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({message, hint, isRatectlError: true, where: undefined});
  });

  test('must have the columns that are mapped', () => {
    expect(() => readTable('ts_ms,user\n1,a\n', {map: ['key=usr']})).toThrow(
      '--map key: no column "usr" (did you mean "user"?)',
    );
    expect(() => readTable('ts_ms,user\n1,a\n', {map: ['t=ts']})).toThrow('--map t: no column "ts"');
  });

  test('alone is a table without requests', () => {
    expect(outcomes('ts,key,cost\n')).toEqual([]);
  });
});

test.each(['', 'ab', '"', '\n', '1', '.', 'é', '-'])('--delimiter %j is refused', (delimiter) => {
  expect(() => readTable('ts,key\n', {delimiter})).toThrow('cannot separate cells');
});

describe('detection', () => {
  test.each([
    [['ts,key,cost', '1700000040000,a,1'], 'csv'],
    [['ts,key,cost'], 'csv'],
    [['ts,key,cost', '1700000040000,"a,1', '1700000040001,b,1'], 'csv'],
    [['ts,key,key,cost', '1700000040000,a,b,1'], 'csv'],
    [['TIMESTAMP,ContextTokens,GeneratedTokens', '2023-11-16 18:17:03.9799600,4808,10'], 'csv'],
    [['ts;key;cost', '1700000040000;a;1'], 'csv'],
    [['1700000040000,a,1'], 'csv'],
    [['when,who', 'a,b'], 'csv'],
    [['host\tlogname\ttime', 'h\t-\t804571201\t\t'], 'tsv'],
    [['{"ts":1700000040000,"key":"a"}'], 'ndjson'],
    [['[{"ts":1700000040000,"key":"a"},'], 'json'],
    [['192.0.2.1 - - [14/Nov/2023:22:14:00 +0000] "GET /a,b HTTP/1.1" 200 5'], undefined],
    [['Hello, world', 'nothing here, sorry', 'one more'], undefined],
  ])('of %j is %s', (lines, format) => {
    expect(detectedAmong([...jsonFormats, ...tableFormats], lines)).toBe(format);
  });
});
