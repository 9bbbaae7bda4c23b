import {NewsListeners} from '../news-listeners.ts';

/** A file cannot call back: it is asked this often, ms, while somebody listens. */
const EVERY_MS = 500;

/** Tells listeners when the generation has grown. */
export class SqliteNews {
  readonly #generation: () => Promise<number>;
  readonly #listeners = new NewsListeners();
  #known = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(generation: () => Promise<number>) {
    this.#generation = generation;
  }

  /** Rejects with a `StoreError` when the file cannot be read. */
  async listen(onNews: () => void): Promise<() => Promise<void>> {
    const known = await this.#generation();
    // Whoever listens already may not have been told yet of what is known to the new one.
    if (this.#listeners.size === 0) this.#known = known;
    const stop = this.#listeners.add(onNews);
    this.#later();
    return async () => {
      stop();
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#rest();
  }

  #later(): void {
    if (this.#closed || this.#timer !== undefined || this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => void this.#ask(), EVERY_MS);
    this.#timer.unref();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #ask(): Promise<void> {
    try {
      const generation = await this.#generation();
      if (generation !== this.#known) {
        this.#known = generation;
        this.#listeners.tell();
      }
    } catch {
      // Locked for long, or gone: the next question tells.
    }
    this.#timer = undefined;
    this.#later();
  }
}
