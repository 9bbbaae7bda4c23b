import {formatDuration} from '../../base/duration.ts';
import type {DecisionView} from '../decision-view.ts';
import {denialBody} from './denial-body.ts';
import {type RefusalType, refusal} from './refusal.ts';

/** Of the range that JSON-RPC 2.0 leaves to servers. */
export const LIMIT_ERROR_CODE = -32_000;

/** JSON-RPC allows null for requests whose id could not be read. */
export type JsonRpcId = string | number | null;

export interface LimitErrorData {
  readonly type: RefusalType;
  /** Name of the limit that refused; null when the store is lost. */
  readonly limit: string | null;
  readonly tier: string | null;
  readonly capacity: number;
  /** `1m`; null for `concurrency`. */
  readonly window: string | null;
  readonly windowMs: number | null;
  readonly remaining: number;
  readonly never: boolean;
  /** Whole seconds, rounded up, at least 1; null with `never`. */
  readonly retryAfter: number | null;
  /** Milliseconds, rounded up; null with `never`. */
  readonly retryAfterMs: number | null;
  readonly resetAfterMs: number | null;
  /** RFC 3339, by the store's clock. */
  readonly resetAt: string | null;
}

export interface LimitError {
  readonly code: typeof LIMIT_ERROR_CODE;
  readonly message: string;
  readonly data: LimitErrorData;
}

export interface JsonRpcLimitError {
  readonly jsonrpc: '2.0';
  readonly id: JsonRpcId;
  readonly error: LimitError;
}

const WHAT: Readonly<Record<RefusalType, string>> = {
  rate_limit: 'rate limit exceeded',
  concurrency_limit: 'too many requests at the same time',
  circuit_breaker: 'temporarily refused',
  degraded: 'not served under the present load',
  unavailable: 'rate limits cannot be checked at present',
};

/** The `error` member of a JSON-RPC answer. `type` is for who refuses for another reason: an open breaker. */
export const limitError = (decision: DecisionView, type?: RefusalType): LimitError => {
  const {limit, tier, capacity, window, windowMs, remaining, never, retryAfterMs, resetAfterMs, resetAt} =
    denialBody(decision);
  const facts = refusal(decision);
  const kind = type ?? facts.type;
  const retryAfter = facts.retryAfter ?? null;
  const wait =
    retryAfter === null ? 'waiting does not help' : `try again in ${formatDuration(retryAfter * 1_000_000)}`;
  return {
    code: LIMIT_ERROR_CODE,
    message: `${WHAT[kind]}${limit === null ? '' : ` (${limit})`}; ${wait}`,
    data: {
      type: kind,
      limit,
      tier,
      capacity,
      window,
      windowMs,
      remaining,
      never,
      retryAfter,
      retryAfterMs,
      resetAfterMs,
      resetAt,
    },
  };
};

/** A refusal as a JSON-RPC 2.0 error with code −32000, for MCP servers. `id` is that of the request. */
export const toJsonRpcError = (
  decision: DecisionView,
  id: JsonRpcId = null,
  type?: RefusalType,
): JsonRpcLimitError => ({jsonrpc: '2.0', id, error: limitError(decision, type)});
