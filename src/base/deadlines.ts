interface Waiting {
  /** By `performance.now()`, ms. */
  readonly at: number;
  readonly late: () => void;
}

/**
 * What is waited for, all for equally long: one timer for the oldest of them. A timer for each would cost a check more than its
 * own decision.
 */
export class Deadlines {
  readonly #ms: number;
  /** In the order in which they were added, which is that of their deadlines. */
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  /** `ms`: how long each is waited for. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Calls `late` when `remove` was not called in time. While it is waited for, the process does not end. */
  add(late: () => void): Waiting {
    const waiting = {at: performance.now() + this.#ms, late};
    this.#waiting.add(waiting);
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#look(), this.#ms);
    else if (this.#waiting.size === 1) this.#timer.ref();
    return waiting;
  }

  remove(waiting: Waiting): void {
    // The timer stays: the next one will need it.
    if (this.#waiting.delete(waiting) && this.#waiting.size === 0) this.#timer?.unref();
  }

  #look(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) {
      this.#timer = undefined;
      return;
    }
    const left = oldest.at - performance.now();
    this.#timer = setTimeout(() => this.#look(), Math.max(1, Math.ceil(left)));
    // Timers come before sockets in the event loop: when this process itself was held up, the answer may be there already.
    if (left <= 0) setImmediate(() => setImmediate(() => this.#expire(oldest.at)));
  }

  /** Those whose deadline was up to `until`. */
  #expire(until: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.at > until) break;
      this.remove(waiting);
      waiting.late();
    }
  }
}
