import type {LiveOverride} from '../engine/live/live-override.ts';
import {listOverrides} from '../store/override-document.ts';
import type {StoreGuard} from './store-guard.ts';

export interface ChangeWatcherOptions {
  readonly guard: StoreGuard;
  /** The monotonic clock of this process, µs. */
  readonly clock: () => number;
  /** `changed`: somebody reset, overrode or announced something. `learned`: the store was opened, or is back. */
  readonly onNews: (overrides: readonly LiveOverride[], news: 'learned' | 'changed') => void;
}

const EVERY_MS = 400;
/** Older news is not trusted, µs. */
const STALE = 1_000_000;
/** Without a check for this long nobody needs news, µs. */
const IDLE = 60_000_000;

/**
 * Hears of resets and overrides within a second: asks the store for its generation every 400 ms while the limiter is in use, and
 * reads the overrides again when it has changed. After a pause the first check asks before it decides.
 */
export class ChangeWatcher {
  readonly #options: ChangeWatcherOptions;
  #generation = Number.NaN;
  /** When the question left whose answer was heard last, by the local clock. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #usedAt: number;
  /** When a question that was not answered left. */
  #failedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ChangeWatcherOptions) {
    this.#options = options;
    this.#usedAt = options.clock();
  }

  start(): void {
    this.#later();
  }

  /** Whether nothing older than a second is known; says that the limiter is in use. `now`: by the local clock. */
  isFresh(now = this.#options.clock()): boolean {
    this.#usedAt = now;
    if (this.#timer === undefined) this.#later();
    return now - this.#heardAt <= STALE;
  }

  /** Asks when nothing fresh is known, unless that has just failed. Answers whether it is fresh now. */
  async freshen(): Promise<boolean> {
    const {clock} = this.#options;
    if (clock() - this.#failedAt >= EVERY_MS * 1_000) await this.refresh();
    return clock() - this.#heardAt <= STALE;
  }

  /** What was known counts for nothing: the store was lost. */
  forget(): void {
    this.#generation = Number.NaN;
    this.#heardAt = Number.NEGATIVE_INFINITY;
  }

  /** Asks now. One question at a time; never rejects. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Asks with a question that leaves now, also when one is under way. */
  async refreshNow(): Promise<void> {
    await this.#asking;
    await this.refresh();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#tick(), EVERY_MS);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    if (this.#options.clock() - this.#usedAt > IDLE) {
      this.#timer = undefined;
      return;
    }
    await this.refresh();
    this.#later();
  }

  async #ask(): Promise<void> {
    const {guard, clock, onNews} = this.#options;
    if (guard.state !== 'ok') return;
    const askedAt = clock();
    try {
      const generation = await guard.call((store) => store.generation());
      if (generation !== this.#generation) {
        const overrides = await guard.call(listOverrides);
        const news = Number.isNaN(this.#generation) ? 'learned' : 'changed';
        onNews(overrides, news);
        this.#generation = generation;
      }
      this.#heardAt = askedAt;
    } catch {
      // The guard has counted it; while the store is lost nothing can be heard.
      this.#failedAt = askedAt;
    }
  }
}
