import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {
  type BucketFacts,
  type BucketWords,
  instantWord,
  outcomeLine,
  spanOf,
  unitsWord,
} from './bucket-facts.ts';

/** Leases that are listed one by one. */
const LISTED = 5;

/** Numbers `pairs, last token, expiry, token, …`. */
export const explainConcurrency = (
  facts: BucketFacts<Extract<AlgorithmSpec, {kind: 'concurrency'}>>,
): BucketWords => {
  const {spec, words, now, peek} = facts;
  const {max, timeout} = spec;
  const outcome = outcomeLine(facts, max);
  const pairs = words?.[0] ?? 0;
  if (words === undefined || pairs === 0)
    return {stored: [], formula: [`no lease is held: remaining = max = ${max}`, outcome]};
  const expiries = Array.from({length: pairs}, (_, i) => words[2 + 2 * i]!).sort((a, b) => a - b);
  const live = expiries.filter((expiry) => expiry > now);
  return {
    stored: [
      unitsWord('leases', pairs),
      unitsWord('last fencing token', words[1]!),
      ...live.slice(0, LISTED).map((expiry) => instantWord('lease ends', expiry)),
    ],
    formula: [
      `a lease ends when it is released, at the latest after ${spanOf(timeout)}: ${live.length} of ${pairs} are held now`,
      `remaining = max − held = ${max} − ${live.length} = ${peek.remaining}${live.length > max ? ', never below 0' : ''}`,
      outcome,
    ],
  };
};
