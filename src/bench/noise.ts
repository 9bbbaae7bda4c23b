/** Middle value; of an even number the mean of the two in the middle; 0 without values. */
export const median = (values: readonly number[]): number => {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** How far runs of the same settings lie apart: (most − least) ÷ median. Undefined for fewer than two, or a median of 0. */
export const spread = (values: readonly number[]): number | undefined => {
  const middle = median(values);
  if (values.length < 2 || middle === 0) return undefined;
  return (Math.max(...values) - Math.min(...values)) / middle;
};

/** How a measure changed against an earlier one. */
export type Change = 'better' | 'worse' | 'same' | 'unclear';

export interface Judgement {
  /** (after − before) ÷ before, of the medians; null when there was nothing before. */
  readonly change: number | null;
  /** The larger spread of the two; null: a single run on both sides tells none. */
  readonly noise: number | null;
  readonly verdict: Change;
}

export interface JudgeOptions {
  readonly good: 'high' | 'low';
  /** A share: a change for the worse up to here is none. */
  readonly most: number;
  /** Differences up to so much are none, in the unit of the values: what the clock cannot tell apart. */
  readonly resolution: number;
  /** What is taken for the spread where there is a single run on both sides, a share. */
  readonly presumed: number;
}

/**
 * A change counts when it is larger than `most` and than the spread between runs of the same settings, and when the runs on both
 * sides do not overlap: of few runs the spread is told too small. One that is larger than `most` and does not count is `unclear`:
 * the machine is too noisy to tell.
 */
export const judge = (
  before: readonly number[],
  after: readonly number[],
  {good, most, resolution, presumed}: JudgeOptions,
): Judgement => {
  const spreads = [spread(before), spread(after)].filter((one) => one !== undefined);
  const noise = spreads.length === 0 ? null : Math.max(...spreads);
  const was = median(before);
  const is = median(after);
  const verdict = is > was === (good === 'high') ? 'better' : 'worse';
  if (Math.abs(is - was) <= resolution)
    return {change: was === 0 ? null : (is - was) / was, noise, verdict: 'same'};
  if (was === 0) return {change: null, noise, verdict};
  const change = (is - was) / was;
  if (Math.abs(change) <= most) return {change, noise, verdict: 'same'};
  const counts = Math.abs(change) > (noise ?? presumed) && !overlap(before, after);
  return {change, noise, verdict: counts ? verdict : 'unclear'};
};

const overlap = (a: readonly number[], b: readonly number[]): boolean =>
  Math.min(...a) <= Math.max(...b) && Math.min(...b) <= Math.max(...a);
