/**
 * The response time of this interval against its long-time average: a limit falls when responses become slower than they use to be,
 * which is what a growing queue looks like, and needs no target to be known.
 *
 *   gradient = clamp(tolerance × long ÷ short, 0.5, 1)        1: no queue; never less than half, so that one outlier is not a crash
 *   new      = limit × gradient + queue                       queue = √limit: what the limit may grow by while responses stay fast
 *   limit   ← limit × (1 − smoothing) + new × smoothing       min ≤ limit ≤ max; stays when less than half of it is in use
 *   long     = average of all samples up to the 10th, then  long × (1 − f) + short × f  with f = 2 ÷ (longWindow + 1)
 *   long ÷ short > 2:  long ← long × 0.95 after the step      after an overload the average comes back faster than it would alone
 *
 * Units: the limit's own for limit and queue, µs for short and long (only their quotient counts).
 *
 * Example, tolerance 1.5, smoothing 0.2, limit 100, long 10 ms: short 30 ms gives gradient 0.5, new 60, limit 92; short 12 ms
 * gives gradient 1, new 110, limit 102.
 *
 * Source: Netflix concurrency-limits, Gradient2Limit and ExpAvgMeasurement. There the queue is 4 unless told otherwise, √limit is
 * what the library offers as a function of the limit.
 */
export interface GradientOptions {
  /** ≥ 1. */
  readonly tolerance: number;
  /** Weight of the new value, 0 < smoothing ≤ 1. */
  readonly smoothing: number;
  /** Samples of the long-time average; whole, ≥ 1. */
  readonly longWindow: number;
  /** What the limit may grow by, for a limit. */
  readonly queue: (limit: number) => number;
  readonly min: number;
  readonly max: number;
}

/** An exponential average that begins as a plain one. */
export interface LongAverage {
  /** 0 before the first sample. */
  readonly value: number;
  /** Samples seen, counted up to `WARM_UP`. */
  readonly samples: number;
}

export interface GradientState {
  readonly limit: number;
  readonly long: LongAverage;
}

export interface GradientSample {
  /** The mean response time of the interval, above 0. */
  readonly short: number;
  /** How much of the limit is used. Infinity: not known, take it as used up. */
  readonly inUse: number;
}

export const NO_AVERAGE: LongAverage = {value: 0, samples: 0};

/** Samples of which the plain average is taken first. */
export const WARM_UP = 10;
const STEEPEST = 0.5;
const DRIFT = 2;
const DRIFT_RECOVERY = 0.95;

export const squareRootQueue = (limit: number): number => Math.sqrt(limit);

export const gradient = (
  {limit, long}: GradientState,
  {short, inUse}: GradientSample,
  options: GradientOptions,
): GradientState => {
  const average = withSample(long, short, options.longWindow);
  const recovering = average.value / short > DRIFT;
  const kept = recovering ? {...average, value: average.value * DRIFT_RECOVERY} : average;
  if (inUse < limit / 2) return {limit, long: kept};
  return {limit: nextLimit(limit, gradientOf(average.value, short, options.tolerance), options), long: kept};
};

/** 1: responses are as fast as they use to be. */
export const gradientOf = (long: number, short: number, tolerance: number): number =>
  Math.max(STEEPEST, Math.min(1, (tolerance * long) / short));

export const nextLimit = (
  limit: number,
  slope: number,
  {smoothing, queue, min, max}: Pick<GradientOptions, 'smoothing' | 'queue' | 'min' | 'max'>,
): number => {
  const wanted = limit * slope + queue(limit);
  const smoothed = limit * (1 - smoothing) + wanted * smoothing;
  return Math.min(max, Math.max(min, smoothed));
};

export const withSample = ({value, samples}: LongAverage, sample: number, window: number): LongAverage => {
  if (samples < WARM_UP) {
    const seen = samples + 1;
    return {value: value + (sample - value) / seen, samples: seen};
  }
  const factor = 2 / (window + 1);
  return {value: value * (1 - factor) + sample * factor, samples};
};
