import {expect, test} from 'vitest';
import {AttributeColumns} from '../../src/engine/attribute-columns.ts';
import {KeySpace} from '../../src/engine/key-space.ts';
import {hashBytes, valueEnd, valueStart} from '../../src/engine/request-batch.ts';
import {batchOf} from '../support/requests.ts';

const columns = new AttributeColumns(['tenant', 'key']);
const KEY = 1;

const batchOfKeys = (keys: readonly string[]) =>
  batchOf(
    columns,
    keys.map((key, i) => ({t: i, tenant: `t${i % 3}`, key})),
  );

const interned = (space: KeySpace, keys: readonly string[], step: number): number[] => {
  const batch = batchOfKeys(keys);
  const ids: number[] = [];
  const slice = new Int32Array(step);
  for (let from = 0; from < keys.length; from += step) {
    const to = Math.min(from + step, keys.length);
    space.internColumn(batch, KEY, from, to, slice);
    ids.push(...slice.subarray(0, to - from));
  }
  return ids;
};

/** Keys of each length up to `longest`, and of each of them those that differ in one byte. */
const neighbours = (longest: number): string[] =>
  Array.from({length: longest}, (_, i) => 'x'.repeat(i + 1)).flatMap((key) => [
    key,
    ...Array.from(key, (_, at) => `${key.slice(0, at)}y${key.slice(at + 1)}`),
  ]);

test('keys that differ in one byte, at whatever place and of whatever length, are different keys', () => {
  const keys = neighbours(70);
  const space = new KeySpace();
  expect(interned(space, keys, 256)).toEqual(keys.map((_, id) => id));
  expect(interned(space, keys, 7)).toEqual(keys.map((_, id) => id));
  expect(keys.map((_, id) => Buffer.from(space.bytesOf(id)).toString())).toEqual(keys);
});

test('ids go by first sight, in columns as one by one, while the table grows', () => {
  const keys = Array.from({length: 40_000}, (_, i) => `10.${i % 7}.${i % 251}.${(i * i) % 19_997}`);
  const batch = batchOfKeys(keys);
  const alone = new KeySpace();
  const expected = keys.map((_, row) => {
    const start = valueStart(batch, row, KEY);
    const end = valueEnd(batch, row, KEY);
    return alone.intern(batch.view, start, end, hashBytes(batch.bytes, start, end));
  });
  const space = new KeySpace();
  expect(interned(space, keys, 256)).toEqual(expected);
  expect(interned(space, keys, 256)).toEqual(expected);
  expect(space.size).toBe(new Set(keys).size);
  const bytes = Buffer.from(keys[12_345]!);
  expect(space.hashOf(expected[12_345]!)).toBe(hashBytes(bytes, 0, bytes.length));
});

test('a value of no bytes is no key', () => {
  const space = new KeySpace();
  expect(interned(space, ['', 'a', '', 'a', 'b'], 5)).toEqual([-1, 0, -1, 0, 1]);
  expect(space.size).toBe(2);
});

test('a key of 64 KiB and its neighbours keep their bytes', () => {
  const long = 'k'.repeat(1 << 16);
  const keys = ['a', long, `${long.slice(1)}z`, 'b'];
  const space = new KeySpace();
  expect(interned(space, keys, 2)).toEqual([0, 1, 2, 3]);
  expect(keys.map((_, id) => Buffer.from(space.bytesOf(id)).toString() === keys[id])).toEqual(
    keys.map(() => true),
  );
});
