import type {Store} from '../../store/port.ts';

/** At most one announcement in this time, ms: whoever hears one looks at the store, limiters read their overrides again. */
const EVERY_MS = 1_000;

/** Tells workers in other processes that there is something to do: the first time at once, then at most once a second. */
export class Announcer {
  readonly #store: Pick<Store, 'announce'>;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> = Promise.resolve();

  constructor(store: Pick<Store, 'announce'>) {
    this.#store = store;
  }

  announce(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#last + EVERY_MS - performance.now();
    if (wait <= 0) {
      this.#tell();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, wait);
    this.#timer.unref();
  }

  /** Tells what has not been told yet. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#tell();
    }
    await this.#telling;
  }

  #tell(): void {
    this.#last = performance.now();
    // News is a hint: workers look by themselves, too.
    this.#telling = this.#store.announce().catch(() => undefined);
  }
}
