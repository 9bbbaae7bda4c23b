import {gcraTolerance} from '../../engine/algorithms/gcra.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {
  type BucketFacts,
  type BucketWords,
  instantWord,
  outcomeLine,
  spanOf,
  unitsWord,
} from './bucket-facts.ts';

/** Words `TAT µs, TAT numerator`. */
export const explainGcra = (facts: BucketFacts<Extract<AlgorithmSpec, {kind: 'gcra'}>>): BucketWords => {
  const {spec, words, now, peek} = facts;
  const {burst, count, per} = spec;
  const tolerance = gcraTolerance(spec);
  const interval = `interval T = ${spanOf(per)} ÷ ${count} = ${spanOf(per / count)}, tolerance τ = burst × T = ${spanOf(tolerance)}`;
  const outcome = outcomeLine(facts, burst);
  const [tat = 0, numerator = 0] = words ?? [];
  const stored = words === undefined ? [] : [instantWord('TAT', tat), unitsWord('TAT numerator', numerator)];
  if (tat <= now)
    return {
      stored,
      formula: [
        interval,
        `${words === undefined ? 'never seen' : 'TAT ≤ now'}: nothing is used, remaining = burst = ${burst}`,
        outcome,
      ],
    };
  const ahead = tat - now;
  const used = Math.max(0, burst - peek.remaining);
  return {
    stored,
    formula: [
      interval,
      ahead >= tolerance
        ? `TAT − now = ${spanOf(ahead)} ≥ τ: all ${burst} are used`
        : `used = ceil((TAT − now) ÷ T) = ceil(${spanOf(ahead)} ÷ ${spanOf(per / count)}) = ${used}`,
      `remaining = burst − used = ${burst} − ${used} = ${peek.remaining}`,
      outcome,
    ],
  };
};
