import type {DecisionFacts} from '../decision.ts';
import {Kind} from '../verdict.ts';
import {type Check, type CheckAnswer, denierOf} from './check.ts';

/**
 * The decision that follows from what the layers said; the same rules as `Decision` has for a replay. `limit` is the index in
 * the policy, not in the check.
 */
export const liveDecision = (check: Check, {verdicts}: CheckAnswer): DecisionFacts => {
  const denier = denierOf(check, verdicts);
  let tightest = denier;
  let never = false;
  let retryAfter = 0;
  let delay = 0;
  const {layers} = check;
  for (let i = 0; i < layers.length; i++) {
    if (layers[i]!.shadow) continue;
    const verdict = verdicts[i]!;
    if (verdict.kind === Kind.never) never = true;
    if (verdict.kind === Kind.allow) delay = Math.max(delay, verdict.delay);
    else retryAfter = Math.max(retryAfter, verdict.retryAfter);
    if (denier < 0 && (tightest < 0 || verdict.remaining < verdicts[tightest]!.remaining)) tightest = i;
  }
  const verdict = verdicts[tightest];
  return {
    allowed: denier < 0,
    never,
    limit: layers[tightest]?.limit ?? -1,
    capacity: verdict?.capacity ?? 0,
    remaining: verdict?.remaining ?? 0,
    retryAfter: denier < 0 || never ? 0 : retryAfter,
    resetAfter: verdict?.resetAfter ?? 0,
    delay: denier < 0 ? delay : 0,
  };
};
