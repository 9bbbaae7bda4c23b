/** News may be lost: while somebody waits the pool is looked at after this long anyway, ms; not by all processes at the same time. */
const LOOK_MS = 250;
/** Nobody has waited for so long: news is listened to no more, ms. */
const IDLE_MS = 10_000;

export interface PoolWatchOptions {
  readonly listen: (onNews: () => void) => Promise<() => Promise<void>>;
  readonly onLook: () => void;
}

/** Has the pool looked at while calls of this process wait: when there is news of it, and at intervals. */
export class PoolWatch {
  readonly #options: PoolWatchOptions;
  #unlisten: Promise<(() => Promise<void>) | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isWatching = false;

  constructor(options: PoolWatchOptions) {
    this.#options = options;
  }

  begin(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    clearTimeout(this.#idle);
    this.#unlisten ??= this.#listen();
    this.#lookLater();
  }

  rest(): void {
    if (!this.#isWatching) return;
    this.#isWatching = false;
    clearTimeout(this.#timer);
    this.#idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
  }

  async stop(): Promise<void> {
    this.#isWatching = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#idle);
    const unlisten = this.#unlisten;
    this.#unlisten = undefined;
    await (await unlisten)?.().catch(() => undefined);
  }

  /** Without news looking at intervals is what ends a wait. */
  async #listen(): Promise<(() => Promise<void>) | undefined> {
    try {
      const unlisten = await this.#options.listen(() => this.#look());
      // What was said before anybody listened.
      this.#look();
      return unlisten;
    } catch {
      this.#unlisten = undefined;
      return undefined;
    }
  }

  #look(): void {
    if (this.#isWatching) this.#options.onLook();
  }

  #lookLater(): void {
    const inMs = LOOK_MS * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => {
      this.#unlisten ??= this.#listen();
      this.#options.onLook();
      this.#lookLater();
    }, inMs).unref();
  }
}
