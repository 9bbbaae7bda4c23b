/** What a loop drives: starts a request that was meant to start at `intended`; `onDone` is called once it has its answer. */
export interface RequestSource {
  /** µs of the clock of the loop. */
  readonly now: () => number;
  start(intended: number, sent: number, waited: boolean): void;
  /** Requests under way. */
  readonly underWay: () => number;
}

/** A loop that is running. */
export interface RunningLoop {
  /** Resolves when the last request was sent, or the loop was stopped. */
  readonly sent: Promise<void>;
  /** Told after each answer. */
  answered(): void;
  /** Sends nothing more. */
  stop(): void;
  /** µs in which it only looked at the clock since it was asked last. */
  takeIdle(): number;
}
