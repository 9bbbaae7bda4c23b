/**
 * When a key counts as near its limit: 95 % of the units are used, in the bucket that has the fewest left. Whole numbers, so that 19 of
 * 20 is near in every process.
 */
export const NEAR_LIMIT_PERCENT = 95;

/** `remaining` and `capacity` as a verdict gives them, units. A key of capacity 0 is blocked, and near. */
export const isNearLimit = (remaining: number, capacity: number): boolean =>
  (capacity - remaining) * 100 >= NEAR_LIMIT_PERCENT * capacity;
