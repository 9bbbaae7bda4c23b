/**
 * Requests as the engine sees them: columns, not objects. Attribute values are bytes (UTF-8 as they came), so that a
 * replay makes no string per request; a value of no bytes is a missing attribute.
 *
 * `columns` attributes per request lie one after the other in `bytes`: attribute `c` of request `row` ends at
 * `ends[row × columns + c]` and begins where the one before it ends.
 */
export interface RequestBatch {
  /** Number of requests. */
  count: number;
  readonly columns: number;
  /** Whole microseconds since the epoch. */
  times: Float64Array;
  /** Whole units, 0 … 2^53 − 1. */
  costs: Float64Array;
  /** Microseconds the request took; 0 when unknown. */
  holds: Float64Array;
  ends: Uint32Array;
  /** `hashBytes` of each value. */
  hashes: Int32Array;
  bytes: Uint8Array;
  /** `bytes`, to be read and written four at a time. */
  view: DataView;
}

export const valueStart = (batch: RequestBatch, row: number, column: number): number => {
  const i = row * batch.columns + column;
  return i === 0 ? 0 : batch.ends[i - 1]!;
};

export const valueEnd = (batch: RequestBatch, row: number, column: number): number =>
  batch.ends[row * batch.columns + column]!;

const SEED = 0x811c9dc5;

/** FNV-1a's step on a word of four bytes, and a rotation, so that high bits reach the low ones before the next word. */
const mixWord = (h: number, word: number): number => {
  const mixed = Math.imul(h ^ word, 0x9e3779b1);
  return (mixed << 13) | (mixed >>> 19);
};

const mixByte = (h: number, byte: number): number => Math.imul(h ^ byte, 0x01000193);

/** 32-bit hash of a run of bytes, four at a time, with a final avalanche, so that open addressing may use the low bits. */
export const hashBytes = (bytes: Uint8Array, start: number, end: number): number => {
  let h = SEED;
  let i = start;
  for (; i + 3 < end; i += 4)
    h = mixWord(h, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  for (; i < end; i++) h = mixByte(h, bytes[i]!);
  return avalanche(h);
};

/** `hashBytes` of a part of a view, which is read four bytes at a time. */
export const hashView = (view: DataView, start: number, end: number): number => {
  let h = SEED;
  let i = start;
  for (; i + 3 < end; i += 4) h = mixWord(h, view.getInt32(i, true));
  for (; i < end; i++) h = mixByte(h, view.getUint8(i));
  return avalanche(h);
};

/** The finaliser of MurmurHash3 (A. Appleby): every bit of the input moves every bit of the output. */
export const avalanche = (hash: number): number => {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};
