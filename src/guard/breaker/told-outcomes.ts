import type {SharedBreaker} from './shared-breaker.ts';
import type {Urgency} from './shared-change.ts';

/** Successes are told after this long, ms: where something is counted against the breaker, and where nothing is. */
const WAIT_MS: Readonly<Record<'soon' | 'later', number>> = {soon: 50, later: 500};
/** The document is looked at this often, ms. */
const LOOK_MS = 400;

/** When a breaker tells the others what they do not know, and when it looks at what they told. */
export class ToldOutcomes {
  readonly #shared: SharedBreaker;
  readonly #onTick: () => void;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;
  #flushing: Promise<void> | undefined;
  #again = false;
  #looking: NodeJS.Timeout | undefined;
  #closed = false;

  /** `onTick` is called at every look. */
  constructor(shared: SharedBreaker, onTick: () => void) {
    this.#shared = shared;
    this.#onTick = onTick;
  }

  start(): void {
    this.#looking = setTimeout(() => void this.#tick(), LOOK_MS);
    this.#looking.unref();
  }

  later(urgency: Urgency): void {
    if (urgency === 'not' || this.#closed) return;
    if (urgency === 'now') {
      this.#flush();
      return;
    }
    const due = performance.now() + WAIT_MS[urgency];
    if (due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), WAIT_MS[urgency]);
    this.#timer.unref();
  }

  /** Tells what has not been told. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#looking);
    await this.#flushing;
    await this.#shared.flush();
  }

  /** What comes while one is under way goes with the next. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#flushing !== undefined) {
      this.#again = true;
      return;
    }
    this.#flushing = this.#shared.flush().then(() => {
      this.#flushing = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.#flush();
    });
  }

  async #tick(): Promise<void> {
    await this.#shared.sync();
    this.#onTick();
    if (!this.#closed) this.start();
  }
}
