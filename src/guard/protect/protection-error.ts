import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {DecisionScope} from '../decision-view.ts';
import type {ProtectedDecision} from './protected-decision.ts';

const WHO: Readonly<Record<DecisionScope, string>> = {
  rate: 'limit',
  concurrency: 'pool',
  breaker: 'breaker',
  degradation: 'mode',
};

/** Work that a protection refused. Keys are in `decision`, not in the message: messages end up in logs. */
export class ProtectionError extends RatectlError {
  readonly decision: ProtectedDecision;

  constructor(decision: ProtectedDecision) {
    const {limit, scope, never, retryAfterMs} = decision;
    const who =
      limit === undefined ? 'refused while the store cannot be reached' : `${WHO[scope]} "${limit}" refused`;
    super(who, {
      code: `protection/${scope}`,
      hint: never
        ? 'waiting does not help: the key is blocked, or the cost is above the limit'
        : `try again in ${retryAfterMs} ms`,
      exit: ExitCode.refused,
    });
    this.name = 'ProtectionError';
    this.decision = decision;
  }

  get retryAfterMs(): number | undefined {
    return this.decision.never ? undefined : this.decision.retryAfterMs;
  }
}
