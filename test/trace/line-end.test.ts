import fc from 'fast-check';
import {expect, test} from 'vitest';
import {findLineEnd} from '../../src/trace/line-end.ts';

test('a line end is the first line feed in the range, and nothing else', () => {
  const bytes = fc.array(fc.constantFrom(0x0a, 0x0b, 0x09, 0x0d, 0x8a, 0x41, 0x00), {maxLength: 60});
  fc.assert(
    fc.property(bytes, fc.nat(60), fc.nat(60), (values, a, b) => {
      const from = Math.min(a, values.length);
      const end = Math.min(Math.max(from, b), values.length);
      const expected = values.slice(from, end).indexOf(0x0a);
      expect(findLineEnd(Buffer.from(values), from, end)).toBe(expected < 0 ? -1 : from + expected);
    }),
  );
});
