import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {RecordFramer} from '../../../src/trace/csv/record-framer.ts';

/** Frames a text in chunks; what is unfinished is presented again in front of the next chunk, in a buffer of its own. */
const frame = (
  text: string,
  chunk = Number.POSITIVE_INFINITY,
  delimiter = ',',
): readonly (readonly [line: number, text: string])[] => {
  const file = new TextEncoder().encode(text);
  const framer = new RecordFramer('t.csv', delimiter.charCodeAt(0));
  const records: [number, string][] = [];
  let tail = new Uint8Array(0);
  for (let at = 0; ; ) {
    const next = Math.min(file.length, at + chunk);
    // Foreign bytes around it show that nothing outside the range is looked at.
    const buffer = new Uint8Array([0x2c, ...tail, ...file.subarray(at, next), 0x22]);
    const to = buffer.length - 1;
    const rest = framer.push(buffer, 1, to, next === file.length, (start, end, line) => {
      records.push([line, new TextDecoder().decode(buffer.subarray(start, end))]);
    });
    tail = buffer.slice(rest, to);
    at = next;
    if (at === file.length) break;
  }
  // A last line end begins no line.
  expect(framer.lines).toBe(text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0));
  return records;
};

describe('a table', () => {
  test('is cut at line ends, LF or CR LF, and numbered by physical lines', () => {
    expect(frame('a,b\r\n\n1,2\n  \n3,4')).toEqual([
      [1, 'a,b'],
      [3, '1,2'],
      [5, '3,4'],
    ]);
  });

  test('is not cut inside quotes', () => {
    expect(frame('a,b\n"x\ny","p""\n""q"\n1,2\n')).toEqual([
      [1, 'a,b'],
      [2, '"x\ny","p""\n""q"'],
      [5, '1,2'],
    ]);
  });

  test('is cut at the end of a line with a quote where no cell begins', () => {
    expect(frame('a,b\n1,5" disk\n2,x')).toEqual([
      [1, 'a,b'],
      [2, '1,5" disk'],
      [3, '2,x'],
    ]);
  });

  test('has quoted cells by its own delimiter', () => {
    expect(frame('a;b\n1;"x\ny"\n2;,"\n', 1000, ';')).toEqual([
      [1, 'a;b'],
      [2, '1;"x\ny"'],
      [4, '2;,"'],
    ]);
  });

  test.each([
    ['ts,key,cost\n1700000040000,"a,1\n1700000040001,b,1\n', 2, 15],
    ['ts,key\n1,"a\nb","c\n', 3, 4],
    ['"', 1, 1],
    ['a\n"b""', 2, 1],
  ])('%j is refused: an unbalanced quote, in line %d', (text, line, column) => {
    for (const chunk of [1, 2, 7, 1000]) {
      let error: unknown;
      try {
        frame(text, chunk);
      } catch (caught) {
        error = caught;
      }
      expect(error).toMatchObject({
        message: 'unbalanced quote: the one that opens here is never closed',
        where: {file: 't.csv', line, column},
      });
    }
  });

  test('may come in chunks of any size', () => {
    const cell = fc.oneof(
      fc.stringMatching(/^[a-zé0-9" ]{0,4}$/).filter((text) => !text.startsWith('"')),
      fc
        .string({unit: fc.constantFrom('"', '\n', ',', 'x', '\r')})
        .map((text) => `"${text.replaceAll('"', '""')}"`),
    );
    const row = fc.array(cell, {minLength: 1, maxLength: 4}).map((cells) => cells.join(','));
    const text = fc
      .tuple(fc.array(row), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([rows, end, last]) => rows.join(end) + (last ? end : ''));
    fc.assert(
      fc.property(text, fc.integer({min: 1, max: 9}), (table, chunk) => {
        expect(frame(table, chunk)).toEqual(frame(table));
      }),
    );
  });

  test('cuts what quoted rows were joined from', () => {
    const row = fc.array(
      fc
        .string({unit: fc.constantFrom('"', '\n', ',', 'x')})
        .map((text) => `"${text.replaceAll('"', '""')}"`),
      {minLength: 1, maxLength: 4},
    );
    fc.assert(
      fc.property(fc.array(row.map((cells) => cells.join(','))), (rows) => {
        expect(frame(rows.join('\n')).map(([, text]) => text)).toEqual(rows);
      }),
    );
  });

  test('may not have a record beyond 1 MiB', () => {
    const push = (text: string): void => {
      const bytes = new TextEncoder().encode(text);
      new RecordFramer('t.csv', 0x2c).push(bytes, 0, bytes.length, false, () => {});
    };
    expect(() => push(`a\n"${'x\n'.repeat(1 << 20)}`)).toThrow(
      'the one that opens here is not closed within 1 MiB',
    );
    expect(() => push(`a\n${'x'.repeat(1 << 21)}`)).toThrow('the record is longer than 1 MiB');
  });
});
