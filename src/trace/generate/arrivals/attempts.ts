import type {ArrivalTimes} from './arrival-times.ts';

/** Requests as they reach the server: an arrival process with identity, for clients that come back. */
export interface Attempts {
  /** Moves to the next attempt and returns its time: whole µs since the start, never before the one before it. */
  advance(): number;
  /** Which client request this is. A slot is drawn anew by a first attempt and read again by its retries. */
  readonly slot: number;
  readonly isRetry: boolean;
  /** Whether the server fails it. */
  readonly failed: boolean;
}

/** A process in which nobody fails and nobody comes back: one slot, always new. */
export class SingleAttempts implements Attempts {
  readonly slot = 0;
  readonly isRetry = false;
  readonly failed = false;
  readonly #times: ArrivalTimes;

  constructor(times: ArrivalTimes) {
    this.#times = times;
  }

  advance(): number {
    return this.#times.next();
  }
}
