import type {Random} from './random.ts';

/**
 * Ranks 1 … n with P(k) proportional to k^−s: a few keys make most of the traffic, as real ones do.
 *
 * Rejection-inversion (W. Hörmann, G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
 * distributions", ACM TOMACS 6(3), 1996; the same arrangement as RejectionInversionZipfSampler in Apache Commons RNG).
 * Exact, no table, about one try per draw whatever n is. With h(x) = x^−s and its integral H:
 *
 *     u uniform in [H(n + ½), H(3/2) − 1)      x = H⁻¹(u)      k = round(x)
 *     accept when k − x ≤ c  or  u ≥ H(k + ½) − h(k)
 *
 * Example: s = 1, n = 1000: rank 1 gets 13.4 % of the requests, rank 10 1.3 %.
 */
export class Zipf {
  readonly #n: number;
  readonly #s: number;
  readonly #random: Random;
  readonly #first: number;
  readonly #last: number;
  readonly #quick: number;

  /** `n` whole, 1 … 2^31; `s` ≥ 0, where 0 gives every rank the same share. */
  constructor(n: number, s: number, random: Random) {
    this.#n = n;
    this.#s = s;
    this.#random = random;
    this.#first = this.#integral(1.5) - 1;
    this.#last = this.#integral(n + 0.5);
    this.#quick = 2 - this.#inverse(this.#integral(2.5) - 2 ** -s);
  }

  /** The next rank, 1 … n. */
  next(): number {
    if (this.#s === 0) return 1 + this.#random.below(this.#n);
    for (;;) {
      const u = this.#last + this.#random.fraction() * (this.#first - this.#last);
      const x = this.#inverse(u);
      const k = Math.max(1, Math.min(this.#n, Math.round(x)));
      if (k - x <= this.#quick || u >= this.#integral(k + 0.5) - k ** -this.#s) return k;
    }
  }

  /** (x^(1 − s) − 1) ÷ (1 − s), which tends to ln x as s tends to 1. */
  #integral(x: number): number {
    const log = Math.log(x);
    return expm1Over((1 - this.#s) * log) * log;
  }

  #inverse(u: number): number {
    const t = Math.max(-1, u * (1 - this.#s));
    return Math.exp(log1pOver(t) * u);
  }
}

/** (e^x − 1) ÷ x, by its series near 0. */
const expm1Over = (x: number): number =>
  Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + (x / 2) * (1 + (x / 3) * (1 + x / 4));

/** ln(1 + x) ÷ x, by its series near 0. */
const log1pOver = (x: number): number =>
  Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x * (1 / 2 - x * (1 / 3 - x / 4));
