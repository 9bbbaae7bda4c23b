import {isRatectlError} from '../../base/ratectl-error.ts';
import {isStoreError} from '../../store/store-error.ts';
import {type CallResult, isRefusal} from '../breaker/call-result.ts';
import {type AnswerHeaders, providerLimit} from '../provider-answer.ts';

/** Statuses after which the same request may succeed: nothing was done, or the way there was broken. */
const STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

/** Of Node and of undici: the connection was not made, or broke. */
const BROKEN =
  /^(?:ECONN(?:RESET|REFUSED|ABORTED)|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_(?:SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT))$/;

/** SQLSTATEs: connections (08), conflicts of transactions (40001, 40P01), too few resources (53), shutdown and start (57P01 to 57P03). */
const SQLSTATES = /^(?:08[0-9A-Z]{3}|40001|40P01|53[0-9A-Z]{3}|57P0[123])$/;

/**
 * Whether another attempt may help: refusals that say when to come back (of limits, pools, breakers, and statuses 429 and 503),
 * statuses 408, 425, 502 and 504, timeouts, broken connections, a store that cannot be reached, and databases that say that a
 * transaction was in conflict or that they are overloaded. Anything else is not known to be, and a mistake in a program never is.
 */
export const isRetryableByDefault = (result: CallResult): boolean =>
  result.kind === 'returned' ? STATUSES.has(statusOf(result.value) ?? 0) : isRetryableError(result.error, 0);

/** What an error was caused by is looked at, too: fetch throws a TypeError about a broken connection. */
const isRetryableError = (error: unknown, depth: number): boolean => {
  if (!isObject(error) || depth > 3) return false;
  if (isRefusal(error)) return refusalWait(error) !== undefined;
  if (isStoreError(error)) return error.kind === 'unreachable';
  if (isRatectlError(error)) return false;
  const status = statusOf(error) ?? statusOf(error['response']);
  if (status !== undefined) return STATUSES.has(status);
  const {name, code} = error;
  if (name === 'TimeoutError') return true;
  if (typeof code === 'string' && (BROKEN.test(code) || SQLSTATES.test(code))) return true;
  return isRetryableError(error['cause'], depth + 1);
};

/**
 * Milliseconds that a result asks to wait: `retryAfterMs` of an error, or the `Retry-After` and `RateLimit` fields of an answer, also
 * of one that an error carries. Undefined: it says nothing. `nowMs`: since the epoch.
 */
export const askedWaitMs = (result: CallResult, nowMs: number): number | undefined => {
  if (result.kind === 'returned') return answerWait(result.value, nowMs);
  const {error} = result;
  if (!isObject(error)) return undefined;
  return refusalWait(error) ?? answerWait(error, nowMs) ?? answerWait(error['response'], nowMs);
};

/** Undefined where waiting does not help. */
const refusalWait = (error: Readonly<Record<string, unknown>>): number | undefined => {
  const {retryAfterMs, decision} = error;
  if (isWait(retryAfterMs)) return retryAfterMs;
  if (!isObject(decision) || decision['never'] === true) return undefined;
  return isWait(decision['retryAfterMs']) ? decision['retryAfterMs'] : undefined;
};

const answerWait = (value: unknown, nowMs: number): number | undefined => {
  const status = statusOf(value);
  if (status === undefined || !isObject(value)) return undefined;
  const {headers} = value;
  return isObject(headers) ? providerLimit(status, headers as AnswerHeaders, nowMs).blockedMs : undefined;
};

const statusOf = (value: unknown): number | undefined => {
  if (!isObject(value)) return undefined;
  const status = value['status'] ?? value['statusCode'];
  return typeof status === 'number' ? status : undefined;
};

const isWait = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
