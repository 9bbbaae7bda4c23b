import {ExitCode} from '../../base/exit-code.ts';
import {isRatectlError} from '../../base/ratectl-error.ts';

/** How a call through a breaker ended. */
export type CallResult =
  | {readonly kind: 'returned'; readonly value: unknown}
  | {readonly kind: 'threw'; readonly error: unknown};

/** What it throws, and answers with a status of 500 and more. */
export const isFailureByDefault = (result: CallResult): boolean =>
  result.kind === 'threw' || isServerError(result.value);

/**
 * Whether a call says nothing about what it calls: its caller gave it up, or a limit or another breaker of this process refused it. A
 * timeout of the caller's signal is a failure like others.
 */
export const saysNothing = (result: CallResult, signal: AbortSignal | undefined): boolean =>
  result.kind === 'threw' &&
  (isRefusal(result.error) || (signal?.aborted === true && !isTimeout(signal.reason)));

/** Whether an error is a limit's, a pool's or a breaker's: the call was never made. */
export const isRefusal = (error: unknown): boolean =>
  isRatectlError(error) && error.exit === ExitCode.refused;

const isTimeout = (reason: unknown): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError';

/** A Fetch `Response`, or what looks like one. */
const isServerError = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'status' in value &&
  'headers' in value &&
  typeof value.status === 'number' &&
  value.status >= 500;
