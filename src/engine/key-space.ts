import {hashBytes} from './request-batch.ts';

/**
 * Interns keys: bytes → 0, 1, 2 … in order of first sight. Open addressing over typed arrays; about 30 bytes and the key
 * itself per key, no object and no string per key.
 */
export class KeySpace {
  #count = 0;
  #slots = new Int32Array(1 << 12).fill(-1);
  #hashes = new Int32Array(1 << 11);
  #ends = new Float64Array(1 << 11);
  #arena = new Uint8Array(1 << 15);

  get size(): number {
    return this.#count;
  }

  /** The id of the key in `bytes[start … end)`, new or old. `hash` must be `hashBytes` of it. */
  intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#slots[slot]!;
      if (id < 0) return this.#add(slot, bytes, start, end, hash);
      if (this.#hashes[id] === hash && this.#equals(id, bytes, start, end)) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** The key's bytes: a view that is valid until the next `intern`. */
  bytesOf(id: number): Uint8Array {
    return this.#arena.subarray(this.#startOf(id), this.#ends[id]);
  }

  hashOf(id: number): number {
    return this.#hashes[id]!;
  }

  internBytes(key: Uint8Array): number {
    return this.intern(key, 0, key.length, hashBytes(key, 0, key.length));
  }

  #startOf(id: number): number {
    return id === 0 ? 0 : this.#ends[id - 1]!;
  }

  #equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#startOf(id);
    const length = end - start;
    if (this.#ends[id]! - from !== length) return false;
    const arena = this.#arena;
    for (let i = 0; i < length; i++) if (arena[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(slot: number, bytes: Uint8Array, start: number, end: number, hash: number): number {
    const id = this.#count++;
    if (id === this.#hashes.length) {
      this.#hashes = grown(this.#hashes, new Int32Array(2 * id));
      this.#ends = grown(this.#ends, new Float64Array(2 * id));
    }
    const from = this.#startOf(id);
    const to = from + end - start;
    if (to > this.#arena.length) this.#arena = grown(this.#arena, new Uint8Array(Math.max(to, Math.ceil(1.5 * this.#arena.length))));
    for (let i = start, at = from; i < end; i++, at++) this.#arena[at] = bytes[i]!;
    this.#ends[id] = to;
    this.#hashes[id] = hash;
    this.#slots[slot] = id;
    // At most 5/8 full.
    if (8 * this.#count > 5 * this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#count; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

const grown = <T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T => {
  to.set(from as never);
  return to;
};
