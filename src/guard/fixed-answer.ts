import type {Check, CheckAnswer, Layer, LayerVerdict} from '../engine/live/check.ts';
import {Kind} from '../engine/verdict.ts';

/** What a refused request waits for: by then the store has been probed again, µs. */
const TRY_AGAIN = 1_000_000;

/**
 * The answer without any state, for the time in which the store is lost: all layers allow, or all refuse. A key that is known
 * to be blocked stays blocked, and a layer in shadow mode cannot refuse.
 */
export const fixedAnswer = (check: Check, now: number, answer: 'allow' | 'refuse'): CheckAnswer => ({
  now,
  verdicts: check.layers.map((layer) => verdictOf(layer, now, answer)),
});

const verdictOf = ({blockedUntil, buckets, shadow}: Layer, now: number, answer: string): LayerVerdict => {
  const blocked = blockedUntil > now;
  const refused = blocked || (answer === 'refuse' && !shadow);
  const forGood = blockedUntil === Number.POSITIVE_INFINITY;
  const wait = !refused || forGood ? 0 : blocked ? blockedUntil - now : TRY_AGAIN;
  const capacity = blocked ? 0 : Math.min(...buckets.buckets.map(({algorithm}) => algorithm.capacity));
  return {
    kind: !refused ? Kind.allow : forGood ? Kind.never : Kind.notYet,
    capacity,
    remaining: refused ? 0 : capacity,
    retryAfter: wait,
    resetAfter: blocked ? wait : 0,
    delay: 0,
    fencingToken: 0,
  };
};
