import fc from 'fast-check';
import {expect, test} from 'vitest';
import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {valueEnd, valueStart} from '../../../src/engine/request-batch.ts';
import {nearlySorted} from '../../../src/simulate/rehearsal/nearly-sorted.ts';
import {batchOf} from '../../../src/trace/batch-of.ts';
import type {Slice} from '../../../src/trace/read/trace.ts';

const columns = new AttributeColumns(['key']);

async function* slicesOf(times: readonly number[], size: number): AsyncGenerator<Slice> {
  for (let at = 0; at < times.length; at += size) {
    const rows = times.slice(at, at + size).map((t, i) => ({t, key: String(at + i), cost: i, hold: t}));
    const batch = batchOf(columns, rows);
    yield {batch, from: 0, to: batch.count};
  }
}

const read = async (slices: AsyncIterable<Slice>): Promise<readonly (readonly [number, number])[]> => {
  const rows: [number, number][] = [];
  for await (const {batch, from, to} of slices)
    for (let row = from; row < to; row++) {
      const key = batch.bytes.subarray(valueStart(batch, row, 0), valueEnd(batch, row, 0));
      rows.push([batch.times[row]!, Number(new TextDecoder().decode(key))]);
    }
  return rows;
};

test('requests less than a window behind their place are put in order, equal times stay in theirs', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({min: 0, max: 6}), {maxLength: 80}),
      fc.integer({min: 1, max: 20}),
      async (late, size) => {
        const times = late.map((back, i) => Math.max(0, i - back));
        const expected = times
          .map((t, i): [number, number] => [t, i])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(await read(nearlySorted(slicesOf(times, size), 1, 8))).toEqual(expected);
      },
    ),
  );
});

test('one that lies further behind is not lost', async () => {
  const times = [...Array.from({length: 40}, (_, i) => i + 1), 0];
  const rows = await read(nearlySorted(slicesOf(times, 7), 1, 8));
  expect(rows.length).toBe(41);
  expect(new Set(rows.map(([, key]) => key)).size).toBe(41);
});
