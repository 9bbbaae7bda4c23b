import {copyAndHash, hashBytes, type RequestBatch} from '../engine/request-batch.ts';

/**
 * Where a parser puts what it finds in one record, and the batch the record goes to. Values are ranges of bytes, copied
 * only when the record is whole: a bad line leaves nothing behind.
 */
export class RowSink {
  /** Whole microseconds since the epoch. */
  time = 0;
  /** Whole units, 0 … 2^53 − 1; 1 unless the record says otherwise. */
  cost = 1;
  /** Microseconds the request took; 0 when unknown. */
  hold = 0;
  /** Why the record is bad, when `parse` says so: one sentence without the location, values quoted with `quoted()`. */
  reason = '';
  /** 1-based column (in characters or bytes) of what is bad; 0 when it is the whole line. */
  reasonColumn = 0;
  readonly #columns: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #sources: Uint8Array[];

  constructor(columns: number) {
    this.#columns = columns;
    this.#starts = new Int32Array(columns);
    this.#ends = new Int32Array(columns);
    this.#sources = new Array<Uint8Array>(columns).fill(new Uint8Array(0));
  }

  /** Forgets the record before. Parsers need not call it. */
  begin(): void {
    this.cost = 1;
    this.hold = 0;
    // A loop: `fill` costs a call out of the compiled code, twice per record.
    for (let c = 0; c < this.#columns; c++) {
      this.#starts[c] = 0;
      this.#ends[c] = 0;
    }
  }

  /** Sets the value of a column to a range of bytes, which must stay unchanged until the record is appended. */
  set(column: number, bytes: Uint8Array, start: number, end: number): void {
    this.#sources[column] = bytes;
    this.#starts[column] = start;
    this.#ends[column] = end;
  }

  /** Whether a value of the record is longer than `MAX_VALUE_BYTES`. */
  get hasLongValue(): boolean {
    return this.#ends.some((end, column) => end - this.#starts[column]! > MAX_VALUE_BYTES);
  }

  /** `hashBytes` of a column's value. */
  hashOf(column: number): number {
    return hashBytes(this.#sources[column]!, this.#starts[column]!, this.#ends[column]!);
  }

  /** Appends the record to a batch, growing its columns as needed. */
  appendTo(batch: RequestBatch): void {
    const row = batch.count;
    if (row === batch.times.length) growRows(batch);
    batch.times[row] = this.time;
    batch.costs[row] = this.cost;
    batch.holds[row] = this.hold;
    const columns = this.#columns;
    let i = row * columns;
    let to = i === 0 ? 0 : batch.ends[i - 1]!;
    for (let c = 0; c < columns; c++, i++) {
      const start = this.#starts[c]!;
      const end = this.#ends[c]!;
      if (to + end - start > batch.bytes.length) growBytes(batch, to + end - start);
      batch.hashes[i] = copyAndHash(this.#sources[c]!, start, end, batch.bytes, to);
      to += end - start;
      batch.ends[i] = to;
    }
    batch.count = row + 1;
  }
}

/** A longer value is no key or attribute of a request: its line is bad. */
export const MAX_VALUE_BYTES = 1 << 16;

const FIRST_ROWS = 1024;

export const emptyBatch = (columns: number, rows = FIRST_ROWS): RequestBatch => ({
  count: 0,
  columns,
  times: new Float64Array(rows),
  costs: new Float64Array(rows),
  holds: new Float64Array(rows),
  ends: new Uint32Array(rows * columns),
  hashes: new Int32Array(rows * columns),
  bytes: new Uint8Array(Math.max(64, rows * columns * 16)),
});

const growRows = (batch: RequestBatch): void => {
  const rows = 2 * batch.times.length;
  const bigger = emptyBatch(batch.columns, rows);
  bigger.times.set(batch.times);
  bigger.costs.set(batch.costs);
  bigger.holds.set(batch.holds);
  bigger.ends.set(batch.ends);
  bigger.hashes.set(batch.hashes);
  batch.times = bigger.times;
  batch.costs = bigger.costs;
  batch.holds = bigger.holds;
  batch.ends = bigger.ends;
  batch.hashes = bigger.hashes;
};

const growBytes = (batch: RequestBatch, needed: number): void => {
  const bigger = new Uint8Array(Math.max(needed, 2 * batch.bytes.length));
  bigger.set(batch.bytes);
  batch.bytes = bigger;
};
