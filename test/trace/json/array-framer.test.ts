import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ArrayFramer} from '../../../src/trace/json/array-framer.ts';

interface Element {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Frames a text in chunks; what is unfinished is presented again in front of the next chunk, in a buffer of its own. */
const frame = (text: string, chunk = Number.POSITIVE_INFINITY): readonly Element[] => {
  const file = new TextEncoder().encode(text);
  const framer = new ArrayFramer('t.json');
  const elements: Element[] = [];
  let tail = new Uint8Array(0);
  for (let at = 0; ; ) {
    const next = Math.min(file.length, at + chunk);
    // Foreign bytes around it show that nothing outside the range is looked at.
    const buffer = new Uint8Array([0x5d, ...tail, ...file.subarray(at, next), 0x2c]);
    const to = buffer.length - 1;
    const rest = framer.push(buffer, 1, to, next === file.length, (start, end, line, column) => {
      elements.push({text: new TextDecoder().decode(buffer.subarray(start, end)), line, column});
    });
    tail = buffer.slice(rest, to);
    at = next;
    if (at === file.length) return elements;
  }
};

describe('a JSON array', () => {
  test('is cut into its elements, each with the line and column it begins at', () => {
    expect(frame('[{"a":1},\n  {"b":"],}"},\r\n{"c":[1,{}]\n}, 12 ,"x,]"\n,null]\n')).toEqual([
      {text: '{"a":1}', line: 1, column: 2},
      {text: '{"b":"],}"}', line: 2, column: 3},
      {text: '{"c":[1,{}]\n}', line: 3, column: 1},
      {text: '12', line: 4, column: 4},
      {text: '"x,]"', line: 4, column: 8},
      {text: 'null', line: 5, column: 2},
    ]);
  });

  test.each(['[]', ' [ ] ', '\n[\n]\n'])('%j has none', (text) => {
    expect(frame(text)).toEqual([]);
  });

  test.each([
    ['[{"a":1} {"b":2}]', 'expected "," or "]" after an element of the array, found "{"b":2}]"', 1, 10],
    ['[{"a":1}\n{"b":2}]', 'expected "," or "]" after an element of the array, found "{"b":2}]"', 2, 1],
    ['[{"a":1},]', 'expected an element of the array, found "]"', 1, 10],
    ['[,{"a":1}]', 'expected an element of the array, found ",{"a":1}]"', 1, 2],
    ['[{"a":1}}', 'expected "," or "]" after an element of the array, found "}"', 1, 9],
    ['[{"a":1}]\n\n]', 'expected nothing after the array, found "]"', 3, 1],
    ['[{"a":1}]{"a":1}', 'expected nothing after the array, found "{"a":1}"', 1, 10],
    ['{"a":1}', 'expected a JSON array "[", found "{"a":1}"', 1, 1],
    ['[{"a":1},\n', 'the JSON array does not end: expected "]"', 2, 1],
    ['[{"a":1}', 'the JSON array does not end: expected "]"', 1, 9],
    ['[', 'the JSON array does not end: expected "]"', 1, 2],
    ['[{"a":1},\n {"a":"', 'the file ends inside an element of the JSON array', 2, 2],
    ['', 'the JSON array does not end: expected "]"', 1, 1],
    ['[\u001b]0;x', 'expected an element of the array, found "\\u001b]0;x"', 1, 2],
  ])('%j is refused: %s', (text, message, line, column) => {
    for (const chunk of [1, 3, 1000]) {
      let error: unknown;
      try {
        frame(text, chunk);
      } catch (caught) {
        error = caught;
      }
      // Only as much of what was found is shown as the chunk has.
      const start = chunk === 1000 ? message : message.split(', found')[0]!;
      expect(error).toMatchObject({
        message: expect.stringContaining(start),
        where: {file: 't.json', line, column},
      });
    }
  });

  test('may come in chunks of any size', () => {
    const space = fc.constantFrom('', ' ', '\n', '\r\n  ');
    const element = fc
      .tuple(space, fc.jsonValue({maxDepth: 2}), space)
      .map(([a, value, b]) => `${a}${JSON.stringify(value, null, a === '' ? 0 : 1)}${b}`);
    fc.assert(
      fc.property(fc.array(element, {maxLength: 8}), fc.integer({min: 1, max: 12}), (elements, chunk) => {
        const text = `[${elements.join(',')}]\n`;
        const whole = frame(text);
        expect(frame(text, chunk)).toEqual(whole);
        expect(whole.map((found) => JSON.parse(found.text))).toEqual(JSON.parse(text));
        for (const {text: found, line, column} of whole) {
          const at =
            text
              .split('\n')
              .slice(0, line - 1)
              .join('\n').length + (line > 1 ? 1 : 0);
          const before = new TextDecoder().decode(
            new TextEncoder().encode(text.slice(at)).subarray(0, column - 1),
          );
          expect(text.slice(at + before.length).startsWith(found)).toBe(true);
        }
      }),
    );
  });

  test('may not have elements beyond 1 MiB', () => {
    const framer = new ArrayFramer('t.json');
    const bytes = new TextEncoder().encode(`[{"a":"${'x'.repeat(1 << 20)}`);
    expect(() => framer.push(bytes, 0, bytes.length, false, () => {})).toThrow('longer than 1 MiB');
  });
});
