import {floorTo} from '../engine/arithmetic/floor-to.ts';

const SECOND = 1_000_000;
const MILLI = 1_000;

/** Facts about the times of a trace as a whole, in the order of the file. Shards and threads share them: each request counts once. */
export class OrderFacts {
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #resolution = SECOND;
  #outOfOrder = 0;
  #largestStepBack = 0;
  #sharedInstants = 0;

  /** Takes the times of requests `from … to − 1`, in µs. */
  run(times: Float64Array, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const t = times[row]!;
      if (t === this.#last) this.#sharedInstants++;
      else this.#newInstant(t);
    }
  }

  #newInstant(t: number): void {
    if (t > this.#last) this.#last = t;
    else {
      this.#outOfOrder++;
      if (this.#last - t > this.#largestStepBack) this.#largestStepBack = this.#last - t;
    }
    if (t < this.#first) this.#first = t;
    if (floorTo(t, this.#resolution) !== t)
      this.#resolution = this.#resolution === SECOND && floorTo(t, MILLI) === t ? MILLI : 1;
  }

  /** Microseconds; undefined for an empty trace. */
  get span(): {readonly first: number; readonly last: number} | undefined {
    return this.#first > this.#last ? undefined : {first: this.#first, last: this.#last};
  }

  /** Requests whose time is before the latest one seen. */
  get outOfOrder(): number {
    return this.#outOfOrder;
  }

  /** Microseconds: how far the one that is furthest behind lies before the latest time seen until then. */
  get largestStepBack(): number {
    return this.#largestStepBack;
  }

  /** Requests with the same time stamp as the latest before them. */
  get sharedInstants(): number {
    return this.#sharedInstants;
  }

  /** The coarsest of 1 s, 1 ms, 1 µs that all time stamps are multiples of, in µs. */
  get resolution(): number {
    return this.#resolution;
  }
}
