import {toRfc3339} from '../base/micros.ts';
import type {Series} from '../view/model/simulate-report.ts';

const MS = 1_000;
const SECOND = 1_000 * MS;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Widths of buckets in µs, each a multiple of the one before, so that narrow buckets fold into wide ones without a rest. */
export const WIDTHS = [
  MS,
  10 * MS,
  100 * MS,
  SECOND,
  10 * SECOND,
  60 * SECOND,
  600 * SECOND,
  HOUR,
  6 * HOUR,
  DAY,
  7 * DAY,
  28 * DAY,
  364 * DAY,
  3640 * DAY,
];

/** The series has at most this many buckets. */
export const MOST_BUCKETS = 120;

/**
 * Allowed and denied over time, in buckets whose width follows the span: it starts at 1 ms and widens whenever the span
 * would need more than 120 buckets. The result depends on the requests alone, not on their order, so series of shards add up.
 */
export class TimeSeries {
  #level = 0;
  #buckets = new Map<number, {allowed: number; denied: number}>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  /** The bucket of the last request, and the instants it covers: most requests share it. */
  #current: {allowed: number; denied: number} = {allowed: 0, denied: 0};
  #from = 0;
  #to = 0;

  add(t: number, allowed: boolean): void {
    if (t < this.#from || t >= this.#to) this.#seek(t);
    if (allowed) this.#current.allowed++;
    else this.#current.denied++;
  }

  /** Widens the span without adding a request: a shard covers the time of the whole trace. */
  cover(first: number, last: number): void {
    this.#seek(first);
    this.#seek(last);
  }

  merge(bucketStart: number, allowed: number, denied: number): void {
    this.#seek(bucketStart);
    this.#current.allowed += allowed;
    this.#current.denied += denied;
  }

  result(): Series {
    const width = WIDTHS[this.#level]!;
    const buckets = [...this.#buckets]
      .filter(([, bucket]) => bucket.allowed + bucket.denied > 0)
      .sort(([a], [b]) => a - b)
      .map(([index, bucket]) => ({t: toRfc3339(index * width), ...bucket}));
    return {bucketMs: width / MS, buckets};
  }

  #seek(t: number): void {
    if (t < this.#first) this.#first = t;
    if (t > this.#last) this.#last = t;
    while (this.#level < WIDTHS.length - 1 && this.#span() > MOST_BUCKETS) this.#widen();
    const width = WIDTHS[this.#level]!;
    const index = Math.floor(t / width);
    let bucket = this.#buckets.get(index);
    if (bucket === undefined) {
      bucket = {allowed: 0, denied: 0};
      this.#buckets.set(index, bucket);
    }
    this.#current = bucket;
    this.#from = index * width;
    this.#to = this.#from + width;
  }

  #span(): number {
    const width = WIDTHS[this.#level]!;
    return Math.floor(this.#last / width) - Math.floor(this.#first / width) + 1;
  }

  #widen(): void {
    const factor = WIDTHS[this.#level + 1]! / WIDTHS[this.#level]!;
    this.#level++;
    const wider = new Map<number, {allowed: number; denied: number}>();
    for (const [index, bucket] of this.#buckets) {
      const into = wider.get(Math.floor(index / factor));
      if (into === undefined) wider.set(Math.floor(index / factor), bucket);
      else {
        into.allowed += bucket.allowed;
        into.denied += bucket.denied;
      }
    }
    this.#buckets = wider;
  }
}
