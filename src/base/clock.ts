import {fromMillis, type Micros} from './micros.ts';

/** The only source of "now". Everything below the process edge receives one. */
export interface Clock {
  now(): Micros;
}

export const systemClock: Clock = {now: () => fromMillis(Date.now())};
