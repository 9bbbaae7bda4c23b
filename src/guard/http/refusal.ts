import type {DecisionView} from '../decision-view.ts';
import {ceilSeconds} from './whole-seconds.ts';

/** What kind of refusal a decision is, in the words of JSON-RPC answers. */
export type RefusalType =
  | 'rate_limit'
  | 'concurrency_limit'
  /** A breaker is open. */
  | 'circuit_breaker'
  /** Requests of this priority are not served at present. */
  | 'degraded'
  /** The store is lost and the policy refuses everything meanwhile. */
  | 'unavailable';

export interface Refusal {
  readonly type: RefusalType;
  /** Whole seconds, rounded up, at least 1; undefined when waiting does not help, and when the decision allowed. */
  readonly retryAfter: number | undefined;
}

const TYPES = {
  rate: 'rate_limit',
  concurrency: 'concurrency_limit',
  breaker: 'circuit_breaker',
  degradation: 'degraded',
} as const;

/** The facts all kinds of answers share. */
export const refusal = ({allowed, never, source, scope, retryAfterMs}: DecisionView): Refusal => ({
  type: source === 'closed' ? 'unavailable' : TYPES[scope],
  retryAfter: allowed || never ? undefined : Math.max(1, ceilSeconds(retryAfterMs)),
});
