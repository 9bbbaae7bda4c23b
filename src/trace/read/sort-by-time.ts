import type {RequestBatch} from '../../engine/request-batch.ts';
import {valueEnd, valueStart} from '../../engine/request-batch.ts';
import {emptyBatch, RowSink} from '../row-sink.ts';
import type {Slice} from './trace.ts';

/** Copies request `row` of one batch to the end of another with the same columns. */
export const copyRow = (from: RequestBatch, row: number, sink: RowSink, to: RequestBatch): void => {
  sink.begin();
  sink.time = from.times[row]!;
  sink.cost = from.costs[row]!;
  sink.hold = from.holds[row]!;
  for (let c = 0; c < from.columns; c++)
    sink.set(c, from.bytes, valueStart(from, row, c), valueEnd(from, row, c));
  sink.appendTo(to);
};

const ROWS_PER_SLICE = 1 << 14;

/** All requests in order of time; equal times keep their order. Holds the whole trace in memory, some 40 bytes a request. */
export async function* sortByTime(slices: AsyncIterable<Slice>, columns: number): AsyncGenerator<Slice> {
  const all = emptyBatch(columns);
  const sink = new RowSink(columns);
  for await (const {batch, from, to} of slices)
    for (let row = from; row < to; row++) copyRow(batch, row, sink, all);
  const order = new Uint32Array(all.count)
    .map((_, i) => i)
    .sort((a, b) => all.times[a]! - all.times[b]! || a - b);
  const sorted = emptyBatch(columns, Math.min(ROWS_PER_SLICE, Math.max(1, all.count)));
  for (let at = 0; at < order.length; at += ROWS_PER_SLICE) {
    sorted.count = 0;
    for (const row of order.subarray(at, at + ROWS_PER_SLICE)) copyRow(all, row, sink, sorted);
    yield {batch: sorted, from: 0, to: sorted.count};
  }
}
