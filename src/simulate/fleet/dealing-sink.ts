import type {RequestBatch} from '../../engine/request-batch.ts';
import {emptyBatch, RowSink} from '../../trace/row-sink.ts';

const FIRST_ROWS = 1 << 13;

/** Deals records out to shares by the hash of one column, and notes the time of each in order. */
export class DealingSink extends RowSink {
  readonly #columns: number;
  readonly #column: number;
  /** Of each share: another thread knows the batches that it reads. */
  readonly #pools: readonly RequestBatch[][];
  readonly #batches: RequestBatch[];
  #times = new Float64Array(1 << 15);
  #count = 0;

  constructor(columns: number, column: number, shares: number) {
    super(columns);
    this.#columns = columns;
    this.#column = column;
    this.#pools = Array.from({length: shares}, () => []);
    this.#batches = this.#pools.map((_, share) => this.#fresh(share));
  }

  override appendTo(): void {
    this.#noteTime();
    const hash = this.hashOf(this.#column);
    // The high bits: the low ones choose the place in the table of keys of the thread that decides.
    const share = ((hash >>> 16) * this.#batches.length) >>> 16;
    this.append(this.#batches[share]!, this.#column, hash);
  }

  override clear(): void {
    this.#count = 0;
    for (const batch of this.#batches) batch.count = 0;
  }

  #noteTime(): void {
    if (this.#count === this.#times.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#times);
      this.#times = longer;
    }
    this.#times[this.#count++] = this.time;
  }

  /** The batches filled since the last call, one per share, and the times of all their records. */
  take(): {readonly batches: readonly RequestBatch[]; readonly times: Float64Array} {
    const batches = this.#batches.map((batch, share) => {
      this.#batches[share] = this.#fresh(share);
      return batch;
    });
    const times = this.#times.slice(0, this.#count);
    this.#count = 0;
    return {batches, times};
  }

  /** Gives a batch back to be filled again. */
  reuse(share: number, batch: RequestBatch): void {
    this.#pools[share]!.push(batch);
  }

  #fresh(share: number): RequestBatch {
    const batch = this.#pools[share]!.pop() ?? emptyBatch(this.#columns, FIRST_ROWS, SharedArrayBuffer);
    batch.count = 0;
    return batch;
  }
}
