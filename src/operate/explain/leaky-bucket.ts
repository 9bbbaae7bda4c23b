import {leakRate} from '../../engine/algorithms/leaky-bucket.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {
  type BucketFacts,
  type BucketWords,
  instantWord,
  numberText,
  outcomeLine,
  spanOf,
  unitsWord,
} from './bucket-facts.ts';

/** Words `excess in thousandths, last ms + 1`. */
export const explainLeakyBucket = (
  facts: BucketFacts<Extract<AlgorithmSpec, {kind: 'leaky-bucket'}>>,
): BucketWords => {
  const {spec, words, now, peek} = facts;
  const {burst, count, per} = spec;
  const rate = leakRate(count, per);
  const outcome = outcomeLine(facts, burst + 1);
  if (words === undefined || words[1] === 0)
    return {
      stored: [],
      formula: [`never seen: the first request is free, then burst = ${burst} more`, outcome],
    };
  const [excess, stamp] = words as [number, number];
  const last = (stamp - 1) * 1_000;
  const elapsed = Math.max(0, Math.floor(now / 1_000) * 1_000 - last);
  return {
    stored: [unitsWord('excess in thousandths', excess), instantWord('last', last)],
    formula: [
      `excess of the next request = max(0, ${numberText(excess / 1_000)} − ${spanOf(elapsed)} × ${numberText(rate / 1_000)} ÷ 1s + 1); above burst = ${burst} it is refused`,
      `that leaves room for ${peek.remaining}`,
      outcome,
    ],
  };
};
