// The global of this name is looked up by a getter at each use, which takes as long as the look at the clock.
import {performance} from 'node:perf_hooks';

/** What the store's clock shows, as far as it is known here: its last answer, and the time that passed since. */
export class StoreClock {
  /** A clock of this process that only moves forward, µs; its origin means nothing. */
  readonly monotonic: () => number;
  #now: number;
  #at: number;

  /** `guess` is good until the store answers for the first time. */
  constructor(monotonic: () => number, guess: number) {
    this.monotonic = monotonic;
    this.#now = guess;
    this.#at = monotonic();
  }

  /** The store's clock showed `now` when its answer came, at `at` by `monotonic`. */
  sync(now: number, at = this.monotonic()): void {
    this.#now = now;
    this.#at = at;
  }

  /** What it shows at `at` by `monotonic`. */
  now(at = this.monotonic()): number {
    return this.#now + Math.max(0, at - this.#at);
  }
}

/** Whole microseconds of this process's monotonic clock. */
export const processClock = (): number => Math.floor(performance.now() * 1_000);
