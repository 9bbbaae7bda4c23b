/** Pearson's statistic of observed counts against expected ones. */
export const chiSquare = (observed: readonly number[], expected: readonly number[]): number =>
  observed.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);

/** The 99.9 % quantile of χ² with `k` degrees of freedom (Wilson & Hilferty 1931; within 1 % for k ≥ 3). */
export const chiSquareLimit = (k: number): number =>
  k * (1 - 2 / (9 * k) + 3.0902 * Math.sqrt(2 / (9 * k))) ** 3;
