import type {Store} from '../store/port.ts';
import type {StoreGuard} from './store-guard.ts';

/** How often one of all processes removes what is out of date. */
const EVERY_MS = 5 * 60_000;
/** How often each process looks whether it is due. */
const LOOKS_MS = 60_000;

export interface SweeperOptions {
  readonly guard: StoreGuard;
  /** The store's clock, µs. */
  readonly now: () => number;
  /** @default 60,000 */
  readonly looksMs?: number;
}

/**
 * Has the store remove what is out of date, for stores that do not do so by themselves: every five minutes, by whichever process
 * claims it first. What fails is done the next time.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#sweep(), this.#options.looksMs ?? LOOKS_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #sweep(): Promise<void> {
    const expiresAt = this.#options.now() + EVERY_MS * 1_000;
    await this.#options.guard
      .aside(async (store: Store) => {
        const claim = await store.put('duty', 'sweep', {}, {expiresAt, ifVersion: 0});
        if (claim !== undefined) await store.sweep();
      })
      .catch(() => undefined);
  }
}
