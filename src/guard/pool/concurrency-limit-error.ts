import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';

/**
 * Why there was no slot: the queue is full, the wait was too long, a more important one took the place in the queue, or the store
 * cannot be reached and `onStoreError` is `closed`.
 */
export type ConcurrencyRefusal = 'queue-full' | 'timeout' | 'displaced' | 'store';

export interface ConcurrencyLimitErrorDetails {
  readonly pool: string;
  readonly reason: ConcurrencyRefusal;
  readonly retryAfterMs: number;
  readonly position?: number | undefined;
  readonly cause?: unknown;
}

const SAID: Readonly<Record<ConcurrencyRefusal, string>> = {
  'queue-full': 'all its slots are in use, and its queue has no place',
  timeout: 'no slot became free in time',
  displaced: 'a more important one took the place in its queue',
  store: 'the store cannot be reached',
};

/** Work that got no slot of a pool. The key is not in the message: messages end up in logs. */
export class ConcurrencyLimitError extends RatectlError {
  readonly pool: string;
  readonly reason: ConcurrencyRefusal;
  /** Milliseconds after which trying again may help: an estimate. */
  readonly retryAfterMs: number;
  /** The last place in the queue, as far as it is known; 1 would have gone next. */
  readonly position: number | undefined;

  constructor({pool, reason, retryAfterMs, position, cause}: ConcurrencyLimitErrorDetails) {
    super(`pool "${pool}" has no slot: ${SAID[reason]}`, {
      code: `concurrency/${reason}`,
      hint: `try again in about ${retryAfterMs} ms`,
      exit: ExitCode.refused,
      cause,
    });
    this.name = 'ConcurrencyLimitError';
    this.pool = pool;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.position = position;
  }
}

/** What everything rejects with after `close`. */
export const closedError = (): RatectlError =>
  new RatectlError('the concurrency limiter is closed', {code: CLOSED, hint: 'make a new one'});

export const isClosed = (error: unknown): boolean => error instanceof RatectlError && error.code === CLOSED;

const CLOSED = 'concurrency/closed';
