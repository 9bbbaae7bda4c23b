import {callListener} from '../../base/call-listener.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {adaptedBackoff, failedShare} from '../../engine/adaptive-backoff.ts';
import {backoffDelay} from '../../engine/backoff.ts';
import {type CallSlot, countCalls} from '../../engine/breaker-window.ts';
import {countCall, emptyBudget, type RetryBudget, retriesLeft, takeRetry} from '../../engine/retry-budget.ts';
import type {CallResult} from '../breaker/call-result.ts';
import {sleep} from '../sleep.ts';
import {type GaveUp, RetryError} from './retry-error.ts';
import type {Attempt, RetryEvents, RetryRunOptions} from './retry-options.ts';
import type {RetrySettings} from './retry-settings.ts';
import {askedWaitMs} from './retryable.ts';

/** How a retry stands. */
export interface RetryView {
  /** Retries that the budget has left now. */
  readonly retriesLeft: number;
  /** Of the attempts of the window, 0 … 1. */
  readonly failedShare: number;
  /** The longest wait after a first failure, as it is now, milliseconds. */
  readonly firstMs: number;
}

/** One call until it succeeds or is given up. */
interface Run {
  readonly signal: AbortSignal | undefined;
  /** By the clock, µs; Infinity: none. */
  readonly deadline: number;
}

/** What is done after a failure. */
type Next = {readonly kind: 'wait'; readonly ms: number} | {readonly kind: 'gave-up'; readonly why: GaveUp};

/** Tries calls again that failed, with waits that adapt and a budget for all of them. Made by `createRetry`. */
export class Retry {
  readonly #settings: RetrySettings;
  readonly #events: RetryEvents;
  #budget: RetryBudget = emptyBudget;
  #attempts: readonly CallSlot[] = [];

  /** For `createRetry`. */
  constructor(settings: RetrySettings, events: RetryEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  get state(): RetryView {
    const {budget, clock} = this.#settings;
    return {
      retriesLeft: retriesLeft(this.#budget, budget, clock()),
      failedShare: this.#share(),
      firstMs: adaptedBackoff(this.#settings.backoff, this.#share()).first / 1_000,
    };
  }

  /**
   * Calls the function until it succeeds, or another attempt would not help, or is not allowed. Resolves to what it returned last, also
   * when that is an answer such as 503 that was tried again in vain. Rejects with a `RetryError` whose `cause` is what it threw last,
   * and with the signal's reason once that is aborted.
   */
  async run<T>(fn: (attempt: Attempt) => T | Promise<T>, options: RetryRunOptions = {}): Promise<T> {
    const run = this.#begin(options);
    const signal = signalOf(options);
    this.#budget = countCall(this.#budget, this.#settings.budget, this.#settings.clock());
    for (let attempt = 1; ; attempt++) {
      run.signal?.throwIfAborted();
      const result = await attempted(fn, {attempt, signal});
      if (result.kind === 'threw') run.signal?.throwIfAborted();
      const mayHelp = this.#mayHelp(result);
      this.#count(mayHelp);
      if (result.kind === 'returned' && !mayHelp) return result.value as T;
      const asked = askedWaitMs(result, Date.now());
      const next: Next = mayHelp ? this.#next(attempt, asked, run) : {kind: 'gave-up', why: 'not-retryable'};
      if (next.kind === 'gave-up') return this.#gaveUp<T>(next.why, attempt, result, asked);
      callListener(this.#events.onRetry, [{attempt, result, waitMs: next.ms}]);
      const left = discarded(result);
      await sleep(next.ms, run.signal);
      // A process that was held up wakes late.
      if (this.#settings.clock() >= run.deadline) return this.#gaveUp<T>('deadline', attempt, left, asked);
    }
  }

  /** The function with retries. */
  wrap<Args extends readonly unknown[], T>(
    fn: (...args: Args) => T | Promise<T>,
    options?: RetryRunOptions,
  ): (...args: Args) => Promise<T> {
    return (...args) => this.run(() => fn(...args), options);
  }

  #begin({signal, deadlineMs}: RetryRunOptions): Run {
    if (deadlineMs !== undefined && !(deadlineMs >= 0))
      throw new RatectlError(`a deadlineMs of ${quoted(String(deadlineMs))}, expected 0 or more`, {
        code: 'retry/deadline',
      });
    const deadline =
      deadlineMs === undefined ? Number.POSITIVE_INFINITY : this.#settings.clock() + deadlineMs * 1_000;
    return {signal, deadline};
  }

  /** A function that throws about a result says no. */
  #mayHelp(result: CallResult): boolean {
    try {
      return this.#settings.isRetryable(result);
    } catch {
      return false;
    }
  }

  #count(failed: boolean): void {
    const {budget, clock} = this.#settings;
    this.#attempts = countCalls(this.#attempts, budget.window, clock(), {calls: 1, failures: failed ? 1 : 0});
  }

  #share(): number {
    const {budget, clock} = this.#settings;
    return failedShare(this.#attempts, budget.window, clock());
  }

  #next(attempt: number, askedMs: number | undefined, {deadline}: Run): Next {
    const {attempts, backoff, random, clock, budget} = this.#settings;
    if (attempt >= attempts) return {kind: 'gave-up', why: 'attempts'};
    const adapted = adaptedBackoff(backoff, this.#share());
    // Beyond what was asked for, too: all who were told the same must not come back at once.
    const wait = (askedMs ?? 0) * 1_000 + backoffDelay(adapted, 'full', attempt, random());
    if (clock() + wait >= deadline) return {kind: 'gave-up', why: 'deadline'};
    const left = takeRetry(this.#budget, budget, clock());
    if (left === undefined) return {kind: 'gave-up', why: 'budget'};
    this.#budget = left;
    return {kind: 'wait', ms: wait / 1_000};
  }

  #gaveUp<T>(why: GaveUp, attempts: number, result: CallResult, askedMs: number | undefined): T {
    callListener(this.#events.onGaveUp, [{why, attempts, result}]);
    if (result.kind === 'returned') return result.value as T;
    throw new RetryError(why, attempts, result.error, askedMs);
  }
}

const attempted = async (fn: (attempt: Attempt) => unknown, attempt: Attempt): Promise<CallResult> => {
  try {
    return {kind: 'returned', value: await fn(attempt)};
  } catch (error) {
    return {kind: 'threw', error};
  }
};

/** The longest that a timer can take, ms. */
const LONGEST_MS = 2 ** 31 - 1;

const signalOf = ({signal, deadlineMs}: RetryRunOptions): AbortSignal => {
  const all = [
    ...(signal === undefined ? [] : [signal]),
    ...(deadlineMs === undefined ? [] : [AbortSignal.timeout(Math.min(LONGEST_MS, Math.ceil(deadlineMs)))]),
  ];
  return AbortSignal.any(all);
};

/** Nobody reads the answer that is tried again: its connection is free for the next one. Answers what is left to give up with. */
const discarded = (result: CallResult): CallResult => {
  if (result.kind === 'threw' || !(result.value instanceof Response)) return result;
  const {status, body, bodyUsed} = result.value;
  if (body === null || bodyUsed) return result;
  body.cancel().catch(() => undefined);
  return {
    kind: 'threw',
    error: new DOMException(`answered ${status}, and the deadline passed`, 'TimeoutError'),
  };
};
