/** A decision as bits of a number, for columns of them. */
export const DecisionBit = {
  allowed: 1,
  /** The cost can never fit, or the key is blocked. */
  never: 2,
  /** A limit that enforces applied. */
  applied: 4,
  /** Allowed, but to be held back before it is served. */
  delayed: 8,
} as const;
