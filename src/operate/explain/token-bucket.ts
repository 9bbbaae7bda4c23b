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

type TokenBucketSpec = Extract<AlgorithmSpec, {kind: 'token-bucket'}>;

/** Words `since, taken, last`; with a burst penalty or smoothed refill `missing, last`. */
export const explainTokenBucket = (facts: BucketFacts<TokenBucketSpec>): BucketWords => {
  const {refill} = facts.spec;
  const lines =
    refill.kind === 'burst-penalty' || refill.kind === 'smoothed' ? byMissing(facts) : byTaken(facts);
  return {...lines, formula: [...lines.formula, outcomeLine(facts, facts.spec.burst)]};
};

const rateText = ({count, per}: TokenBucketSpec): string => `${count} ÷ ${spanOf(per)}`;

const byTaken = (facts: BucketFacts<TokenBucketSpec>): BucketWords => {
  const {spec, words, now, peek} = facts;
  const {burst, initial, refill} = spec;
  if (words === undefined || words[1] === 0)
    return {stored: [], formula: [`never seen: tokens = initial = ${initial}`]};
  const [since, taken, last] = words as [number, number, number];
  const stored = [instantWord('since', since), unitsWord('taken', taken), instantWord('last', last)];
  const clock =
    last > now ? `the clock stepped back: counted to last, ${spanOf(last - now)} ahead` : undefined;
  const elapsed = Math.max(now, last) - since;
  const steps = refill.kind === 'stepped' ? `, in steps of ${spanOf(refill.every)}` : '';
  const refilled = `refilled = floor((now − since) × rate) = floor(${spanOf(elapsed)} × ${rateText(spec)}${steps})`;
  const stillTaken = peek.w1;
  if (stillTaken === 0)
    return {
      stored,
      formula: [...line(clock), `${refilled} ≥ taken = ${taken}: full again, tokens = burst = ${burst}`],
    };
  const tokens = peek.remaining;
  return {
    stored,
    formula:
      tokens > 0 || facts.spec.burst >= taken
        ? [
            ...line(clock),
            `${refilled} = ${tokens - burst + taken}`,
            `tokens = burst − taken + refilled = ${burst} − ${taken} + ${tokens - burst + taken} = ${tokens}`,
          ]
        : [
            ...line(clock),
            refilled,
            `tokens = burst − taken + refilled = ${burst} − ${taken} + refilled, below 1`,
          ],
  };
};

const byMissing = (facts: BucketFacts<TokenBucketSpec>): BucketWords => {
  const {spec, words, now, peek} = facts;
  const {burst, initial, refill} = spec;
  if (words === undefined || words[0] === 0)
    return {stored: [], formula: [`never seen: tokens = initial = ${initial}`]};
  const [missing, last] = words as [number, number];
  const elapsed = Math.max(0, now - last);
  const tokens = burst - peek.w0;
  const before = burst - Math.min(missing, burst);
  const gain =
    refill.kind === 'smoothed'
      ? `gain = min((now − last) × rate, 0.1 × burst) = min(${spanOf(elapsed)} × ${rateText(spec)}, ${numberText(0.1 * burst)})`
      : `gain = (now − last) × rate × (1 − 0.5 × missing ÷ burst) = ${spanOf(elapsed)} × ${rateText(spec)} × (1 − 0.5 × ${numberText(missing)} ÷ ${burst})`;
  return {
    stored: [unitsWord('missing', missing), instantWord('last', last)],
    formula: [
      `${gain} = ${numberText(tokens - before)}${tokens >= burst ? ' or more' : ''}`,
      `tokens = min(burst, burst − missing + gain) = ${numberText(tokens)}`,
    ],
  };
};

const line = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);
