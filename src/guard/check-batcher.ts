import type {Check, CheckAnswer} from '../engine/live/check.ts';

/** An answer, and when it was asked for by the monotonic clock of this process, µs. */
export interface TimedAnswer {
  readonly answer: CheckAnswer;
  readonly sentAt: number;
}

interface Waiting {
  readonly check: Check;
  readonly resolve: (answer: TimedAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** As many checks as one script should decide in one go: more would keep a single-threaded server from others. */
const MOST = 128;

/**
 * Puts checks that are asked for at the same time into one call. A check that comes alone leaves at once, in the microtask behind
 * it; while calls are under way checks are collected until the event loop has gone through what arrived, which costs a caller
 * nothing: it could not have run earlier.
 */
export class CheckBatcher {
  readonly #send: (checks: readonly Check[]) => Promise<readonly CheckAnswer[]>;
  readonly #clock: () => number;
  /** Whether an error concerns one check only: then the others of its batch are asked again by themselves. */
  readonly #isSingle: (error: unknown) => boolean;
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(
    send: (checks: readonly Check[]) => Promise<readonly CheckAnswer[]>,
    clock: () => number,
    isSingle: (error: unknown) => boolean,
  ) {
    this.#send = send;
    this.#clock = clock;
    this.#isSingle = isSingle;
  }

  check(check: Check): Promise<TimedAnswer> {
    return new Promise((resolve, reject) => {
      const first = this.#waiting.push({check, resolve, reject}) === 1;
      if (this.#waiting.length >= MOST) this.#flush();
      else if (first && this.#underWay > 0) setImmediate(() => this.#flush());
      else if (first) queueMicrotask(() => this.#flush());
    });
  }

  #flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    void this.#ask(batch);
  }

  async #ask(batch: readonly Waiting[]): Promise<void> {
    const sentAt = this.#clock();
    this.#underWay++;
    try {
      const answers = await this.#send(batch.map(({check}) => check));
      for (let i = 0; i < batch.length; i++) batch[i]!.resolve({answer: answers[i]!, sentAt});
    } catch (error) {
      // Some of the batch may have been charged; asked again they are charged twice, which refuses too much, never too little.
      if (batch.length > 1 && this.#isSingle(error)) for (const waiting of batch) void this.#ask([waiting]);
      else for (const {reject} of batch) reject(error);
    } finally {
      this.#underWay--;
    }
  }
}
