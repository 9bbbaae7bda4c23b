import type {ClaimedItem, Store} from '../../store/port.ts';

export interface LeaseKeeperOptions {
  readonly store: Store;
  readonly queue: string;
  readonly item: ClaimedItem;
  /** µs. */
  readonly lease: number;
  /** When the question left that was answered with the claim, ms of `performance.now()`. */
  readonly askedAt: number;
  readonly onLost: () => void;
}

/** A lease is renewed this often while it lasts: two renewals may fail. */
const RENEWALS = 3;

/**
 * Renews the lease of an item while its handler runs. The signal is aborted when another worker has the item, or may have it because
 * the store could not be told for the whole of the lease.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #lost = new AbortController();
  /** Until when the lease lasts for certain, ms of `performance.now()`: counted from before the store began it. */
  #validUntil: number;
  #asking = false;
  #taken = false;
  readonly #timer: NodeJS.Timeout;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#validUntil = options.askedAt + options.lease / 1_000;
    this.#timer = setInterval(() => void this.#renew(), Math.max(1, options.lease / 1_000 / RENEWALS));
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether another worker has had the item since: nothing can be settled. */
  get isTaken(): boolean {
    return this.#taken;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    // A question may hang for as long as the store's timeout; the lease ends meanwhile all the same.
    if (performance.now() >= this.#validUntil) this.#lose();
    if (this.#asking) return;
    this.#asking = true;
    const {store, queue, item, lease} = this.#options;
    const askedAt = performance.now();
    try {
      if (await store.extend(queue, item, lease)) this.#validUntil = askedAt + lease / 1_000;
      else this.#end();
    } catch {
      // The next renewal may succeed.
    }
    this.#asking = false;
  }

  #end(): void {
    this.#taken = true;
    this.stop();
    this.#lose();
  }

  #lose(): void {
    if (this.#lost.signal.aborted) return;
    this.#lost.abort(new Error('the claim of the item has ended: another worker may do it'));
    this.#options.onLost();
  }
}
