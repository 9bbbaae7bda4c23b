import {toRfc3339} from '../../base/micros.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {
  type BucketFacts,
  type BucketWords,
  instantWord,
  outcomeLine,
  spanOf,
  unitsWord,
  waitOf,
} from './bucket-facts.ts';

type SpecOf<K extends AlgorithmSpec['kind']> = Extract<AlgorithmSpec, {kind: K}>;

/** Words `window start, used`. */
export const explainFixedWindow = (facts: BucketFacts<SpecOf<'fixed-window'>>): BucketWords => {
  const {spec, words, now, peek} = facts;
  const {limit} = spec;
  const outcome = outcomeLine(facts, limit);
  const [start = 0, used = 0] = words ?? [];
  if (words === undefined || used === 0)
    return {stored: [], formula: [`nothing used in this window: remaining = limit = ${limit}`, outcome]};
  const stored = [instantWord('window start', start), unitsWord('used', used)];
  const usedNow = peek.w1;
  if (usedNow === 0)
    return {stored, formula: [`that window has ended: used = 0, remaining = limit = ${limit}`, outcome]};
  return {
    stored,
    formula: [
      `the window of ${toRfc3339(peek.w0)} ends in ${waitOf(peek.resetAfter)}${start > now ? ' (the clock stepped back)' : ''}`,
      `remaining = limit − used = ${limit} − ${usedNow} = ${peek.remaining}${usedNow > limit ? ', never below 0' : ''}`,
      outcome,
    ],
  };
};

/** Words `window start, previous, current`. */
export const explainSlidingWindow = (facts: BucketFacts<SpecOf<'sliding-window'>>): BucketWords => {
  const {spec, words, now, peek} = facts;
  const {limit, window} = spec;
  const outcome = outcomeLine(facts, limit);
  if (words === undefined)
    return {stored: [], formula: [`never seen: remaining = limit = ${limit}`, outcome]};
  const [start, before, counted] = words as [number, number, number];
  const stored = [
    instantWord('window start', start),
    unitsWord('previous', before),
    unitsWord('current', counted),
  ];
  const {w0: windowStart, w1: previous, w2: current} = peek;
  const moved =
    windowStart > start
      ? [`a new window began at ${toRfc3339(windowStart)}: previous = ${previous}, current = ${current}`]
      : [];
  const elapsed = Math.max(0, now - windowStart);
  const weighted = limit - peek.remaining;
  return {
    stored,
    formula: [
      ...moved,
      `weighted = current + ceil(previous × (window − elapsed) ÷ window) = ${current} + ceil(${previous} × (${spanOf(window)} − ${spanOf(elapsed)}) ÷ ${spanOf(window)}) ${peek.remaining > 0 ? '=' : '≥'} ${weighted}`,
      `remaining = limit − weighted = ${limit} − ${weighted} = ${peek.remaining}`,
      outcome,
    ],
  };
};

/** Numbers `pairs, units, instant, number, …`, the oldest first. */
export const explainSlidingLog = (facts: BucketFacts<SpecOf<'sliding-log'>>): BucketWords => {
  const {spec, words, peek} = facts;
  const {limit, window} = spec;
  const outcome = outcomeLine(facts, limit);
  const pairs = words?.[0] ?? 0;
  if (words === undefined || pairs === 0)
    return {
      stored: [],
      formula: [`nothing admitted in the last ${spanOf(window)}: remaining = limit = ${limit}`, outcome],
    };
  const used = Math.max(0, limit - peek.remaining);
  return {
    stored: [
      unitsWord('entries', pairs),
      unitsWord('units', words[1]!),
      instantWord('oldest', words[2]!),
      instantWord('newest', words[2 * pairs]!),
    ],
    formula: [
      `used = what was admitted in the last ${spanOf(window)} ${peek.remaining > 0 ? '=' : '≥'} ${used}`,
      `remaining = limit − used = ${limit} − ${used} = ${peek.remaining}`,
      outcome,
    ],
  };
};
