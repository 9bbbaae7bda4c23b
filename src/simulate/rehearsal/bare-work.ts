import type {Arrival} from './arrival.ts';
import type {WorkOwner} from './server.ts';
import type {Side} from './side.ts';

/** A request that goes straight to the server. A backlog may hold millions: only what its end needs is kept of it. */
export class BareWork implements WorkOwner {
  readonly #side: Side;
  readonly #at: number;
  readonly #failed: boolean;

  constructor(side: Side, {at, failed}: Arrival) {
    this.#side = side;
    this.#at = at;
    this.#failed = failed;
  }

  worked(now: number): void {
    const latency = now - this.#at;
    const kind = latency > this.#side.deadline ? 'late' : this.#failed ? 'failed' : 'good';
    this.#side.counts.answered(kind, latency, now);
    this.#side.left(now);
  }
}
