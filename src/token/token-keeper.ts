import type {RefreshAnswer} from './refresh-answer.ts';
import type {TokenProvider} from './token-provider.ts';

export interface TokenKeeperOptions {
  readonly provider: TokenProvider;
  readonly instance: string;
  readonly checkEveryMs: number;
  /** Whether this process refreshes at this moment. */
  readonly leads: () => boolean;
  /** What came of a refresh that was begun here. */
  readonly onAnswer: (answer: RefreshAnswer) => unknown;
  readonly onError: (error: unknown) => unknown;
  /** A refresh ended, well or not: `nextMs` is another. */
  readonly onEnd: () => void;
}

/** Between two looks at a token that is due, ms. */
const SHORTEST_MS = 1_000;
/** After something that is not on record failed, ms: the store, the vault, a lease that was lost. */
const AGAIN_MS = 5_000;
/** However long something keeps a refresh back: an operator may reset a breaker, or put another token in. */
const LONGEST_PAUSE_MS = 60_000;

/** Refreshes the token of one provider when it is due, as long as its process leads. */
export class TokenKeeper {
  readonly #options: TokenKeeperOptions;
  /** ms of the monotonic clock. */
  #pausedUntil = 0;
  #refresh: Promise<void> | undefined;

  constructor(options: TokenKeeperOptions) {
    this.#options = options;
  }

  /** The refresh that is under way. */
  get underWay(): Promise<void> | undefined {
    return this.#refresh;
  }

  /** Takes what others stored, and begins a refresh when one is due. Does not wait for the provider. */
  async tend(): Promise<void> {
    const {provider, leads, onError, onEnd} = this.#options;
    try {
      await provider.look();
      if (!leads() || this.#refresh !== undefined) return;
      // A journal that cannot be told must not end the refreshing.
      await provider.tell().catch(onError);
      if (!this.#isDue) return;
      this.#refresh = this.#begin().finally(() => {
        this.#refresh = undefined;
        onEnd();
      });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** When to tend it next, ms from now; Infinity: when the refresh that is under way has ended. */
  get nextMs(): number {
    if (this.#refresh !== undefined) return Number.POSITIVE_INFINITY;
    const {provider, checkEveryMs} = this.#options;
    return Math.max(
      provider.actInMs,
      this.#pausedUntil - performance.now(),
      Math.min(SHORTEST_MS, checkEveryMs),
    );
  }

  get #isDue(): boolean {
    return this.#options.provider.actInMs <= 0 && this.#pausedUntil <= performance.now();
  }

  async #begin(): Promise<void> {
    const {provider, instance, onAnswer} = this.#options;
    try {
      const answer = await provider.refresh({
        by: instance,
        reason: 'due',
        why: '',
        seen: provider.record?.generation ?? 0,
        ifExpiresWithin: Number.POSITIVE_INFINITY,
      });
      this.#pause(pauseAfter(answer));
      await onAnswer(answer);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const {checkEveryMs, onError} = this.#options;
    this.#pause(Math.min(AGAIN_MS, checkEveryMs));
    onError(error);
  }

  #pause(ms: number): void {
    this.#pausedUntil = performance.now() + ms;
  }
}

/** What is on record – budget, backoff, a person who has to act – is seen there; this is for the rest, and against any loop. */
const pauseAfter = (answer: RefreshAnswer): number => {
  switch (answer.kind) {
    case 'refreshed':
    case 'adopted':
    case 'fresh':
      return 0;
    case 'busy':
    case 'wait':
      return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_MS, (answer.until - answer.now) / 1_000));
    case 'failed':
    case 'answer-lost':
      return answer.retryAt > answer.now ? SHORTEST_MS : AGAIN_MS;
    case 'misconfigured':
      return SHORTEST_MS;
    case 'reauthorise':
    case 'no-token':
      return LONGEST_PAUSE_MS;
  }
};
