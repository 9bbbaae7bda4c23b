import {expect, test} from 'vitest';
import {valueEnd, valueStart} from '../../../src/engine/request-batch.ts';
import {DealingSink} from '../../../src/simulate/fleet/dealing-sink.ts';
import {emptyBatch} from '../../../src/trace/row-sink.ts';

const SHARES = 4;

const deal = (sink: DealingSink, keys: readonly string[]): void => {
  keys.forEach((key, i) => {
    const bytes = Buffer.from(key);
    sink.begin();
    sink.time = i;
    sink.set(0, bytes, 0, bytes.length);
    sink.appendTo();
  });
};

const KEYS = Array.from({length: 20_000}, (_, i) => `10.0.${i >> 8}.${i & 255}`);

test('every key falls to one share, and the shares are about as large', () => {
  const sink = new DealingSink(1, 0, SHARES);
  deal(sink, [...KEYS, ...KEYS]);
  const {batches, times} = sink.take();
  expect(times.length).toBe(2 * KEYS.length);
  const shareOf = new Map<string, number>();
  batches.forEach((batch, share) => {
    for (let row = 0; row < batch.count; row++) {
      const key = Buffer.from(
        batch.bytes.slice(valueStart(batch, row, 0), valueEnd(batch, row, 0)),
      ).toString();
      expect(shareOf.get(key) ?? share).toBe(share);
      shareOf.set(key, share);
    }
    expect(batch.count / times.length).toBeCloseTo(1 / SHARES, 1);
  });
  expect(shareOf.size).toBe(KEYS.length);
});

test('in a share the low bits of hashes are as various as in all: they choose places in tables of keys', () => {
  const sink = new DealingSink(1, 0, SHARES);
  deal(sink, KEYS);
  for (const batch of sink.take().batches) {
    const seen = new Set(Array.from(batch.hashes.subarray(0, batch.count), (hash) => hash & 0xff));
    expect(seen.size).toBe(256);
  }
});

test('what was dealt out can be forgotten, and a batch that comes back is filled again', () => {
  const sink = new DealingSink(1, 0, SHARES);
  deal(sink, KEYS);
  sink.clear();
  const empty = sink.take();
  expect(empty.times.length).toBe(0);
  expect(empty.batches.map(({count}) => count)).toEqual([0, 0, 0, 0]);
  const back = empty.batches[2]!;
  sink.reuse(2, back);
  sink.take();
  deal(sink, KEYS);
  expect(sink.take().batches[2]).toBe(back);
  expect(back.count).toBeGreaterThan(emptyBatch(1).times.length);
});
