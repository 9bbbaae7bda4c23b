import type {Random} from '../random.ts';
import type {ArrivalTimes} from './arrival-times.ts';
import type {Attempts} from './attempts.ts';
import {type Backoff, backoffWait} from './backoff.ts';
import {RetryQueue} from './retry-queue.ts';

/** All in µs since the start of the trace, except `retries` (per request, ≥ 0). */
export interface Outage {
  readonly at: number;
  readonly length: number;
  /** Requests that came this long before the outage are still in flight when it begins, and are cut by it together. */
  readonly inFlight: number;
  readonly retries: number;
}

/**
 * An outage, and the clients that come back: every request in the window fails and is tried again after a backoff.
 *
 *     requests of [at − inFlight, at) fail at `at`, all at one instant; those of [at, at + length) fail as they come
 *     try n comes wait(n) after the failure of try n − 1          wait: see backoff.ts
 *
 *     rate, without jitter: lockstep          rate, with full jitter: spread
 *      │       ┃ ┃   ┃       ┃                 │
 *      │       ┃ ┃   ┃       ┃                 │         ▃▅▅▄▃▃▂▂▁▁
 *      │━━━━━━━╋━╋━━━╋━━━━━━━╋━━━━━━           │━━━━━━━━━━━━━━━━━━━━━━━━━━━━
 *      └──────┴───────────┴────────── t        └──────┴───────────┴────────── t
 *             at  length                              at  length
 *
 * The clients cut together failed at one instant, so without jitter they return at at + base, + 3 base, + 7 base …
 */
export class RetryStorm implements Attempts {
  slot = 0;
  isRetry = false;
  failed = false;
  readonly #times: ArrivalTimes;
  readonly #outage: Outage;
  readonly #backoff: Backoff;
  readonly #random: Random;
  readonly #queue = new RetryQueue();
  readonly #free: number[] = [];
  readonly #tries: number[] = [];
  readonly #waits: number[] = [];
  #firstNext: number;

  constructor(times: ArrivalTimes, outage: Outage, backoff: Backoff, random: Random) {
    this.#times = times;
    this.#outage = outage;
    this.#backoff = backoff;
    this.#random = random;
    this.#firstNext = times.next();
  }

  advance(): number {
    const {at, length, inFlight} = this.#outage;
    const time = Math.min(this.#firstNext, this.#queue.nextTime);
    this.isRetry = this.#queue.nextTime <= this.#firstNext;
    if (this.isRetry) {
      this.slot = this.#queue.pop();
    } else {
      this.slot = this.#takeSlot();
      this.#firstNext = this.#times.next();
    }
    this.failed = time >= at - inFlight && time < at + length;
    if (!(this.failed && this.#retryAfter(Math.max(time, at)))) this.#free.push(this.slot);
    return time;
  }

  /** Queues the next try of the current slot, whose failure is known at `failedAt`; false when it gives up. */
  #retryAfter(failedAt: number): boolean {
    const slot = this.slot;
    const n = this.#tries[slot]! + 1;
    if (n > this.#outage.retries) return false;
    const wait = backoffWait(this.#backoff, n, this.#waits[slot]!, this.#random);
    this.#tries[slot] = n;
    this.#waits[slot] = wait;
    this.#queue.push(failedAt + wait, slot);
    return true;
  }

  #takeSlot(): number {
    const slot = this.#free.pop() ?? this.#tries.length;
    this.#tries[slot] = 0;
    this.#waits[slot] = 0;
    return slot;
  }
}
