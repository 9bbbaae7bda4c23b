import {type Attempts, SingleAttempts} from './arrivals/attempts.ts';
import {BurstArrivals} from './arrivals/burst.ts';
import {ConstantArrivals} from './arrivals/constant.ts';
import {DiurnalArrivals} from './arrivals/diurnal.ts';
import {PoissonArrivals} from './arrivals/poisson.ts';
import {RetryStorm} from './arrivals/retry-storm.ts';
import {randomStream} from './random.ts';
import type {ArrivalSpec} from './trace-spec.ts';

/** The process that a spec describes. `start` (µs since the epoch) sets the hour of a diurnal curve. */
export const createAttempts = (spec: ArrivalSpec, seed: number, start: number): Attempts => {
  const random = randomStream(seed, 'arrivals');
  switch (spec.kind) {
    case 'constant':
      return new SingleAttempts(new ConstantArrivals(spec.rate));
    case 'poisson':
      return new SingleAttempts(new PoissonArrivals(spec.rate, random));
    case 'diurnal':
      return new SingleAttempts(new DiurnalArrivals(spec.peak, spec.trough, spec.period, start, random));
    case 'burst':
      return new SingleAttempts(new BurstArrivals(spec.rate, spec.burst, random));
    case 'retry-storm': {
      const first = new PoissonArrivals(spec.rate, random);
      return new RetryStorm(first, spec.outage, spec.backoff, randomStream(seed, 'backoff'));
    }
  }
};
