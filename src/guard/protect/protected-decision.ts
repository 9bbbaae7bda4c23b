import type {DecisionScope, DecisionSource, DecisionView, LayerView} from '../decision-view.ts';
import type {JsonRpcId, JsonRpcLimitError} from '../http/answers.ts';
import {type AnswerOptions, responseHeaders, toJsonRpcError, toResponse} from '../http/answers.ts';
import type {RequestOutcome} from '../request-outcome.ts';

/** What a protection adds to what was decided. */
export interface ProtectedParts {
  /** Name of the request's priority class; undefined where the policy has none. */
  readonly priority: string | undefined;
  /** Milliseconds that the request waited in queues. */
  readonly waitedMs: number;
  /** Aborted when a slot of the request is lost: what it does from then on, another may do at the same time. */
  readonly signal: AbortSignal;
  /** Called once, with how the request ended. */
  readonly end: (outcome: RequestOutcome) => Promise<void>;
}

/** The answer of a protection to one request. One that is allowed has to be released, with how it ended. */
export class ProtectedDecision implements DecisionView {
  readonly allowed: boolean;
  readonly never: boolean;
  readonly limit: string | undefined;
  readonly key: string | undefined;
  readonly tier: string | undefined;
  readonly scope: DecisionScope;
  readonly capacity: number;
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly resetAfterMs: number;
  readonly now: number;
  readonly source: DecisionSource;
  readonly layers: readonly LayerView[];
  /** Name of the request's priority class; undefined where the policy has none. */
  readonly priority: string | undefined;
  /** Milliseconds that the request waited in queues. */
  readonly waitedMs: number;
  /** Aborted when a slot of the request is lost: what it does from then on, another may do at the same time. */
  readonly signal: AbortSignal;
  /** Whether `release` is waited for. */
  readonly learns: boolean;
  #end: ((outcome: RequestOutcome) => Promise<void>) | undefined;

  constructor(view: DecisionView, {priority, waitedMs, signal, end}: ProtectedParts) {
    this.allowed = view.allowed;
    this.never = view.never;
    this.limit = view.limit;
    this.key = view.key;
    this.tier = view.tier;
    this.scope = view.scope;
    this.capacity = view.capacity;
    this.remaining = view.remaining;
    this.retryAfterMs = view.retryAfterMs;
    this.resetAfterMs = view.resetAfterMs;
    this.now = view.now;
    this.source = view.source;
    this.layers = view.layers;
    this.priority = priority;
    this.waitedMs = waitedMs;
    this.signal = signal;
    this.learns = view.allowed;
    this.#end = end;
  }

  /**
   * The request is done: gives back its slots, and tells breakers and adaptive control how it ended. Only the first call counts.
   * Never rejects. @default 'success'
   */
  async release(outcome: RequestOutcome = 'success'): Promise<void> {
    const end = this.#end;
    this.#end = undefined;
    await end?.(outcome);
  }

  /** Header fields for the answer to the request, whether it was allowed or not. */
  headers(options?: AnswerOptions): Record<string, string> {
    return responseHeaders(this, options);
  }

  /** A refusal as a Fetch response: 429 or 503, `Retry-After` and a JSON body. */
  toResponse(options?: AnswerOptions): Response {
    return toResponse(this, options);
  }

  /** A refusal as a JSON-RPC error (code −32000), for MCP servers. */
  toJsonRpc(id?: JsonRpcId): JsonRpcLimitError {
    return toJsonRpcError(this, id);
  }

  toJSON(): DecisionView & {readonly priority: string | undefined; readonly waitedMs: number} {
    const {allowed, never, limit, key, tier, scope, capacity, remaining, retryAfterMs, resetAfterMs} = this;
    const {now, source, layers, priority, waitedMs} = this;
    return {
      ...{allowed, never, limit, key, tier, scope, capacity, remaining, retryAfterMs, resetAfterMs},
      ...{now, source, layers, priority, waitedMs},
    };
  }
}

/** A refusal that is no rate limit's: of a breaker, a pool, or of the priority that a request has. */
export const refusalBy = (
  scope: Exclude<DecisionScope, 'rate'>,
  {
    name,
    key,
    capacity = 0,
    retryAfterMs,
    now,
  }: {
    /** Of the breaker, the pool, or the mode. */
    readonly name: string;
    readonly key?: string | undefined;
    readonly capacity?: number | undefined;
    readonly retryAfterMs: number;
    readonly now: number;
  },
): DecisionView => ({
  allowed: false,
  never: false,
  limit: name,
  key,
  tier: undefined,
  scope,
  capacity,
  remaining: 0,
  retryAfterMs: Math.ceil(retryAfterMs),
  resetAfterMs: Math.ceil(retryAfterMs),
  now,
  source: 'store',
  layers: [],
});
