import type {CallResult} from '../breaker/call-result.ts';
import type {GaveUp} from './retry-error.ts';

export interface RetryNotice {
  /** Of the attempt that failed, from 1. */
  readonly attempt: number;
  readonly result: CallResult;
  /** Milliseconds that are waited now. */
  readonly waitMs: number;
}

export interface GaveUpNotice {
  readonly why: GaveUp;
  readonly attempts: number;
  readonly result: CallResult;
}

/** Functions that a retry calls. What they throw is dropped: it never reaches a call. */
export interface RetryEvents {
  readonly onRetry?: ((notice: RetryNotice) => unknown) | undefined;
  readonly onGaveUp?: ((notice: GaveUpNotice) => unknown) | undefined;
}

/** How calls are tried again. Everything is optional. */
export interface RetryOptions {
  /** Attempts in all, the first one included; whole, 1 … 100. @default 4 */
  readonly attempts?: number | undefined;
  /** The longest wait after the first failure, milliseconds, 1 … 3,600,000; it doubles with each further one. @default 100 */
  readonly firstMs?: number | undefined;
  /** The longest of all waits that nobody asked for, milliseconds, `firstMs` … 3,600,000. @default 20,000 */
  readonly mostMs?: number | undefined;
  /**
   * Retries for each call, 0 … 10, and retries per second beside that, 0 … 1,000: all calls of this object together make no more.
   * @default 0.1 and 1
   */
  readonly budget?: {readonly ratio?: number | undefined; readonly reserve?: number | undefined} | undefined;
  /** Milliseconds over which the budget and the failed share are counted; 1,000 … 3,600,000. @default 10,000 */
  readonly windowMs?: number | undefined;
  /** Whether another attempt may help. @default see `isRetryableByDefault` */
  readonly isRetryable?: ((result: CallResult) => boolean) | undefined;
  readonly events?: RetryEvents | undefined;
  /** Chance for the waits, 0 ≤ x < 1. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** A monotonic clock in whole microseconds, for tests. @default the process's */
  readonly clock?: (() => number) | undefined;
}

export interface RetryRunOptions {
  /** Ends waits and, where the function looks at it, attempts: `run` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now on: what would be tried after it is not tried, and the function's signal is aborted then. @default none */
  readonly deadlineMs?: number | undefined;
}

/** What an attempt is told. */
export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}
