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
}

export const valueStart = (batch: RequestBatch, row: number, column: number): number => {
  const i = row * batch.columns + column;
  return i === 0 ? 0 : batch.ends[i - 1]!;
};

export const valueEnd = (batch: RequestBatch, row: number, column: number): number => batch.ends[row * batch.columns + column]!;

/** 32-bit hash of a run of bytes: FNV-1a with a final avalanche, so that open addressing may use the low bits. */
export const hashBytes = (bytes: Uint8Array, start: number, end: number): number => {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  return avalanche(h);
};

export const avalanche = (hash: number): number => {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};
