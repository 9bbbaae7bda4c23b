import type {Store} from './port.ts';
import {storeClosed} from './store-closed.ts';

/** An opening that failed is not tried again before this, ms: whoever asks meanwhile is told why it failed. */
const AGAIN_MS = 1_000;

/** One store for several users in a process: opened when it is first needed, and again later when that fails. */
export class SharedOpening {
  readonly #open: () => Promise<Store>;
  #opening: Promise<Store> | undefined;
  #closed = false;

  constructor(open: () => Promise<Store>) {
    this.#open = open;
  }

  /** The store; one opening at a time. Rejects with what kept it from being opened. */
  opened(): Promise<Store> {
    if (this.#opening !== undefined) return this.#opening;
    // Nobody would close it.
    if (this.#closed) return Promise.reject(storeClosed('the store'));
    const opening = this.#open();
    this.#opening = opening;
    opening.catch(() => {
      const timer = setTimeout(() => {
        if (this.#opening === opening && !this.#closed) this.#opening = undefined;
      }, AGAIN_MS);
      timer.unref();
    });
    return opening;
  }

  /** Closes the store, if it was ever opened. */
  async close(): Promise<void> {
    this.#closed = true;
    const store = await this.#opening?.catch(() => undefined);
    await store?.close();
  }
}
