import {renew} from '../engine/refresh/refresh-transitions.ts';
import type {Elapsed} from './elapsed.ts';
import type {TokenRecords} from './token-records.ts';

/**
 * The right to refresh, held while the provider is asked: renewed at each third of the lease. `signal` aborts when it was lost, or
 * could not be renewed in time: nothing is waited for any longer. Nothing may be sent once `isHeld` is false.
 */
export class HeldLease {
  readonly #records: TokenRecords;
  readonly #fencing: number;
  readonly #leaseMs: number;
  readonly #controller = new AbortController();
  #granted: Elapsed;
  #timer: NodeJS.Timeout | undefined;
  #lost = false;
  #ended = false;

  /** `granted` runs since the lease was asked for; `lease` in µs. */
  constructor(records: TokenRecords, fencing: number, granted: Elapsed, lease: number) {
    this.#records = records;
    this.#fencing = fencing;
    this.#leaseMs = lease / 1_000;
    this.#granted = granted;
    this.#later();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether something may be sent at this moment. */
  get isHeld(): boolean {
    return !this.#lost && this.#granted.ms < this.#leaseMs;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    const left = this.#leaseMs - this.#granted.ms;
    if (left <= 0) this.#lose();
    else this.#timer = setTimeout(() => void this.#renew(), Math.min(left, this.#leaseMs / 3));
  }

  /** A process that was held up reads first what came meanwhile: it may be the only copy of the new token. */
  #lose(): void {
    this.#lost = true;
    setImmediate(() => this.#controller.abort());
  }

  async #renew(): Promise<void> {
    try {
      // Also when it is over by the clocks of this process: the store knows better, should the time of day have been set forward.
      const {answer, elapsed} = await this.#records.change(({record, now}) => {
        const renewed = renew(record, this.#fencing, now, this.#leaseMs * 1_000);
        return {record: renewed, answer: renewed !== undefined};
      });
      if (!answer) return this.#lose();
      this.#granted = elapsed;
    } catch {
      // The store may be back before the lease is over.
    }
    if (!this.#ended) this.#later();
  }
}
