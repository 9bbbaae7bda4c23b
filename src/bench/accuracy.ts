import type {KeptDecisions} from './load-result.ts';

/** A token bucket that the accuracy of a store is judged by. */
export interface Budget {
  /** Units per second. */
  readonly rate: number;
  readonly burst: number;
}

export interface Accuracy {
  readonly admitted: number;
  /** What one exact bucket admits of the same requests at the same instants. */
  readonly budget: number;
  readonly requests: number;
  /** Refused although the bucket had a unit for it. */
  readonly falsePositives: number;
  /** Admitted although the bucket had none. */
  readonly falseNegatives: number;
}

const SECOND = 1_000_000;

/**
 * Judges decisions on one key against the bucket they should have come from, with arithmetic of its own: a level in millionths of a
 * unit, which grows by `rate` every µs up to the burst.
 *
 *     level(t) = min(burst, level(t₀) + rate × (t − t₀))      a request may pass when level ≥ 1
 *
 * Twice: once charged with what was admitted, which tells refusals that were wrong (and what was admitted too much: then the level
 * is below 0, and is paid back by what comes); once charged as it should have been, which is the budget. That is at most
 * burst + rate × time, and less when for a moment nobody asked and the bucket overflowed.
 *
 * `decisions` are in the order of the store's clock, µs.
 */
export const judgeAccuracy = ({now, allowed}: KeptDecisions, budget: Budget): Accuracy => {
  const charged = new ReferenceBucket(budget, now[0] ?? 0);
  const ideal = new ReferenceBucket(budget, now[0] ?? 0);
  const sums = {admitted: 0, budget: 0, requests: now.length, falsePositives: 0, falseNegatives: 0};
  for (let i = 0; i < now.length; i++) {
    const had = charged.has(now[i]!);
    if (allowed[i] === 1) {
      sums.admitted++;
      if (!had) sums.falseNegatives++;
      charged.take();
    } else if (had) sums.falsePositives++;
    if (!ideal.has(now[i]!)) continue;
    ideal.take();
    sums.budget++;
  }
  return sums;
};

/** How near what was admitted is to the budget, 0 … 1; 1 without a budget. */
export const accuracyShare = ({admitted, budget}: Pick<Accuracy, 'admitted' | 'budget'>): number =>
  budget === 0 ? 1 : Math.max(0, 1 - Math.abs(admitted - budget) / budget);

class ReferenceBucket {
  readonly #rate: number;
  readonly #full: number;
  #level: number;
  #at: number;

  constructor({rate, burst}: Budget, at: number) {
    this.#rate = rate;
    this.#full = burst * SECOND;
    this.#level = this.#full;
    this.#at = at;
  }

  has(at: number): boolean {
    this.#level = Math.min(this.#full, this.#level + this.#rate * (at - this.#at));
    this.#at = at;
    return this.#level >= SECOND;
  }

  take(): void {
    this.#level -= SECOND;
  }
}
