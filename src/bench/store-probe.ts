import {setTimeout as sleep} from 'node:timers/promises';
import {openStore} from '../store/open-store.ts';
import type {StoreTarget} from '../store/store-target.ts';

const EVERY_MS = 20;
const PATIENCE_MS = 1_000;

/** Finds out, beside the limiters, when a store that was lost can be reached again. */
export class StoreProbe {
  readonly #target: StoreTarget;
  readonly #reachedAt: number[] = [];
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(target: StoreTarget) {
    this.#target = target;
  }

  /** A limiter has lost the store. */
  lost(): void {
    if (this.#closed) return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** When a connection succeeded for the first time between the two, ms since the epoch. */
  reachedBetween(from: number, until: number): number | undefined {
    return this.#reachedAt.find((at) => at >= from && at <= until);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#closed) {
      try {
        const store = await openStore(this.#target, {
          access: 'read',
          connection: 'once',
          timeoutMs: PATIENCE_MS,
        });
        await store.now().finally(() => store.close());
        this.#reachedAt.push(performance.timeOrigin + performance.now());
        return;
      } catch {
        await sleep(EVERY_MS);
      }
    }
  }
}
