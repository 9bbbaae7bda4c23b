/**
 * A list of (instant, number) pairs per key, for the two algorithms whose state is not a few words: the sliding log and
 * concurrency leases. All lists share one array of doubles; a list that grows moves to a block of twice the size, and the
 * block it leaves is reused.
 *
 * A key's row holds four words: block offset, block size in pairs (0 = no list yet), first pair, number of pairs. Lists
 * are rings, so that dropping the oldest moves nothing.
 */
export const PAIR_LOG_WORDS = 4;

const FIRST_BLOCK = 4;

export class PairLog {
  #heap = new Float64Array(1024);
  #top = 0;
  /** Offsets of free blocks, by log2 of their size. */
  readonly #free: number[][] = [];

  length(row: Float64Array, at: number): number {
    return row[at + 3]!;
  }

  /** Position of the i-th pair in the array; `instantAt` and `numberAt` read it. */
  #position(row: Float64Array, at: number, i: number): number {
    const size = row[at + 1]!;
    return row[at]! + 2 * ((row[at + 2]! + i) & (size - 1));
  }

  instantAt(row: Float64Array, at: number, i: number): number {
    return this.#heap[this.#position(row, at, i)]!;
  }

  numberAt(row: Float64Array, at: number, i: number): number {
    return this.#heap[this.#position(row, at, i) + 1]!;
  }

  push(row: Float64Array, at: number, instant: number, number: number): void {
    if (row[at + 3] === row[at + 1]) this.#grow(row, at);
    const position = this.#position(row, at, row[at + 3]!);
    this.#heap[position] = instant;
    this.#heap[position + 1] = number;
    row[at + 3] = row[at + 3]! + 1;
  }

  /** Adds to the number of the newest pair. */
  addToNewest(row: Float64Array, at: number, number: number): void {
    const position = this.#position(row, at, row[at + 3]! - 1);
    this.#heap[position + 1] = this.#heap[position + 1]! + number;
  }

  dropOldest(row: Float64Array, at: number, count: number): void {
    row[at + 2] = (row[at + 2]! + count) & (row[at + 1]! - 1);
    row[at + 3] = row[at + 3]! - count;
  }

  /** Removes the i-th pair by moving the newest into its place: the order is lost. */
  remove(row: Float64Array, at: number, i: number): void {
    const from = this.#position(row, at, row[at + 3]! - 1);
    const to = this.#position(row, at, i);
    this.#heap[to] = this.#heap[from]!;
    this.#heap[to + 1] = this.#heap[from + 1]!;
    row[at + 3] = row[at + 3]! - 1;
  }

  /** Gives the key's block back. */
  free(row: Float64Array, at: number): void {
    const size = row[at + 1]!;
    if (size > 0) this.#release(row[at]!, size);
    row.fill(0, at, at + PAIR_LOG_WORDS);
  }

  #release(offset: number, size: number): void {
    this.#free[Math.log2(size)] ??= [];
    this.#free[Math.log2(size)]!.push(offset);
  }

  #grow(row: Float64Array, at: number): void {
    const size = row[at + 1]!;
    const bigger = size === 0 ? FIRST_BLOCK : 2 * size;
    const offset = this.#allocate(bigger);
    for (let i = 0; i < row[at + 3]!; i++) {
      const position = this.#position(row, at, i);
      this.#heap[offset + 2 * i] = this.#heap[position]!;
      this.#heap[offset + 2 * i + 1] = this.#heap[position + 1]!;
    }
    if (size > 0) this.#release(row[at]!, size);
    row[at] = offset;
    row[at + 1] = bigger;
    row[at + 2] = 0;
  }

  #allocate(size: number): number {
    const reused = this.#free[Math.log2(size)]?.pop();
    if (reused !== undefined) return reused;
    const offset = this.#top;
    this.#top += 2 * size;
    if (this.#top > this.#heap.length) {
      const heap = new Float64Array(Math.max(this.#top, 2 * this.#heap.length));
      heap.set(this.#heap);
      this.#heap = heap;
    }
    return offset;
  }
}
