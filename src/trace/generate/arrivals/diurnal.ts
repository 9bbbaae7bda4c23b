import type {Rate} from '../../../engine/arithmetic/rate.ts';
import type {Random} from '../random.ts';
import {type ArrivalTimes, exponentialGap} from './arrival-times.ts';

/**
 * Day and night: a Poisson process whose rate follows a sine.
 *
 *     λ(t) = mid − swing × cos(2π (t ÷ period − 1/6))
 *     mid = (peak + trough) ÷ 2          swing = (peak − trough) ÷ 2
 *
 *     rate
 *      │                 ▁▄▆▇█▇▆▄▁             peak     16:00 when the period is 24h
 *      │             ▁▄▇█▀       ▀█▇▄
 *      │█▇▅▁       ▄▇▀                ▀▇▄
 *      │   ▀█▇▆▅▆▇█▀                     ▀     trough   04:00
 *      └──────────────────────────────────── t
 *
 * t counts from the epoch, so that the curve keeps the hours of the UTC day. By thinning (Lewis & Shedler 1979): arrivals
 * at the peak rate, each kept with probability λ(t) ÷ peak.
 */
export class DiurnalArrivals implements ArrivalTimes {
  readonly #meanAtPeak: number;
  /** λ(t) ÷ peak = level − depth × cos(…). */
  readonly #level: number;
  readonly #depth: number;
  readonly #period: number;
  readonly #phase: number;
  readonly #random: Random;
  #t = 0;

  /** `period` and `start` (of the trace, since the epoch) in µs; `peak ≥ trough`, `peak > 0`, `trough` may be 0. */
  constructor(peak: Rate, trough: Rate, period: number, start: number, random: Random) {
    const ratio = (trough.count / trough.period) * (peak.period / peak.count);
    this.#meanAtPeak = peak.period / peak.count;
    this.#level = (1 + ratio) / 2;
    this.#depth = (1 - ratio) / 2;
    this.#period = period;
    this.#phase = start % period;
    this.#random = random;
  }

  next(): number {
    for (;;) {
      this.#t += exponentialGap(this.#random, this.#meanAtPeak);
      const turn = (this.#phase + this.#t) / this.#period - 1 / 6;
      if (this.#random.fraction() < this.#level - this.#depth * Math.cos(2 * Math.PI * turn))
        return Math.floor(this.#t);
    }
  }
}
