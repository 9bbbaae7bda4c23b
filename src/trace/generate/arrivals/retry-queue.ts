/**
 * Retries by time, then by slot: a binary heap. Two retries of one instant leave it in the order of their slots, so that
 * the trace does not depend on how the heap was filled.
 */
export class RetryQueue {
  #times: Float64Array = new Float64Array(64);
  #slots: Int32Array = new Int32Array(64);
  #size = 0;

  /** The earliest time; Infinity when empty. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(time: number, slot: number): void {
    if (this.#size === this.#times.length) this.#grow();
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(time, slot, parent)) break;
      this.#times[i] = this.#times[parent]!;
      this.#slots[i] = this.#slots[parent]!;
      i = parent;
    }
    this.#times[i] = time;
    this.#slots[i] = slot;
  }

  /** Removes the earliest and returns its slot. Must not be empty. */
  pop(): number {
    const top = this.#slots[0]!;
    this.#size--;
    const time = this.#times[this.#size]!;
    const slot = this.#slots[this.#size]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isBefore(this.#times[child + 1]!, this.#slots[child + 1]!, child))
        child++;
      if (this.#isBefore(time, slot, child)) break;
      this.#times[i] = this.#times[child]!;
      this.#slots[i] = this.#slots[child]!;
      i = child;
    }
    this.#times[i] = time;
    this.#slots[i] = slot;
    return top;
  }

  #isBefore(time: number, slot: number, other: number): boolean {
    const t = this.#times[other]!;
    return time < t || (time === t && slot < this.#slots[other]!);
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#size);
    const slots = new Int32Array(2 * this.#size);
    times.set(this.#times);
    slots.set(this.#slots);
    this.#times = times;
    this.#slots = slots;
  }
}
