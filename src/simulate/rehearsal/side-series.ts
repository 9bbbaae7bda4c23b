import {MOST_BUCKETS, WIDTHS} from '../time-series.ts';
import {type Gauges, SideSlot} from './side-slot.ts';

/** One side over time, in at most 120 slots without a gap, whose width follows the span: see `TimeSeries`. Time does not step back. */
export class SideSeries {
  #level = 0;
  /** Index of the first slot: its start ÷ its width. */
  #first = -1;
  #slots: SideSlot[] = [];
  #end = Number.NEGATIVE_INFINITY;
  #current: SideSlot | undefined;
  readonly #gauges: Gauges;

  /** `gauges` are read whenever a slot begins: what it looked like then it looked like in the slots before, too. */
  constructor(gauges: Gauges) {
    this.#gauges = gauges;
  }

  /** The slot of an instant, µs. */
  at(t: number): SideSlot {
    if (t < this.#end) return this.#current!;
    return this.#seek(t);
  }

  get level(): number {
    return this.#level;
  }

  /** Slots of at least this level's width, up to that of an instant. */
  cover(t: number, level: number): void {
    this.at(t);
    while (this.#level < level) this.#widen();
  }

  /** Width of a slot, µs. */
  get width(): number {
    return WIDTHS[this.#level]!;
  }

  /** When the first slot begins, µs. */
  get start(): number {
    return this.#first * this.width;
  }

  get slots(): readonly SideSlot[] {
    return this.#slots;
  }

  #seek(t: number): SideSlot {
    if (this.#first < 0) this.#first = Math.floor(t / this.width);
    while (this.#level < WIDTHS.length - 1 && Math.floor(t / this.width) - this.#first >= MOST_BUCKETS)
      this.#widen();
    const index = Math.floor(t / this.width) - this.#first;
    while (this.#slots.length <= index) this.#slots.push(new SideSlot(this.#gauges));
    this.#current = this.#slots[index]!;
    this.#end = (this.#first + index + 1) * this.width;
    return this.#current;
  }

  #widen(): void {
    const factor = WIDTHS[this.#level + 1]! / this.width;
    const first = Math.floor(this.#first / factor);
    const wider: SideSlot[] = [];
    this.#slots.forEach((slot, i) => {
      const into = Math.floor((this.#first + i) / factor) - first;
      if (wider[into] === undefined) wider[into] = slot;
      else wider[into].join(slot);
    });
    this.#first = first;
    this.#slots = wider;
    this.#level++;
    this.#current = wider.at(-1);
    this.#end = (first + wider.length) * this.width;
  }
}
