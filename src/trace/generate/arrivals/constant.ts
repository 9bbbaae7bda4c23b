import {mulDivFloor} from '../../../engine/arithmetic/mul-div.ts';
import type {Rate} from '../../../engine/arithmetic/rate.ts';
import type {ArrivalTimes} from './arrival-times.ts';

/**
 * Evenly spaced requests.
 *
 *     t(i) = ⌊i × period ÷ count⌋ µs          i = 0, 1, 2 …
 *
 *     rate
 *      │
 *      │━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  count ÷ period
 *      │
 *      └─────────────────────────────── t
 *
 * Computed from i, not summed, so that 3/s does not drift: 0, 333333, 666666, 1000000.
 */
export class ConstantArrivals implements ArrivalTimes {
  readonly #rate: Rate;
  #i = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  next(): number {
    return mulDivFloor(this.#i++, this.#rate.period, this.#rate.count);
  }
}
