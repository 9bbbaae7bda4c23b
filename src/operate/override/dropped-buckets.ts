import type {LiveEffect} from '../../engine/live/live-override.ts';
import type {AlgorithmSpec, LimitSpec} from '../../engine/policy-model.ts';
import type {DescribeBucket} from './override-entry.ts';

/**
 * The buckets of a limit that do not hold for a key while an override does, and have nothing in their place: an override stands for all
 * buckets. In words, each once; those of a tier with its name.
 */
export const droppedBuckets = (
  effect: LiveEffect,
  {plan, overrides}: LimitSpec,
  key: string,
  describe: DescribeBucket,
): readonly string[] => {
  if (effect.kind !== 'buckets') return [];
  const own = overrides.get(key);
  if (own !== undefined)
    return own.kind === 'buckets' ? withoutSuccessor(own.buckets, effect.buckets).map(describe) : [];
  if (plan.kind === 'single') return withoutSuccessor(plan.buckets, effect.buckets).map(describe);
  return [...plan.tiers].flatMap(([tier, buckets]) =>
    withoutSuccessor(buckets, effect.buckets).map((bucket) => `${describe(bucket)} (tier ${tier})`),
  );
};

/** Of the buckets before, those left over when each of the new ones has taken the place of the one most like it. */
const withoutSuccessor = (
  before: readonly AlgorithmSpec[],
  after: readonly AlgorithmSpec[],
): readonly AlgorithmSpec[] => {
  const left = [...before];
  for (const next of after) {
    const likeness = left.map((bucket) => likenessOf(bucket, next));
    const best = likeness.indexOf(Math.max(...likeness));
    if (best >= 0) left.splice(best, 1);
  }
  return left;
};

const likenessOf = (a: AlgorithmSpec, b: AlgorithmSpec): number =>
  (spanOf(a) === spanOf(b) ? 2 : 0) + (a.kind === b.kind ? 1 : 0);

/** Per how long, as text: µs, or a unit of the calendar. */
const spanOf = (bucket: AlgorithmSpec): string => {
  const span = 'per' in bucket ? bucket.per : 'window' in bucket ? bucket.window : undefined;
  return JSON.stringify(typeof span === 'object' && 'length' in span ? span.length : span) ?? '';
};
