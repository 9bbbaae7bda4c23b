import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {DecisionView} from '../decision-view.ts';
import {type JsonRpcId, type JsonRpcLimitError, toJsonRpcError} from '../http/answers.ts';
import {refusalBy} from '../protect/protected-decision.ts';

/** A call that was not made, because the breaker in front of it is open. */
export class BreakerOpenError extends RatectlError {
  /** Literal brand: survives two copies of the package in one process. */
  readonly isBreakerOpenError = true;
  /** Name of the breaker. */
  readonly breaker: string;
  /** Milliseconds, rounded up, at least 1: when it is worth to ask again. */
  readonly retryAfterMs: number;
  /** µs of the store's clock, when it was refused. */
  readonly now: number;

  constructor({
    breaker,
    retryAfterMs,
    now,
  }: {
    readonly breaker: string;
    readonly retryAfterMs: number;
    readonly now: number;
  }) {
    super(`breaker "${breaker}" is open`, {
      code: 'breaker/open',
      hint: `try again in ${retryAfterMs} ms`,
      exit: ExitCode.refused,
    });
    this.name = 'BreakerOpenError';
    this.breaker = breaker;
    this.retryAfterMs = retryAfterMs;
    this.now = now;
  }

  /** The refusal as a decision: for `toResponse`, `responseHeaders` and other answers. */
  get decision(): DecisionView {
    return refusalBy('breaker', {name: this.breaker, retryAfterMs: this.retryAfterMs, now: this.now});
  }

  /** As a JSON-RPC error (code −32000), for MCP servers. */
  toJsonRpc(id?: JsonRpcId): JsonRpcLimitError {
    return toJsonRpcError(this.decision, id, 'circuit_breaker');
  }
}
