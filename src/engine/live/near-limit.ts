/** Share of a capacity, in percent, from which on a key is near its limit: in the bucket that has the fewest units left. */
export const NEAR_LIMIT_PERCENT = 95;

/**
 * Whether a key is near its limit; `remaining` and `capacity` as a verdict gives them, units. Whole numbers, so that 19 of 20
 * is near in every process. Without a capacity (the key is blocked, or the limit was not asked) nothing of it is used.
 */
export const isNearLimit = (remaining: number, capacity: number): boolean =>
  capacity > 0 && (capacity - remaining) * 100 >= NEAR_LIMIT_PERCENT * capacity;
