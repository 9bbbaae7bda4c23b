import {hashView, type RequestBatch} from '../engine/request-batch.ts';

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
  /** What is bad begins at this byte of the record, from 1; 0: it is the whole record. */
  reasonColumn = 0;
  readonly #columns: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #sources: Uint8Array[];
  readonly #views: DataView[];
  /** Of all sources so far: a value is read four bytes at a time. */
  readonly #known = new WeakMap<Uint8Array, DataView>();

  constructor(columns: number) {
    this.#columns = columns;
    this.#starts = new Int32Array(columns);
    this.#ends = new Int32Array(columns);
    this.#sources = new Array<Uint8Array>(columns).fill(NOTHING);
    this.#views = new Array<DataView>(columns).fill(new DataView(NOTHING.buffer));
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
    if (bytes !== this.#sources[column]) {
      this.#sources[column] = bytes;
      this.#views[column] = this.#viewOf(bytes);
    }
    this.#starts[column] = start;
    this.#ends[column] = end;
  }

  /** Whether a value of the record is longer than `MAX_VALUE_BYTES`. */
  get hasLongValue(): boolean {
    return this.#ends.some((end, column) => end - this.#starts[column]! > MAX_VALUE_BYTES);
  }

  /** `hashBytes` of a column's value. */
  hashOf(column: number): number {
    return hashView(this.#views[column]!, this.#starts[column]!, this.#ends[column]!);
  }

  /** Appends the record to a batch, growing its columns as needed. */
  appendTo(batch: RequestBatch): void {
    this.append(batch, -1, 0);
  }

  /** Forgets the records that it keeps itself, in a sink that keeps some. */
  clear(): void {
    // Records are in the batches that they were appended to.
  }

  /** `appendTo`, when the hash of one of the columns is known. */
  protected append(batch: RequestBatch, hashed: number, hash: number): void {
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
      const length = this.#ends[c]! - start;
      if (to + length + SLACK > batch.bytes.length) growBytes(batch, to + length + SLACK);
      batch.hashes[i] = c === hashed ? hash : this.hashOf(c);
      copy(this.#views[c]!, start, length, batch.view, to, this.#sources[c]!.length - SLACK - start);
      to += length;
      batch.ends[i] = to;
    }
    batch.count = row + 1;
  }

  #viewOf(bytes: Uint8Array): DataView {
    let view = this.#known.get(bytes);
    if (view === undefined) {
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#known.set(bytes, view);
    }
    return view;
  }
}

const NOTHING = new Uint8Array(0);

/** Room in a batch behind each value, so that copying may write a little more than the value. */
const SLACK = 16;

/** Copies sixteen bytes at a time, so that the short values that keys are need no loop. */
const copy = (
  source: DataView,
  start: number,
  length: number,
  target: DataView,
  to: number,
  last: number,
): void => {
  let i = 0;
  for (; i < length && i <= last; i += SLACK) {
    target.setInt32(to + i, source.getInt32(start + i, true), true);
    target.setInt32(to + i + 4, source.getInt32(start + i + 4, true), true);
    target.setInt32(to + i + 8, source.getInt32(start + i + 8, true), true);
    target.setInt32(to + i + 12, source.getInt32(start + i + 12, true), true);
  }
  for (; i < length; i++) target.setUint8(to + i, source.getUint8(start + i));
};

/** A longer value is no key or attribute of a request: its line is bad. */
export const MAX_VALUE_BYTES = 1 << 16;

const FIRST_ROWS = 1024;

type Memory = ArrayBufferConstructor | SharedArrayBufferConstructor;

/** `memory` is what its arrays lie in: shared for threads that read it in place. */
export const emptyBatch = (
  columns: number,
  rows = FIRST_ROWS,
  memory: Memory = ArrayBuffer,
): RequestBatch => {
  const bytes = new Uint8Array(new memory(Math.max(64, rows * columns * 16)));
  return {
    count: 0,
    columns,
    times: new Float64Array(new memory(rows * 8)),
    costs: new Float64Array(new memory(rows * 8)),
    holds: new Float64Array(new memory(rows * 8)),
    ends: new Uint32Array(new memory(rows * columns * 4)),
    hashes: new Int32Array(new memory(rows * columns * 4)),
    bytes,
    view: new DataView(bytes.buffer),
  };
};

/** A batch of another thread, as an object like those of `emptyBatch`: code that reads batches of one form only is faster. */
export const adoptBatch = (batch: RequestBatch): RequestBatch => ({
  count: batch.count,
  columns: batch.columns,
  times: batch.times,
  costs: batch.costs,
  holds: batch.holds,
  ends: batch.ends,
  hashes: batch.hashes,
  bytes: batch.bytes,
  view: batch.view,
});

const memoryOf = (batch: RequestBatch): Memory =>
  batch.bytes.buffer instanceof SharedArrayBuffer ? SharedArrayBuffer : ArrayBuffer;

const growRows = (batch: RequestBatch): void => {
  const bigger = emptyBatch(batch.columns, 2 * batch.times.length, memoryOf(batch));
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
  const bigger = new Uint8Array(new (memoryOf(batch))(Math.max(needed, 2 * batch.bytes.length)));
  bigger.set(batch.bytes);
  batch.bytes = bigger;
  batch.view = new DataView(bigger.buffer);
};
