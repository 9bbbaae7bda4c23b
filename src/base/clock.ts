import {fromMillis, type Micros} from './micros.ts';

/** The only source of "now". Everything below the process edge receives one. */
export interface Clock {
  now(): Micros;
}

export const systemClock: Clock = {now: () => fromMillis(Date.now())};

/** A clock that stands still until told otherwise: tests, and runs with SOURCE_DATE_EPOCH. */
export const fixedClock = (at: Micros): Clock => ({now: () => at});
