import {Outcome} from './outcome.ts';

/** Counts stop here instead of wrapping. */
const MOST_COUNTED = 0xffffffff;
/** So few doubles are near by themselves: 256 KiB. */
const FEW = 1 << 15;
const FIRST_KEYS = 1 << 10;
/** Words of 32 bits in what a processor reads at a time. */
const LINE = 16;

/**
 * What limits by the same key keep of it: a row of doubles per key, of which each limit has a part – the words of its buckets,
 * and one with how often it was asked about and how often refused. All of it in one array: with many keys, reading from
 * places apart costs more than the decision.
 */
export class KeyRows {
  /** Doubles per key. */
  stride = 0;
  /** Row `id` begins at `id × stride`. */
  state: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** The same memory in words of 32 bits. */
  #counts: Uint32Array = new Uint32Array(this.state.buffer);
  /** What was read ahead last. Nobody needs it, but a read that nobody uses is not made. */
  touched = 0;

  /** Takes doubles of each row, before there are rows; returns the first one's place in the row. */
  claim(words: number): number {
    this.stride += words;
    return this.stride - words;
  }

  /** Makes room for `size` keys. */
  reserve(size: number): void {
    if (size * this.stride <= this.state.length) return;
    const wanted = Math.max(size, FIRST_KEYS) * this.stride;
    const longer = new Float64Array(Math.max(Math.ceil(1.5 * this.state.length), wanted));
    longer.set(this.state);
    this.state = longer;
    this.#counts = new Uint32Array(longer.buffer);
  }

  /**
   * Reads the rows `ids[0 … count)`, so that they are near when they are decided. Nothing is decided in between: the processor
   * then waits for many of them at a time.
   */
  touch(ids: Int32Array, count: number): void {
    if (this.state.length < FEW) return;
    const counts = this.#counts;
    const words = 2 * this.stride;
    let touched = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      // A missing key (−1) reads the first row.
      const from = (id & ~(id >> 31)) * words;
      const to = from + words - 1;
      for (let at = from; at < to; at += LINE) touched ^= counts[at]!;
      touched ^= counts[to]!;
    }
    this.touched = touched;
  }

  /** Counts requests of the keys `ids[0 … count)` in double `word` of their rows, by outcomes from `from` on: answers, and of these refusals. */
  count(word: number, ids: Int32Array, outcomes: Uint8Array, from: number, count: number): void {
    const counts = this.#counts;
    const {stride} = this;
    for (let i = 0; i < count; i++) {
      const outcome = outcomes[from + i]!;
      if (outcome < Outcome.allowed) continue;
      const at = 2 * (ids[i]! * stride + word);
      if (counts[at]! < MOST_COUNTED) counts[at] = counts[at]! + 1;
      if (outcome === Outcome.denied && counts[at + 1]! < MOST_COUNTED) counts[at + 1] = counts[at + 1]! + 1;
    }
  }

  /** Requests counted of a key. */
  requestsOf(id: number, word: number): number {
    return this.#counts[2 * (id * this.stride + word)] ?? 0;
  }

  /** Refusals counted of a key. */
  refusalsOf(id: number, word: number): number {
    return this.#counts[2 * (id * this.stride + word) + 1] ?? 0;
  }
}
