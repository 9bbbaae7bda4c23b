import type {KeySummary} from '../view/model/simulate-report.ts';

/** How many keys a report names per limit. */
export const TOP_KEYS = 10;

/** By code unit, not by locale: the same on every machine. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Most denied first; ties by more requests, then by key. */
export const compareKeys = (a: KeySummary, b: KeySummary): number =>
  b.denied - a.denied || b.requests - a.requests || compareText(a.key, b.key);

/** Keeps the best `size` of what is offered, without sorting or naming all of it. */
export class TopList<T> {
  readonly #size: number;
  readonly #compare: (a: T, b: T) => number;
  #items: T[] = [];

  constructor(size: number, compare: (a: T, b: T) => number) {
    this.#size = size;
    this.#compare = compare;
  }

  offer(item: T): void {
    const items = this.#items;
    if (items.length === this.#size && this.#compare(item, items[items.length - 1]!) >= 0) return;
    items.push(item);
    items.sort(this.#compare);
    if (items.length > this.#size) items.pop();
  }

  get items(): readonly T[] {
    return this.#items;
  }
}
