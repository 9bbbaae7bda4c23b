/**
 * Where the engine's arithmetic is exact (see arithmetic/mul-div.ts). A policy outside of it is refused with its
 * numbers: better than a decision that is wrong by a unit.
 *
 * The bounds are wide: 2^51 µs are 71 years, 2^43 µs are 101 days.
 */
import {formatDuration} from '../base/duration.ts';
import {leakRate} from './algorithms/leaky-bucket.ts';
import {reduced} from './arithmetic/rate.ts';

const EXACT = BigInt(Number.MAX_SAFE_INTEGER);
const FACTOR = 2 ** 43;
const SPAN = 2n ** 51n;
const QUOTIENT = 2n ** 52n;

export interface BucketNumbers {
  readonly count: number;
  readonly per: number;
  readonly burst: number;
  /** µs between refills; 1 when continuous. */
  readonly step: number;
}

/** Why a token bucket or GCRA with these numbers cannot be computed exactly; undefined when it can. */
export const bucketOutOfRange = ({count, per, burst, step}: BucketNumbers): string | undefined => {
  const rate = reduced(count, per);
  const units = BigInt(rate.count);
  const period = BigInt(rate.period);
  const fill = (BigInt(burst) * period) / units + BigInt(step);
  if (fill >= SPAN) {
    return `a burst of ${burst} takes ${(period * BigInt(burst)) / units} µs to fill at ${count} per ${formatDuration(per)}; at most 2^51 µs (71 years) can be computed exactly`;
  }
  const most = (fill * units) / period + BigInt(burst);
  // Products below 2^53 need nothing more, but for steps: beyond a quotient's range a bucket is taken for full, not before its step.
  const isSmall = BigInt(burst) * period + (BigInt(step) + 1n) * units <= EXACT;
  if (isSmall && (step === 1 || most < QUOTIENT)) return undefined;
  const lowest = `${count} per ${formatDuration(per)} is ${rate.count} per ${rate.period} µs in lowest terms`;
  if (rate.period >= FACTOR)
    return `${lowest}; with a burst of ${burst} the period must be below 2^43 µs (101 days) to be computed exactly`;
  if (rate.count >= FACTOR)
    return `${lowest}; with a burst of ${burst} the count must be below 2^43 to be computed exactly`;
  return most >= QUOTIENT
    ? `a burst of ${burst} at ${count} per ${formatDuration(per)} reaches ${most}; at most 2^52 can be computed exactly`
    : undefined;
};

/** Why a sliding window with these numbers cannot be computed exactly; undefined when it can. */
export const windowOutOfRange = (limit: number, window: number): string | undefined => {
  if (BigInt(limit) * BigInt(window) <= EXACT) return undefined;
  if (window >= FACTOR)
    return `a window of ${formatDuration(window)} with a limit of ${limit} must be below 2^43 µs (101 days) to be computed exactly`;
  if (limit >= FACTOR)
    return `a limit of ${limit} over ${formatDuration(window)} must be below 2^43 to be computed exactly`;
  return undefined;
};

/** Thousandths of a request per second that nginx makes of a rate; undefined when it is outside what can be computed. */
export const leakRateOf = (count: number, per: number): number | undefined => {
  const exact = (BigInt(count) * 1_000_000_000n) / BigInt(per);
  if (exact >= BigInt(FACTOR) || count > Number.MAX_SAFE_INTEGER / 1_000) return undefined;
  if (per >= FACTOR && BigInt(count) * 1_000_000_000n > EXACT) return undefined;
  return leakRate(count, per);
};

/** nginx counts thousandths; their products with 1000 must stay below 2^53. */
export const MAX_LEAKY_BURST = 9_007_199_253;

/** Why a leaky bucket of this burst cannot be computed exactly; undefined when it can. */
export const leakyOutOfRange = (burst: number, rate: number): string | undefined => {
  const drain = (BigInt(burst + 1) * 1_000_000_000n) / BigInt(rate);
  return drain >= SPAN
    ? `a burst of ${burst} takes ${drain} µs to drain at ${rate}/1000 per second; at most 2^51 µs (71 years) can be computed exactly`
    : undefined;
};
