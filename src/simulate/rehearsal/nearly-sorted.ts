import type {RequestBatch} from '../../engine/request-batch.ts';
import {copyRow} from '../../trace/read/sort-by-time.ts';
import type {Slice} from '../../trace/read/trace.ts';
import {emptyBatch, RowSink} from '../../trace/row-sink.ts';

/** Servers write a line when a request ends, so times step back a little: as far as so many lines it is put right. */
export const SORT_WINDOW = 1 << 16;

/**
 * Requests in order of time, as long as none lies more than `window` requests behind its place; equal times keep their order. Keeps
 * two windows in memory, however long the trace is.
 */
export async function* nearlySorted(
  slices: AsyncIterable<Slice>,
  columns: number,
  window = SORT_WINDOW,
): AsyncGenerator<Slice> {
  const sink = new RowSink(columns);
  let held = emptyBatch(columns);
  for await (const {batch, from, to} of slices) {
    for (let row = from; row < to; row++) copyRow(batch, row, sink, held);
    if (held.count < 2 * window) continue;
    const sorted = inOrder(held, sink);
    const cut = sorted.count - window;
    yield* inPieces(sorted, cut);
    held = emptyBatch(columns);
    for (let row = cut; row < sorted.count; row++) copyRow(sorted, row, sink, held);
  }
  yield* inPieces(inOrder(held, sink), held.count);
}

/** So many at a time, that a process has time for other things in between. */
const PIECE = 1 << 12;

function* inPieces(batch: RequestBatch, to: number): Generator<Slice> {
  for (let from = 0; from < to; from += PIECE) yield {batch, from, to: Math.min(to, from + PIECE)};
}

const inOrder = (batch: RequestBatch, sink: RowSink): RequestBatch => {
  const {times, count} = batch;
  let isSorted = true;
  for (let row = 1; row < count && isSorted; row++) isSorted = times[row]! >= times[row - 1]!;
  if (isSorted) return batch;
  const order = new Uint32Array(count).map((_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
  const sorted = emptyBatch(batch.columns, count);
  for (const row of order) copyRow(batch, row, sink, sorted);
  return sorted;
};
