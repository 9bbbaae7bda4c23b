import type {BucketSet} from '../engine/bucket-set.ts';
import type {Check, CheckAnswer, Layer, LayerVerdict} from '../engine/live/check.ts';
import {Kind} from '../engine/verdict.ts';

/** What a request waits that is too large for a share of the limit, though not for the whole, µs: all of it may be back by then. */
const TRY_AGAIN = 1_000_000;

/** `never` would be wrong for a cost that only a share of the limit cannot hold. */
export const forWhole = (
  verdict: LayerVerdict,
  {cost, blockedUntil}: Pick<Layer, 'cost' | 'blockedUntil'>,
  whole: BucketSet,
): LayerVerdict =>
  verdict.kind === Kind.never &&
  blockedUntil === 0 &&
  whole.buckets.every(({algorithm}) => cost <= algorithm.capacity)
    ? {...verdict, kind: Kind.notYet, retryAfter: TRY_AGAIN}
    : verdict;

/** The same for limits of which adaptive control leaves a share. */
export const answerForWhole = ({layers}: Check, answer: CheckAnswer): CheckAnswer => {
  if (!hasShares(layers)) return answer;
  const verdicts = answer.verdicts.map((verdict, i) => {
    const {whole} = layers[i]!.buckets;
    return whole === undefined ? verdict : forWhole(verdict, layers[i]!, whole);
  });
  return {...answer, verdicts};
};

const hasShares = (layers: readonly Layer[]): boolean => {
  for (let i = 0; i < layers.length; i++) if (layers[i]!.buckets.whole !== undefined) return true;
  return false;
};
