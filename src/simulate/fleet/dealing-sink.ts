import type {RequestBatch} from '../../engine/request-batch.ts';
import {emptyBatch, RowSink} from '../../trace/row-sink.ts';

const FIRST_ROWS = 1 << 13;

/** Deals records out to shares by the hash of one column, and notes the time of each in order. */
export class DealingSink extends RowSink {
  readonly #columns: number;
  readonly #column: number;
  readonly #pool: RequestBatch[] = [];
  readonly #batches: RequestBatch[];
  #times = new Float64Array(1 << 15);
  #count = 0;

  constructor(columns: number, column: number, shares: number) {
    super(columns);
    this.#columns = columns;
    this.#column = column;
    this.#batches = Array.from({length: shares}, () => this.#fresh());
  }

  override appendTo(): void {
    if (this.#count === this.#times.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#times);
      this.#times = longer;
    }
    this.#times[this.#count++] = this.time;
    super.appendTo(this.#batches[(this.hashOf(this.#column) >>> 0) % this.#batches.length]!);
  }

  /** The batches filled since the last call, one per share, and the times of all their records. */
  take(): {readonly batches: readonly RequestBatch[]; readonly times: Float64Array} {
    const batches = this.#batches.map((batch, share) => {
      this.#batches[share] = this.#fresh();
      return batch;
    });
    const times = this.#times.slice(0, this.#count);
    this.#count = 0;
    return {batches, times};
  }

  /** Gives a batch back to be filled again. */
  reuse(batch: RequestBatch): void {
    this.#pool.push(batch);
  }

  #fresh(): RequestBatch {
    const batch = this.#pool.pop() ?? emptyBatch(this.#columns, FIRST_ROWS);
    batch.count = 0;
    return batch;
  }
}
