import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';

/**
 * Why nothing was tried again: the error is none that another attempt helps against; all attempts were made; the wait would pass the
 * deadline; too many calls are tried again already.
 */
export type GaveUp = 'not-retryable' | 'attempts' | 'deadline' | 'budget';

const WHY: Readonly<Record<GaveUp, string>> = {
  'not-retryable': 'another attempt would not help',
  attempts: 'no attempts are left',
  deadline: 'the wait would pass the deadline',
  budget: 'the budget of retries is spent',
};

const HINTS: Readonly<Record<GaveUp, string>> = {
  'not-retryable': 'see the cause; isRetryable says what is tried again',
  attempts: 'see the cause',
  deadline: 'a longer deadlineMs waits longer',
  budget: 'too much of what this process calls fails: see the cause',
};

/** A call that failed for good. `cause` is what the last attempt threw. */
export class RetryError extends RatectlError {
  /** Literal brand: survives two copies of the package in one process. */
  readonly isRetryError = true;
  readonly why: GaveUp;
  /** Attempts that were made, the first one included. */
  readonly attempts: number;
  /** Milliseconds that the last failure asked to wait; undefined: it said nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(why: GaveUp, attempts: number, cause: unknown, retryAfterMs: number | undefined) {
    super(`gave up after ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}: ${WHY[why]}`, {
      code: `retry/${why}`,
      hint: HINTS[why],
      exit: ExitCode.refused,
      cause,
    });
    this.name = 'RetryError';
    this.why = why;
    this.attempts = attempts;
    this.retryAfterMs = retryAfterMs;
  }
}
