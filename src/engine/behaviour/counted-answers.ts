import {type Check, type CheckAnswer, denierOf, type KeyAddress} from '../live/check.ts';
import {Kind} from '../verdict.ts';

/** What one limit said to one of its keys. */
export type CountAnswer = (
  address: KeyAddress,
  refused: boolean,
  /** Until the same request would pass, µs; 0 when it was allowed, or when waiting does not help. */
  retryAfter: number,
) => void;

/**
 * Hands out what counts as behaviour, for each limit that has its say: one that refused, or all when the request was allowed. That
 * another limit refused says nothing of how the key behaves in this one; peeks, and limits that only count, tell the client nothing.
 */
export const eachCounted = (check: Check, {verdicts}: CheckAnswer, count: CountAnswer): void => {
  const allowed = denierOf(check, verdicts) < 0;
  check.layers.forEach(({address, cost, shadow}, i) => {
    const {kind, retryAfter} = verdicts[i]!;
    const refused = kind !== Kind.allow && !shadow;
    if (cost > 0 && (allowed || refused)) count(address, refused, retryAfter);
  });
};
