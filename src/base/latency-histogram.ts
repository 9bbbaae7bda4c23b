/**
 * Counts of durations in buckets of constant relative width, so that any percentile of any number of them is known to 1 % in bounded
 * memory: below 128 µs exactly, above that 128 buckets per doubling.
 *
 *     bucket(v) = v                                       v < 128
 *               = 128 × (e + 1) + floor(v ÷ 2^e) − 128    e = floor(log2 v) − 7
 *
 * A value is told as the upper end of its bucket: never less than it was. Source: Tene, HdrHistogram.
 */
const PER_DOUBLING = 128;
const BITS = 7;
/** 2^53 µs, 285 years. */
const BUCKETS = PER_DOUBLING * (53 - BITS + 1);

/** What a histogram holds: for another process, or for a file. */
export interface HistogramParts {
  /** Number of a bucket and its count, by turns; empty buckets are left out. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly max: number;
}

export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  /** `us`: whole µs, 0 or more. */
  add(us: number): void {
    const value = us > 0 ? Math.floor(us) : 0;
    const bucket = bucketOf(value);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#count++;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  addAll(other: LatencyHistogram): void {
    other.#counts.forEach((count, i) => {
      this.#counts[i] = this.#counts[i]! + count;
    });
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  parts(): HistogramParts {
    const counts: number[] = [];
    this.#counts.forEach((count, bucket) => {
      if (count > 0) counts.push(bucket, count);
    });
    return {counts, sum: this.#sum, max: this.#max};
  }

  addParts({counts, sum, max}: HistogramParts): void {
    for (let i = 0; i < counts.length; i += 2) {
      this.#counts[counts[i]!] = this.#counts[counts[i]!]! + counts[i + 1]!;
      this.#count += counts[i + 1]!;
    }
    this.#sum += sum;
    this.#max = Math.max(this.#max, max);
  }

  /** How many values are not above this one, to within the width of a bucket. */
  countUpTo(us: number): number {
    const last = us < 0 ? -1 : Math.min(BUCKETS - 1, bucketOf(Math.floor(us)));
    let count = 0;
    for (let bucket = 0; bucket <= last; bucket++) count += this.#counts[bucket]!;
    return count;
  }

  get count(): number {
    return this.#count;
  }

  /** µs; 0 without values. */
  get max(): number {
    return this.#max;
  }

  /** µs; 0 without values. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** The least value that at least this share (0 … 1) of all is not above, µs; 0 without values. */
  percentile(share: number): number {
    let needed = Math.max(1, Math.ceil(share * this.#count));
    if (this.#count === 0) return 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      needed -= this.#counts[bucket]!;
      if (needed <= 0) return Math.min(this.#max, upperEnd(bucket));
    }
    return this.#max;
  }
}

const bucketOf = (value: number): number => {
  if (value < PER_DOUBLING) return value;
  const exponent = Math.floor(Math.log2(value)) - BITS;
  return PER_DOUBLING * (exponent + 1) + Math.floor(value / 2 ** exponent) - PER_DOUBLING;
};

const upperEnd = (bucket: number): number => {
  if (bucket < 2 * PER_DOUBLING) return bucket;
  const exponent = Math.floor(bucket / PER_DOUBLING) - 1;
  return ((bucket % PER_DOUBLING) + PER_DOUBLING + 1) * 2 ** exponent - 1;
};
