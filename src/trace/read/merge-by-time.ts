import type {Slice} from './trace.ts';

interface Head {
  readonly stream: AsyncGenerator<Slice>;
  readonly order: number;
  slice: Slice;
  row: number;
}

const timeOf = (head: Head): number => head.slice.batch.times[head.row]!;

/** Before: earlier, or at the same time from an earlier file. */
const before = (a: Head, b: Head): boolean =>
  timeOf(a) < timeOf(b) || (timeOf(a) === timeOf(b) && a.order < b.order);

/**
 * Merges streams that are each in order of time. Equal times come in the order of the streams. A stream that is not in
 * order is taken as it comes: its late requests come as soon as they are at its head.
 */
export async function* mergeByTime(streams: readonly AsyncGenerator<Slice>[]): AsyncGenerator<Slice> {
  const heads: Head[] = [];
  for (const [order, stream] of streams.entries()) {
    const first = await stream.next();
    if (first.done !== true) heads.push({stream, order, slice: first.value, row: first.value.from});
  }
  while (heads.length > 0) {
    let first = heads[0]!;
    for (const head of heads) if (before(head, first)) first = head;
    let second: Head | undefined;
    for (const head of heads)
      if (head !== first && (second === undefined || before(head, second))) second = head;
    // All rows of the first stream that come before the second one's head are one slice.
    const {batch, to} = first.slice;
    const from = first.row;
    do first.row++;
    while (first.row < to && (second === undefined || before(first, second)));
    yield {batch, from, to: first.row};
    if (first.row < to) continue;
    const next = await first.stream.next();
    if (next.done === true) heads.splice(heads.indexOf(first), 1);
    else {
      first.slice = next.value;
      first.row = next.value.from;
    }
  }
}
