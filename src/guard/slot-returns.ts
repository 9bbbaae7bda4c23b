import type {Lease} from './limit-decision.ts';
import type {StoreGuard} from './store-guard.ts';

/** Leases that wait for the store to come back; the oldest end first, and are forgotten first. */
const MOST_WAITING = 10_000;
/** How many are given back side by side when it is back. */
const AT_ONCE = 64;

/**
 * Gives slots back. What the store did not hear because it was lost is told when it is back: otherwise a loss of a second would keep
 * the slots of all requests that ended in it for the whole timeout of their limit. Giving back twice does no harm.
 */
export class SlotReturns {
  readonly #guard: Pick<StoreGuard, 'call'>;
  #waiting: Lease[] = [];

  constructor(guard: Pick<StoreGuard, 'call'>) {
    this.#guard = guard;
  }

  /** Never rejects. */
  async giveBack(leases: readonly Lease[]): Promise<void> {
    await Promise.all(leases.map((lease) => this.#tell(lease)));
  }

  /** The store is back. */
  async retry(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += AT_ONCE)
      await this.giveBack(waiting.slice(from, from + AT_ONCE));
  }

  async #tell(lease: Lease): Promise<void> {
    const {address, fencingToken, count} = lease;
    try {
      await this.#guard.call((store) => store.release(address, fencingToken, count));
    } catch {
      this.#waiting.push(lease);
      if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    }
  }
}
