/**
 * Additive increase, multiplicative decrease: a limit falls fast under overload, and is tried again slowly.
 *
 *   overloaded             limit ← limit × decrease
 *   else, in use ≥ limit/2 limit ← limit + increase          a limit that is not used says nothing about a higher one
 *   always                 min ≤ limit ≤ max
 *
 * Units: those of the limit, whatever they are. Around a fixed capacity C the limit is a sawtooth between C × decrease and
 * C + increase; of several that share a capacity, all end at equal parts (Chiu and Jain).
 *
 * Example, decrease 0.9, increase 1: 30 under overload → 27; 20 with 10 in use → 21; 20 with 9 in use → 20.
 *
 * Sources: D.-M. Chiu and R. Jain, "Analysis of the increase and decrease algorithms for congestion avoidance in computer
 * networks", 1989; Netflix concurrency-limits, AIMDLimit, which rounds the limit down after each step.
 */
export interface AimdOptions {
  /** Factor under overload, 0 < decrease < 1. */
  readonly decrease: number;
  /** Added otherwise; above 0. */
  readonly increase: number;
  readonly min: number;
  readonly max: number;
}

export interface AimdSample {
  readonly overloaded: boolean;
  /** How much of the limit is used. Infinity: not known, take it as used up. */
  readonly inUse: number;
}

export const aimd = (limit: number, {overloaded, inUse}: AimdSample, options: AimdOptions): number => {
  const {decrease, increase, min, max} = options;
  let next = limit;
  if (overloaded) next = limit * decrease;
  else if (inUse * 2 >= limit) next = limit + increase;
  return Math.min(max, Math.max(min, next));
};
