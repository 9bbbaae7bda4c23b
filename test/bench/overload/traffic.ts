import {randomStream} from '../../../src/trace/generate/random.ts';

/** One request of the overload: when it comes, and how long the server works on it. */
export interface Arrival {
  /** ms from the beginning. */
  readonly at: number;
  readonly takesMs: number;
}

/** Arrivals of a Poisson process, with exponentially distributed work, whole ms of at least 1. */
export const overload = ({
  perSecond,
  seconds,
  meanMs,
  seed,
}: {
  readonly perSecond: number;
  readonly seconds: number;
  readonly meanMs: number;
  readonly seed: number;
}): readonly Arrival[] => {
  const random = randomStream(seed, 'overload');
  const exponential = (mean: number): number => -Math.log(1 - random.fraction()) * mean;
  const arrivals: Arrival[] = [];
  for (let at = exponential(1_000 / perSecond); at < seconds * 1_000; at += exponential(1_000 / perSecond))
    arrivals.push({at, takesMs: Math.max(1, Math.round(exponential(meanMs)))});
  return arrivals;
};
