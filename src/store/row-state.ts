import type {BucketSet} from '../engine/bucket-set.ts';
import type {RowAddress} from '../engine/live/check.ts';
import type {Row} from '../engine/live/check-decider.ts';
import type {StoredRow} from './port.ts';

/**
 * A key's row in memory: in the hands of the buckets that decided it last, or in words as a store keeps it. Memory keeps its rows
 * in this form, SQLite those that a call touches.
 */
export class RowState implements Row {
  readonly address: RowAddress;
  readonly buckets: BucketSet | undefined;
  readonly state: Float64Array;
  expiresAt: number;
  readonly #words: ArrayLike<number>;

  private constructor(address: RowAddress, source: BucketSet | ArrayLike<number>, expiresAt: number) {
    this.address = address;
    this.expiresAt = expiresAt;
    if ('buckets' in source) {
      this.buckets = source;
      this.state = new Float64Array(source.words);
      this.#words = NO_WORDS;
    } else {
      this.buckets = undefined;
      this.state = NO_STATE;
      this.#words = source;
    }
  }

  static fresh(address: RowAddress, buckets: BucketSet): RowState {
    return new RowState(address, buckets, 0);
  }

  static stored(address: RowAddress, words: ArrayLike<number>, expiresAt: number): RowState {
    return new RowState(address, words, expiresAt);
  }

  /** The same state in the hands of other buckets of the same shape; that of a key never seen when the words are not theirs. */
  boundTo(buckets: BucketSet): RowState {
    const row = new RowState(this.address, buckets, this.expiresAt);
    try {
      buckets.load(row.state, 0, this.#savedWords());
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      buckets.clear(row.state, 0);
    }
    return row;
  }

  snapshot(): StoredRow {
    const {address, expiresAt} = this;
    return {address, words: Array.from(this.#savedWords()), expiresAt};
  }

  /** Gives back what the row holds beside its state. It is not used after that. */
  free(): void {
    this.buckets?.clear(this.state, 0);
  }

  #savedWords(): ArrayLike<number> {
    return this.buckets?.save(this.state, 0) ?? this.#words;
  }
}

const NO_STATE = new Float64Array(0);
const NO_WORDS: readonly number[] = [];
