import {type BackoffSpec, backoffDelay} from '../engine/backoff.ts';

/** How long to wait after one more failure, µs: at least what the provider asked for, and half of what backoff gives. */
export const retryDelay = (backoff: BackoffSpec, failuresBefore: number, retryAfter: number): number =>
  backoffDelay(backoff, 'equal', failuresBefore + 1, Math.random(), retryAfter);
