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
/** So many are worth a call of their own beside another one: the server decides one half while this process reads the other. */
const FEWEST = 8;

const SETTLED = Promise.resolve();

/**
 * Puts checks that are asked for at the same time into one call. A check that comes alone leaves at once, in the microtask behind
 * it; while calls are under way checks are collected until the event loop has gone through what arrived, which costs a caller
 * nothing: it could not have run earlier.
 *
 * Many are put into two calls rather than one. In a single call all callers would wait for the server together, and the server for
 * all of them: one of the two would always have nothing to do.
 */
export class CheckBatcher {
  readonly #send: (checks: readonly Check[]) => Promise<readonly CheckAnswer[]>;
  readonly #clock: () => number;
  /**
   * What a call that failed because of some of its checks decided of the others, in their order; empty: it did not say, so each is
   * asked again by itself. Undefined for an error of the call as a whole.
   */
  readonly #answersOf: (error: unknown) => readonly (CheckAnswer | undefined)[] | undefined;
  #waiting: Waiting[] = [];
  /** Calls, and the checks in them. */
  #underWay = 0;
  #checksUnderWay = 0;

  constructor(
    send: (checks: readonly Check[]) => Promise<readonly CheckAnswer[]>,
    clock: () => number,
    answersOf: (error: unknown) => readonly (CheckAnswer | undefined)[] | undefined,
  ) {
    this.#send = send;
    this.#clock = clock;
    this.#answersOf = answersOf;
  }

  check(check: Check): Promise<TimedAnswer> {
    return new Promise((resolve, reject) => {
      const count = this.#waiting.push({check, resolve, reject});
      if (count >= MOST || (count >= FEWEST && this.#isHalf(count))) this.#flush();
      else if (count > 1) return;
      else if (this.#underWay > 0) setImmediate(() => this.#flush());
      // Cheaper than queueMicrotask, which makes a resource for async hooks.
      else void SETTLED.then(this.#flushFirst);
    });
  }

  /** Whether as many wait as are under way. */
  #isHalf(count: number): boolean {
    return this.#underWay > 0 && count >= this.#checksUnderWay;
  }

  /** With nothing under way: one half, and the other when the server has had time to begin. */
  readonly #flushFirst = (): void => {
    if (this.#underWay > 0 || this.#waiting.length < 2 * FEWEST) {
      this.#flush();
      return;
    }
    const others = this.#waiting.splice(this.#waiting.length >>> 1);
    this.#flush();
    this.#waiting = others;
    setImmediate(() => this.#flush());
  };

  #flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    this.#ask(batch);
  }

  #ask(batch: readonly Waiting[]): void {
    const sentAt = this.#clock();
    this.#underWay++;
    this.#checksUnderWay += batch.length;
    this.#send(batch.map(({check}) => check)).then(
      (answers) => {
        for (let i = 0; i < batch.length; i++) batch[i]!.resolve({answer: answers[i]!, sentAt});
        this.#back(batch);
      },
      (error: unknown) => {
        this.#failed(batch, sentAt, error);
        this.#back(batch);
      },
    );
  }

  #failed(batch: readonly Waiting[], sentAt: number, error: unknown): void {
    const answers = this.#answersOf(error);
    const asksAgain = answers?.length === 0 && batch.length > 1;
    batch.forEach((waiting, i) => {
      const answer = answers?.[i];
      if (answer !== undefined) waiting.resolve({answer, sentAt});
      // It may have been charged already; then it is charged twice, which refuses too much, never too little.
      else if (asksAgain) this.#ask([waiting]);
      else waiting.reject(error);
    });
  }

  #back(batch: readonly Waiting[]): void {
    this.#underWay--;
    this.#checksUnderWay -= batch.length;
  }
}
