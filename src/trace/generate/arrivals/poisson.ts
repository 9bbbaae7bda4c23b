import type {Rate} from '../../../engine/arithmetic/rate.ts';
import type {Random} from '../random.ts';
import {type ArrivalTimes, exponentialGap} from './arrival-times.ts';

/**
 * Independent clients: exponential gaps with mean 1 ÷ λ.
 *
 *     P(gap > g) = e^(−λ g)          λ = count ÷ period
 *
 *     rate
 *      │   ╷ ╷      ╷        ╷ ╷
 *      │━╷━╿━╿╷━━╷━━╿━━╷━╷━━━╿━╿━╷━━━━  λ on average; a second holds λ ± √λ requests
 *      │ ╵ ╵ ╵╵  ╵  ╵  ╵ ╵   ╵ ╵ ╵
 *      └─────────────────────────────── t
 */
export class PoissonArrivals implements ArrivalTimes {
  readonly #mean: number;
  readonly #random: Random;
  #t = 0;

  constructor(rate: Rate, random: Random) {
    this.#mean = rate.period / rate.count;
    this.#random = random;
  }

  next(): number {
    this.#t += exponentialGap(this.#random, this.#mean);
    return Math.floor(this.#t);
  }
}
