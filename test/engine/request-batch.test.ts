import fc from 'fast-check';
import {expect, test} from 'vitest';
import {AttributeColumns} from '../../src/engine/attribute-columns.ts';
import {hashBytes, valueEnd, valueStart} from '../../src/engine/request-batch.ts';
import {check} from '../support/check.ts';
import {batchOf} from '../support/requests.ts';

test('a batch holds every value where it says, with its hash', () => {
  const columns = new AttributeColumns(['a', 'b']);
  const value = fc.uint8Array({maxLength: 40, size: 'max'});
  check(fc.array(fc.record({a: value, b: value}), {maxLength: 30}), (rows) => {
    const batch = batchOf(
      columns,
      rows.map((row) => ({t: 0, ...row})),
    );
    rows.forEach(({a, b}, row) => {
      [a, b].forEach((bytes, column) => {
        const held = batch.bytes.slice(valueStart(batch, row, column), valueEnd(batch, row, column));
        expect(held).toEqual(Uint8Array.from(bytes));
        expect(batch.hashes[row * 2 + column]).toBe(hashBytes(bytes, 0, bytes.length));
      });
    });
  });
});

test('addresses, numbers and paths spread over the low bits of their hashes', () => {
  const keys = Array.from(
    {length: 60_000},
    (_, i) => [`10.0.${i >> 8}.${i & 255}`, `user-${i}`, `/item/${i}?page=2`][i % 3]!,
  );
  const buckets = new Uint8Array(1 << 16);
  for (const key of keys) {
    const bytes = new TextEncoder().encode(key);
    buckets[hashBytes(bytes, 0, bytes.length) & 0xffff]!++;
  }
  // 60,000 balls in 65,536 urns: about e^(−0.92) = 40 % of the urns stay empty, and none holds many.
  expect(buckets.filter((count) => count === 0).length / buckets.length).toBeCloseTo(0.4, 1);
  expect(Math.max(...buckets)).toBeLessThan(12);
});
