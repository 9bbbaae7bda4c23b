import {outcomeOfStatus, type RequestOutcome} from '../request-outcome.ts';
import type {CheckedDecision} from './limiter-port.ts';
import type {ResponseEnd} from './response-end.ts';

/** Whether somebody has to be told when the request is done: it holds slots, or breakers learn from how it ended. */
export const awaitsEnd = ({leases, learns}: CheckedDecision): boolean =>
  learns === true || (leases !== undefined && leases.length > 0);

/** Gives the slots of a decision back at the first call. A failure is not told: the lease ends by itself. */
export const releaseOnce = (decision: CheckedDecision): ((outcome?: RequestOutcome) => void) => {
  let held = awaitsEnd(decision);
  return (outcome) => {
    if (!held) return;
    held = false;
    decision.release?.(outcome).catch(() => undefined);
  };
};

/** What the end of an answer says of who served it. */
export const outcomeOfEnd = (how: ResponseEnd, status: number): RequestOutcome => {
  if (how === 'failed') return 'failure';
  return how === 'sent' ? outcomeOfStatus(status) : 'abandoned';
};
