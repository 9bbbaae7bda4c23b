import {hashBytes, type RequestBatch, valueEnd, valueStart} from './request-batch.ts';

/** Words per slot of the table: hash, which word of the arena the key's record begins at (0 = free). */
const SLOT_WORDS = 2;
/** Words of a record before the key's bytes: id, length in bytes. */
const HEAD_WORDS = 2;
/** Words of the record of a short key, such as an address. */
const USUAL_WORDS = HEAD_WORDS + 4;
/** So few slots, and their records, are near by themselves: 128 KiB. */
const FEW = 1 << 15;

/**
 * Interns keys: bytes → 0, 1, 2 … in order of first sight. Open addressing over typed arrays; 28 to 46 bytes and the key
 * itself per key, no object and no string per key. At many keys the time goes into cache misses. A look-up has two: a slot,
 * and the key’s record with all that is compared and answered; `internColumn` has those of many at the same time.
 */
export class KeySpace {
  #count = 0;
  #slots = new Int32Array(SLOT_WORDS << 10);
  /** Records of whole words, one behind the other in the order of their ids. The first word belongs to none. */
  #arena = new Int32Array(1 << 12);
  #arenaView: DataView = new DataView(this.#arena.buffer);
  #arenaEnd = 1;
  /** Where each key's record begins, by id. */
  #records = new Int32Array(1 << 10);
  /** What was read ahead last. Nobody needs it, but a read that nobody uses is not made. */
  touched = 0;

  get size(): number {
    return this.#count;
  }

  /** The id of the key in bytes `start … end − 1` of a view, new or old. `hash` must be `hashBytes` of it. */
  intern(bytes: DataView, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const last = slots.length - SLOT_WORDS;
    let slot = (hash << 1) & last;
    for (;;) {
      const record = slots[slot + 1]!;
      if (record === 0) return this.#add(slot, bytes, start, end, hash);
      if (slots[slot] === hash && this.#holds(record, bytes, start, end)) return this.#arena[record]!;
      slot = (slot + SLOT_WORDS) & last;
    }
  }

  /** `ids[i]` becomes the id of request `from + i`'s value in a column, up to request `to − 1`; −1 for a value of no bytes. */
  internColumn(batch: RequestBatch, column: number, from: number, to: number, ids: Int32Array): void {
    this.#touch(batch, column, from, to);
    for (let row = from; row < to; row++) {
      row = this.#findKnown(batch, column, row, to, from, ids);
      if (row === to) return;
      const start = valueStart(batch, row, column);
      const end = valueEnd(batch, row, column);
      const hash = batch.hashes[row * batch.columns + column]!;
      ids[row - from] = start === end ? -1 : this.intern(batch.view, start, end, hash);
    }
  }

  /** What `internColumn` does from `row` on, until the first value that is no known key: where that is, or `to`. */
  #findKnown(
    {view, ends, hashes, columns}: RequestBatch,
    column: number,
    first: number,
    to: number,
    from: number,
    ids: Int32Array,
  ): number {
    const slots = this.#slots;
    const arena = this.#arena;
    const arenaView = this.#arenaView;
    const last = slots.length - SLOT_WORDS;
    for (let row = first; row < to; row++) {
      const value = row * columns + column;
      const start = value === 0 ? 0 : ends[value - 1]!;
      const length = ends[value]! - start;
      const hash = hashes[value]!;
      let slot = (hash << 1) & last;
      let record = slots[slot + 1]!;
      while (
        record !== 0 &&
        !(
          slots[slot] === hash &&
          arena[record + 1] === length &&
          sameBytes(arenaView, 4 * (record + HEAD_WORDS), view, start, length)
        )
      ) {
        slot = (slot + SLOT_WORDS) & last;
        record = slots[slot + 1]!;
      }
      if (record === 0) return row;
      ids[row - from] = arena[record]!;
    }
    return to;
  }

  /**
   * Reads what look-ups of these values will read first. Nothing is decided in between, so that the processor waits for many of
   * them at a time.
   */
  #touch({hashes, columns}: RequestBatch, column: number, from: number, to: number): void {
    const slots = this.#slots;
    const arena = this.#arena;
    if (slots.length < FEW) return;
    const last = slots.length - SLOT_WORDS;
    let touched = 0;
    for (let row = from; row < to; row++) touched ^= slots[(hashes[row * columns + column]! << 1) & last]!;
    for (let row = from; row < to; row++) {
      const record = slots[((hashes[row * columns + column]! << 1) & last) + 1]!;
      touched ^= arena[record]! ^ arena[record + USUAL_WORDS - 1]!;
    }
    this.touched = touched;
  }

  /** The key's bytes: a view that is valid until the next `intern`. */
  bytesOf(id: number): Uint8Array {
    const record = this.#records[id]!;
    return new Uint8Array(this.#arena.buffer, 4 * (record + HEAD_WORDS), this.#arena[record + 1]);
  }

  hashOf(id: number): number {
    const bytes = this.bytesOf(id);
    return hashBytes(bytes, 0, bytes.length);
  }

  #holds(record: number, bytes: DataView, start: number, end: number): boolean {
    return (
      this.#arena[record + 1] === end - start &&
      sameBytes(this.#arenaView, 4 * (record + HEAD_WORDS), bytes, start, end - start)
    );
  }

  #add(slot: number, bytes: DataView, start: number, end: number, hash: number): number {
    const id = this.#count++;
    if (id === this.#records.length) this.#records = grown(this.#records, 2 * id);
    const record = this.#arenaEnd;
    this.#arenaEnd = record + HEAD_WORDS + ((end - start + 3) >> 2);
    // The words of a usual key may be read behind the last record.
    if (this.#arenaEnd + USUAL_WORDS > this.#arena.length) {
      this.#arena = grown(this.#arena, Math.ceil(1.5 * (this.#arenaEnd + USUAL_WORDS)));
      this.#arenaView = new DataView(this.#arena.buffer);
    }
    this.#records[id] = record;
    this.#arena[record] = id;
    this.#arena[record + 1] = end - start;
    for (let i = start, at = 4 * (record + HEAD_WORDS); i < end; i++, at++)
      this.#arenaView.setUint8(at, bytes.getUint8(i));
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = record;
    // At most half full.
    if (2 * SLOT_WORDS * this.#count > this.#slots.length) this.#widen();
    return id;
  }

  #widen(): void {
    const narrow = this.#slots;
    const slots = new Int32Array(2 * narrow.length);
    const last = slots.length - SLOT_WORDS;
    for (let from = 0; from < narrow.length; from += SLOT_WORDS) {
      if (narrow[from + 1] === 0) continue;
      let slot = (narrow[from]! << 1) & last;
      while (slots[slot + 1] !== 0) slot = (slot + SLOT_WORDS) & last;
      slots[slot] = narrow[from]!;
      slots[slot + 1] = narrow[from + 1]!;
    }
    this.#slots = slots;
  }
}

const grown = (from: Int32Array, length: number): Int32Array<ArrayBuffer> => {
  const to = new Int32Array(length);
  to.set(from);
  return to;
};

/**
 * Whether `length` bytes are the same. Up to 16 at a time by words that may overlap: without a branch that depends on the
 * length, which differs from key to key and which the processor could only guess.
 */
const sameBytes = (a: DataView, at: number, b: DataView, start: number, length: number): boolean => {
  let done = 0;
  for (; length - done > 16; done += 16) if (differing(a, at + done, b, start + done, 12) !== 0) return false;
  const lastWord = length - done - 4;
  if (lastWord >= 0) return differing(a, at + done, b, start + done, lastWord) === 0;
  for (; done < length; done++) if (a.getUint8(at + done) !== b.getUint8(start + done)) return false;
  return true;
};

/** 0 when the words at 0, 4, 8 and `last` are the same, 0 ≤ `last` ≤ 12; those beyond `last` are taken there. */
const differing = (a: DataView, at: number, b: DataView, start: number, last: number): number => {
  const second = 4 + ((last - 4) & ((last - 4) >> 31));
  const third = 8 + ((last - 8) & ((last - 8) >> 31));
  return (
    (a.getInt32(at, true) ^ b.getInt32(start, true)) |
    (a.getInt32(at + second, true) ^ b.getInt32(start + second, true)) |
    (a.getInt32(at + third, true) ^ b.getInt32(start + third, true)) |
    (a.getInt32(at + last, true) ^ b.getInt32(start + last, true))
  );
};
