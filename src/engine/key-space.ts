import {ViewCache} from '../base/view-cache.ts';

/** Words per slot of the table: hash, id + 1 (0 = free), where the key begins in the arena, its length. */
const SLOT_WORDS = 4;

/**
 * Interns keys: bytes → 0, 1, 2 … in order of first sight. Open addressing over typed arrays; 40 to 60 bytes and the key
 * itself per key, no object and no string per key. All that a look-up reads lies in one slot, and the key's bytes: at many
 * keys the time goes into cache misses.
 */
export class KeySpace {
  #count = 0;
  #slots = new Int32Array(SLOT_WORDS << 10);
  /** By id. */
  #hashes = new Int32Array(1 << 10);
  #ends = new Float64Array(1 << 10);
  #arena = new Uint8Array(1 << 14);
  #arenaView: DataView = new DataView(this.#arena.buffer);
  readonly #views = new ViewCache();

  get size(): number {
    return this.#count;
  }

  /** The id of the key in `bytes[start … end)`, new or old. `hash` must be `hashBytes` of it. */
  intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const last = slots.length - SLOT_WORDS;
    let slot = (hash << 2) & last;
    for (;;) {
      const id = slots[slot + 1]! - 1;
      if (id < 0) return this.#add(slot, bytes, start, end, hash);
      if (
        slots[slot] === hash &&
        slots[slot + 3] === end - start &&
        this.#holds(slots[slot + 2]! >>> 0, bytes, start, end)
      )
        return id;
      slot = (slot + SLOT_WORDS) & last;
    }
  }

  /** The key's bytes: a view that is valid until the next `intern`. */
  bytesOf(id: number): Uint8Array {
    return this.#arena.subarray(this.#startOf(id), this.#ends[id]);
  }

  hashOf(id: number): number {
    return this.#hashes[id]!;
  }

  #startOf(id: number): number {
    return id === 0 ? 0 : this.#ends[id - 1]!;
  }

  /** Whether the arena holds `bytes[start … end)` at `from`; four bytes at a time. */
  #holds(from: number, bytes: Uint8Array, start: number, end: number): boolean {
    const arena = this.#arenaView;
    const view = this.#views.of(bytes);
    let i = start;
    let at = from;
    for (; i + 3 < end; i += 4, at += 4)
      if (arena.getInt32(at, true) !== view.getInt32(i, true)) return false;
    for (; i < end; i++, at++) if (arena.getUint8(at) !== view.getUint8(i)) return false;
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
    if (to > this.#arena.length) {
      this.#arena = grown(this.#arena, new Uint8Array(Math.max(to, Math.ceil(1.5 * this.#arena.length))));
      this.#arenaView = new DataView(this.#arena.buffer);
    }
    for (let i = start, at = from; i < end; i++, at++) this.#arena[at] = bytes[i]!;
    this.#ends[id] = to;
    this.#hashes[id] = hash;
    this.#fill(this.#slots, slot, id);
    // At most 5/8 full.
    if (8 * SLOT_WORDS * this.#count > 5 * this.#slots.length) this.#rehash();
    return id;
  }

  #fill(slots: Int32Array, slot: number, id: number): void {
    const from = this.#startOf(id);
    slots[slot] = this.#hashes[id]!;
    slots[slot + 1] = id + 1;
    slots[slot + 2] = from;
    slots[slot + 3] = this.#ends[id]! - from;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const last = slots.length - SLOT_WORDS;
    for (let id = 0; id < this.#count; id++) {
      let slot = (this.#hashes[id]! << 2) & last;
      while (slots[slot + 1]! > 0) slot = (slot + SLOT_WORDS) & last;
      this.#fill(slots, slot, id);
    }
    this.#slots = slots;
  }
}

const grown = <T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T => {
  to.set(from as never);
  return to;
};
