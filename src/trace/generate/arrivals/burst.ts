import type {Rate} from '../../../engine/arithmetic/rate.ts';
import type {Random} from '../random.ts';
import type {ArrivalTimes} from './arrival-times.ts';
import {PoissonArrivals} from './poisson.ts';

/** `size` more requests every `every` µs, evenly over the first `spread` µs of it (0: all at one instant). `spread ≤ every`. */
export interface BurstShape {
  readonly size: number;
  readonly every: number;
  readonly spread: number;
}

/**
 * A quiet stream with bursts: a cron job, a batch client, a push message that wakes every phone.
 *
 *     base: Poisson of rate λ          burst k = 1, 2 …: t = k × every + i × spread ÷ size,  i = 0 … size − 1
 *
 *     rate
 *      │         ┏┓         ┏┓         ┏┓     λ + size ÷ spread
 *      │         ┃┃         ┃┃         ┃┃
 *      │━━━━━━━━━┛┗━━━━━━━━━┛┗━━━━━━━━━┛┗━━   λ
 *      └─────────┴──────────┴──────────┴─── t
 *                │←─ every ─→│
 */
export class BurstArrivals implements ArrivalTimes {
  readonly #base: PoissonArrivals;
  readonly #shape: BurstShape;
  #baseNext: number;
  #burst = 1;
  #inBurst = 0;

  constructor(rate: Rate, shape: BurstShape, random: Random) {
    this.#base = new PoissonArrivals(rate, random);
    this.#baseNext = this.#base.next();
    this.#shape = shape;
  }

  next(): number {
    const {size, every, spread} = this.#shape;
    const burstNext = this.#burst * every + Math.floor((this.#inBurst * spread) / size);
    if (burstNext > this.#baseNext) {
      const t = this.#baseNext;
      this.#baseNext = this.#base.next();
      return t;
    }
    this.#inBurst++;
    if (this.#inBurst === size) {
      this.#burst++;
      this.#inBurst = 0;
    }
    return burstNext;
  }
}
