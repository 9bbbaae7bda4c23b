/**
 * The largest multiple of `step` that is not above `t`; both whole, `0 ≤ t < 2^53`, `step ≥ 1`. Several times faster than
 * `t − t % step`: the remainder of large doubles is computed bit by bit.
 */
export const floorTo = (t: number, step: number): number => {
  const multiple = Math.floor(t / step) * step;
  // The quotient may have been rounded up to the next whole number.
  return multiple > t ? multiple - step : multiple;
};
