/** Per-key counters that grow with the keys. They stop at 2^32 − 1 instead of wrapping. */
export class Counters {
  #values = new Uint32Array(1 << 10);

  increment(id: number): void {
    if (id >= this.#values.length) this.#grow(id);
    const value = this.#values[id]!;
    if (value !== 0xffffffff) this.#values[id] = value + 1;
  }

  get(id: number): number {
    return id < this.#values.length ? this.#values[id]! : 0;
  }

  #grow(id: number): void {
    const values = new Uint32Array(Math.max(2 * this.#values.length, id + 1));
    values.set(this.#values);
    this.#values = values;
  }
}
