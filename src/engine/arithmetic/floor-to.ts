/**
 * The largest multiple of `step` that is not above `t`; both whole, `0 ≤ t < 2^53`, `step ≥ 1`. Several times faster than
 * `t − t % step`: the remainder of large doubles is computed bit by bit.
 * Exact: below 2^53 the rounded quotient cannot reach the next whole number.
 */
export const floorTo = (t: number, step: number): number => Math.floor(t / step) * step;
