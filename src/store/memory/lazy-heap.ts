/** Entries that no longer mean anything are removed all at once when they are more than those that do, and this many. */
const TOLERATED = 64;

/**
 * A binary heap, smallest first, whose entries may lose their meaning while they are in it: those are passed over when they come
 * to the top, so that nothing has to be searched for.
 */
export class LazyHeap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #isLive: (entry: T) => boolean;
  #entries: T[] = [];
  /** How many entries there were after dead ones were last removed. */
  #cleaned = 0;

  constructor(compare: (a: T, b: T) => number, isLive: (entry: T) => boolean) {
    this.#compare = compare;
    this.#isLive = isLive;
  }

  push(entry: T): void {
    if (this.#entries.length > 2 * this.#cleaned + TOLERATED) this.clean();
    this.#entries.push(entry);
    this.#up(this.#entries.length - 1);
  }

  /** The smallest one that means something. */
  peek(): T | undefined {
    while (this.#entries.length > 0 && !this.#isLive(this.#entries[0]!)) this.#removeFirst();
    return this.#entries[0];
  }

  pop(): T | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  /** Removes what means nothing any more. */
  clean(): void {
    // Sorted entries are a heap.
    this.#entries = this.#entries.filter(this.#isLive).sort(this.#compare);
    this.#cleaned = this.#entries.length;
  }

  #removeFirst(): void {
    const last = this.#entries.pop()!;
    if (this.#entries.length === 0) return;
    this.#entries[0] = last;
    this.#down(0);
  }

  #up(from: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#swapped(parent, i)) return;
      i = parent;
    }
  }

  #down(from: number): void {
    let i = from;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= this.#entries.length) return;
      const right = left + 1;
      const smaller =
        right < this.#entries.length && this.#compare(this.#entries[right]!, this.#entries[left]!) < 0
          ? right
          : left;
      if (!this.#swapped(i, smaller)) return;
      i = smaller;
    }
  }

  /** Puts two entries in order; whether they were not. */
  #swapped(above: number, below: number): boolean {
    const upper = this.#entries[above]!;
    const lower = this.#entries[below]!;
    if (this.#compare(lower, upper) >= 0) return false;
    this.#entries[above] = lower;
    this.#entries[below] = upper;
    return true;
  }
}
