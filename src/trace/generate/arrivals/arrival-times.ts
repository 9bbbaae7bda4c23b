import type {Random} from '../random.ts';

/** A point process: when requests come. */
export interface ArrivalTimes {
  /** The next instant in whole microseconds since the start of the trace; never before the one before it. It has no end. */
  next(): number;
}

/**
 * An exponential gap with the given mean (µs): −mean × ln(1 − u), in steps of 1/1024 µs.
 *
 * `Math.log` is not specified to the last bit, so another engine may be off by 1e-16 of the gap. The steps swallow that:
 * sums of them are exact up to 101 days, and no time changes.
 */
export const exponentialGap = (random: Random, mean: number): number =>
  Math.round(-Math.log(1 - random.fraction()) * mean * 1024) / 1024;
