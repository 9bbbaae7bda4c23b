/** What one algorithm says to one request. */
export const Kind = {
  /** It fits. */
  allow: 0,
  /** It does not fit now; it will after `retryAfter`. */
  notYet: 1,
  /** Its cost is above the capacity: waiting does not help. */
  never: 2,
} as const;

export type Kind = (typeof Kind)[keyof typeof Kind];

/** What is asked of an algorithm. One mutable object is reused for every request: the hot loop allocates nothing. */
export class Ask {
  /** Microseconds since the epoch. */
  now = 0;
  /** Units; whole, `0 … 2^53 − 1`. 0 peeks: it is always allowed and writes nothing. */
  cost = 1;
  /** Microseconds for which the request holds its slot; read by `concurrency` only. */
  hold = 0;
}

/**
 * The answer of one algorithm, and the state it proposes. Reused like `Ask`; all spans are whole microseconds.
 *
 * Example: a bucket of 10, refilled with 1/s, that has just given its last unit answers the next request
 * `{kind: notYet, remaining: 0, retryAfter: 1_000_000, resetAfter: 10_000_000}`.
 */
export class Verdict {
  kind: Kind = Kind.allow;
  /** Units that a following request could still take at this instant; on refusal what is really left. */
  remaining = 0;
  /** Time from `ask.now` until the same request is allowed if nothing else arrives; 0 when allowed, and for `never`. */
  retryAfter = 0;
  /** Time from `ask.now` until the key is as if never used. */
  resetAfter = 0;
  /** Time the request should be held back before it is served (`leaky-bucket` with a delay); 0 otherwise. */
  delay = 0;
  /** Whether `commit` has anything to write. Always false for a cost of 0. */
  writes = false;
  /** The proposed state words, in the order the algorithm's file gives. */
  w0 = 0;
  w1 = 0;
  w2 = 0;
}
