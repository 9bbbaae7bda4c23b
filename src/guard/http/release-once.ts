import type {CheckedDecision} from './limiter-port.ts';

/** Whether slots have to be given back when the request is done. */
export const holdsSlots = ({leases}: CheckedDecision): boolean => leases !== undefined && leases.length > 0;

/** Gives the slots of a decision back at the first call. A failure is not told: the lease ends by itself. */
export const releaseOnce = (decision: CheckedDecision): (() => void) => {
  let held = holdsSlots(decision);
  return () => {
    if (!held) return;
    held = false;
    decision.release?.().catch(() => undefined);
  };
};
