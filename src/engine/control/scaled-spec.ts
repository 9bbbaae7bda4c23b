/**
 * A bucket of which only a share is in force: rate, burst and limits times the share.
 *
 *   count per period → count × percent per period × 100, in lowest terms: exact       capacities: rounded down, at least 1
 *
 * A token bucket of more than 100 tokens per period in lowest terms takes the nearest rate with a short one, 0.5 % off at most: its
 * rows move on by whole periods, and a share that changes must not count for the time before.
 *
 * The bucket keeps its kind, its windows and its steps, so that a key's row goes on counting under the scaled one.
 * Example: 100 per minute with a burst of 20 at 0.73 is 73 per minute with a burst of 14.
 */
import {gcd} from '../arithmetic/gcd.ts';
import {type Rate, reduced} from '../arithmetic/rate.ts';
import {bucketOutOfRange, leakRateOf, leakyOutOfRange} from '../exact-range.ts';
import type {AlgorithmSpec} from '../policy-model.ts';

/** `share`: above 0, at most 1, taken in whole percent. At 1 the answer is the same object. */
export const scaledSpec = (spec: AlgorithmSpec, share: number): AlgorithmSpec => {
  const percent = percentOf(share);
  if (percent >= 100) return spec;
  const scaled = (units: number): number => scaledUnits(units, percent);
  switch (spec.kind) {
    case 'token-bucket': {
      const burst = atLeastOne(scaled(spec.burst));
      const initial = spec.initial === spec.burst ? burst : Math.min(burst, scaled(spec.initial));
      return withRate({...spec, burst, initial}, percent);
    }
    case 'gcra':
      return withRate({...spec, burst: atLeastOne(scaled(spec.burst))}, percent);
    case 'leaky-bucket':
      return withRate({...spec, burst: scaled(spec.burst), delayFrom: scaled(spec.delayFrom)}, percent);
    case 'fixed-window':
    case 'sliding-window':
    case 'sliding-log':
      return {...spec, limit: atLeastOne(scaled(spec.limit))};
    case 'concurrency':
      return {...spec, max: atLeastOne(scaled(spec.max))};
  }
};

/** Of `max` slots those that are in force: whole, at least 1. */
export const scaledMax = (max: number, share: number): number =>
  atLeastOne(scaledUnits(max, Math.min(100, percentOf(share))));

/** Whole percent, at least 1. */
export const percentOf = (share: number): number => Math.max(1, Math.round(share * 100));

/** floor(units × percent ÷ 100) without leaving the whole numbers; Infinity stays. */
const scaledUnits = (units: number, percent: number): number =>
  Number.isFinite(units)
    ? Math.floor(units / 100) * percent + Math.floor(((units % 100) * percent) / 100)
    : units;

const atLeastOne = (units: number): number => Math.max(1, units);

type RatedSpec = Extract<AlgorithmSpec, {readonly per: number}>;
type RateSpec = Pick<RatedSpec, 'count' | 'per'>;

/** nginx's slowest pace: a thousandth of a request per second. */
const SLOWEST_LEAK = {count: 1, per: 1_000_000_000};

/** The exact rate where it can be computed, else the nearest that can: in the last resort the whole rate with the smaller capacity. */
const withRate = <T extends RatedSpec>(spec: T, percent: number): T => {
  const divisor = gcd(percent, 100);
  const [above, below] = [percent / divisor, 100 / divisor];
  const common = gcd(spec.count, below);
  const exact = {count: (spec.count / common) * above, per: spec.per * (below / common)};
  const rounded = {count: atLeastOne(scaledUnits(spec.count, percent)), per: spec.per};
  const slow = spec.kind === 'leaky-bucket' ? [SLOWEST_LEAK] : [];
  const rate = [...shortened(spec, exact), exact, rounded, ...slow].find((rate) =>
    isComputable({...spec, ...rate}),
  );
  return {...spec, ...rate};
};

/** Tokens in a period from which on it is too long. */
const MANY = 100;
const MILLISECOND = 1_000;
const SECOND = 1_000_000;

/** The nearest rate of a token bucket whose period is short: one token, some steps, or a second. None: it is short already. */
const shortened = (spec: RatedSpec, exact: RateSpec): readonly RateSpec[] => {
  if (spec.kind !== 'token-bucket' || !Number.isSafeInteger(exact.count) || !Number.isSafeInteger(exact.per))
    return [];
  const {count, period} = reduced(exact.count, exact.per);
  if (count <= MANY) return [];
  if (spec.refill.kind === 'stepped') return [ratePer(spec.refill.every, {count, period})];
  const spacing = period / count;
  return [spacing >= MILLISECOND ? {count: 1, per: Math.round(spacing)} : ratePer(SECOND, {count, period})];
};

/** Over so many spans that a whole number of tokens is near enough. */
const ratePer = (span: number, {count, period}: Rate): RateSpec => {
  const tokens = (span / period) * count;
  const spans = Math.ceil(MANY / tokens);
  return {count: Math.round(tokens * spans), per: span * spans};
};

const isComputable = (spec: RatedSpec): boolean => {
  const {count, per, burst} = spec;
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(per)) return false;
  if (spec.kind === 'leaky-bucket') {
    const rate = leakRateOf(count, per);
    return rate !== undefined && rate >= 1 && leakyOutOfRange(burst, rate) === undefined;
  }
  const step = spec.kind === 'token-bucket' && spec.refill.kind === 'stepped' ? spec.refill.every : 1;
  return bucketOutOfRange({count, per, burst, step}) === undefined;
};
