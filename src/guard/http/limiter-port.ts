import type {Attributes} from '../../engine/live/request-router.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {DecisionView} from '../decision-view.ts';
import type {RequestOutcome} from '../request-outcome.ts';

/** What adapters need of a limiter: `createLimiter` and `createProtection` make one. */
export interface CheckingLimiter {
  /** What is enforced, for warnings about attributes that it needs. */
  readonly policy?: Policy;
  /** Whether every request that it allows has to be released: a protection. @default no */
  readonly learns?: boolean;
  /** `signal`: whoever asks is gone, and waits in no queue any more. */
  check(
    attributes: Attributes,
    options?: {readonly cost?: number; readonly signal?: AbortSignal | undefined},
  ): Promise<CheckedDecision>;
}

/** A decision that may hold slots, of `concurrency` limits or pools. */
export interface CheckedDecision extends DecisionView {
  /** Milliseconds for which the request is to be held back before it is served (`leaky-bucket` with a delay). */
  readonly delayMs?: number;
  /** The slots it holds. A refusal has some, too, where the policy says `charge: always`. */
  readonly leases?: readonly unknown[];
  /** Whether `release` is to be called in any case, with how the request ended: breakers and response times learn from it. */
  readonly learns?: boolean;
  /** Gives the slots back. */
  release?(outcome?: RequestOutcome): Promise<unknown>;
}
