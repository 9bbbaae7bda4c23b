import type {Attributes} from '../../engine/live/request-router.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {DecisionView} from '../decision-view.ts';

/** What adapters need of a limiter: `createLimiter` makes one. */
export interface CheckingLimiter {
  /** What is enforced, for warnings about attributes that it needs. */
  readonly policy?: Policy;
  check(attributes: Attributes, options?: {readonly cost?: number}): Promise<CheckedDecision>;
}

/** A decision that may hold slots of `concurrency` limits. */
export interface CheckedDecision extends DecisionView {
  /** Milliseconds for which the request is to be held back before it is served (`leaky-bucket` with a delay). */
  readonly delayMs?: number;
  /** The slots it holds. A refusal has some, too, where the policy says `charge: always`. */
  readonly leases?: readonly unknown[];
  /** Gives the slots back. */
  release?(): Promise<unknown>;
}
