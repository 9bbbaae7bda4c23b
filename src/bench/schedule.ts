import {type Random, randomStream} from '../trace/generate/random.ts';

/** How intended start times are spread: evenly, or as independent clients make them. */
export const ARRIVALS = ['constant', 'poisson'] as const;
export type Arrivals = (typeof ARRIVALS)[number];

export interface ScheduleOptions {
  readonly arrivals: Arrivals;
  /** Requests per second of this process. */
  readonly rate: number;
  readonly seed: number;
  /** Which of so many processes: their starts interleave. */
  readonly index: number;
  readonly of: number;
}

/** Instants at which requests are meant to start, µs from the beginning, each not before the one before; without an end. */
export interface Schedule {
  next(): number;
}

/**
 * Start times are fixed before anything is sent, so that a slow answer never moves the requests after it.
 *
 *     constant   start(i) = (i + index ÷ of) ÷ rate
 *     poisson    start(i) = start(i − 1) − ln(1 − u) ÷ rate      u uniform in [0, 1)
 */
export const createSchedule = ({arrivals, rate, seed, index, of}: ScheduleOptions): Schedule => {
  const gap = 1_000_000 / rate;
  if (arrivals === 'constant') {
    let i = index / of;
    return {
      next() {
        const start = i * gap;
        i++;
        return start;
      },
    };
  }
  const random: Random = randomStream(seed, `bench-arrivals-${index}`);
  let at = 0;
  return {
    next() {
      at -= Math.log(1 - random.fraction()) * gap;
      return at;
    },
  };
};
