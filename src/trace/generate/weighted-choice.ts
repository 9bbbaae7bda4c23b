import type {Random} from './random.ts';

/**
 * Draws an index with probability weight[i] ÷ Σ weights in constant time: the alias method (A. J. Walker 1977, in the
 * arrangement of M. D. Vose 1991).
 */
export class WeightedChoice {
  readonly #keep: Float64Array;
  readonly #alias: Int32Array;

  /** At least one weight; none negative, not all 0. */
  constructor(weights: readonly number[]) {
    const n = weights.length;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const scaled = weights.map((weight) => (weight * n) / total);
    this.#keep = new Float64Array(n).fill(1);
    this.#alias = Int32Array.from({length: n}, (_, i) => i);
    const small = scaled.flatMap((weight, i) => (weight < 1 ? [i] : []));
    const large = scaled.flatMap((weight, i) => (weight < 1 ? [] : [i]));
    while (small.length > 0 && large.length > 0) {
      const poor = small.pop() as number;
      const rich = large.at(-1) as number;
      this.#keep[poor] = scaled[poor]!;
      this.#alias[poor] = rich;
      scaled[rich]! -= 1 - scaled[poor]!;
      if (scaled[rich]! < 1) small.push(large.pop() as number);
    }
  }

  next(random: Random): number {
    return this.at(random.fraction());
  }

  /** The choice that a fraction in [0, 1) stands for. */
  at(fraction: number): number {
    const x = fraction * this.#keep.length;
    const i = Math.floor(x);
    return x - i < this.#keep[i]! ? i : this.#alias[i]!;
  }
}
