import {ExitCode} from '../base/exit-code.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import type {LimitDecision} from './limit-decision.ts';

/** A call that a limit refused. The key is in `decision`, not in the message: messages end up in logs. */
export class RateLimitError extends RatectlError {
  readonly decision: LimitDecision;

  constructor(decision: LimitDecision, because?: string) {
    const {limit, never, retryAfterMs} = decision;
    const name =
      limit === undefined ? 'refused while the store cannot be reached' : `limit "${limit}" refused`;
    super(because === undefined ? name : `${name}: ${because}`, {
      code: 'limit/denied',
      hint: never
        ? 'waiting does not help: the key is blocked, or the cost is above the limit'
        : `allowed in ${retryAfterMs} ms if nothing else comes`,
      exit: ExitCode.refused,
    });
    this.name = 'RateLimitError';
    this.decision = decision;
  }
}
