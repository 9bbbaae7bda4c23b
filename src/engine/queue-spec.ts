/** An entry of `queue` in a policy: work that waits for its limits, in order of priority. Spans are whole µs. */
export interface QueueSpec {
  readonly name: string;
  /** At least one, in the order of the policy. Names are unique. */
  readonly classes: readonly QueueClass[];
  /** Failed attempts after which an item is put among the dead ones; 1 or more. */
  readonly maxAttempts: number;
  /** How long a worker has an item without renewing its claim. */
  readonly lease: number;
  /** Waits after failed attempts: at least `first`, doubled each time, at most `most`. */
  readonly backoff: {readonly first: number; readonly most: number};
}

/** A priority class. */
export interface QueueClass {
  readonly name: string;
  /**
   * An item counts as if it had come so much later than it did; 0 or more. So one with a handicap of 5 minutes goes before
   * whatever comes more than 5 minutes after it, and none waits for ever.
   */
  readonly handicap: number;
}
