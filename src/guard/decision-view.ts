/**
 * What answers are made from: the plain data of a live decision. Spans are milliseconds, rounded up where they are waits, so
 * that waiting that long is always enough; `now` is an instant in microseconds.
 */

/** Who decided: the store (also where no limit applied, which needs none); a refusal remembered here; this process alone, or a fixed answer, while the store is lost. */
export type DecisionSource =
  | 'store'
  /** The refusal was remembered: without a round trip. */
  | 'cache'
  /** The store is lost, and a limiter of this process decided with its share of the limits. */
  | 'local'
  /** The store is lost, or limits are switched off: everything is allowed. */
  | 'open'
  /** The store is lost: everything is refused. */
  | 'closed';

/**
 * `rate` and `concurrency` are kinds of the refusing limit's tightest bucket; pools, which are about slots, too, breakers and
 * degradation are those of a protection: `limit` is then their name.
 */
export type DecisionScope = 'rate' | 'concurrency' | 'breaker' | 'degradation';

/** What one limit said. */
export interface LayerView {
  /** Name of the limit. */
  readonly name: string;
  /** Units the bucket with the fewest left can hold; 0 when the key is blocked. */
  readonly capacity: number;
  /** Units left in it after the decision. */
  readonly remaining: number;
  /** Milliseconds, rounded up, until the key is as if never used. */
  readonly resetAfterMs: number;
  /** Milliseconds of the window that `capacity` counts in; undefined where the algorithm has none (`concurrency`). */
  readonly windowMs: number | undefined;
  /** Whether the limit only counts for this key (mode `shadow`, or not yet reached by its rollout). */
  readonly shadow: boolean;
}

/** The plain data of a decision. */
export interface DecisionView {
  readonly allowed: boolean;
  /** Waiting does not help: the cost is above the capacity, or the key is blocked for good. Implies `!allowed`. */
  readonly never: boolean;
  /** Name of the limit that refused, else of the tightest one that applied; undefined when none applied. */
  readonly limit: string | undefined;
  /** The key in that limit. Untrusted text: escape it before it is shown. */
  readonly key: string | undefined;
  /** Its tier; undefined in a limit without tiers. */
  readonly tier: string | undefined;
  /** What it is about: a rate, slots, a breaker that is open, or a priority class that is not served at present. */
  readonly scope: DecisionScope;
  /** Units that limit's tightest bucket can hold; 0 when the key is blocked or no limit applied. */
  readonly capacity: number;
  /** Units left in it after the decision. */
  readonly remaining: number;
  /** Milliseconds, rounded up, until the same request is allowed by every limit, if nothing else comes; 0 when allowed or `never`. */
  readonly retryAfterMs: number;
  /** Milliseconds, rounded up, until that key is as if never used. */
  readonly resetAfterMs: number;
  /** When it was decided, by the store's clock: microseconds since the epoch. */
  readonly now: number;
  readonly source: DecisionSource;
  /** All limits that applied, in the policy's order; with a remembered refusal only those that refused. */
  readonly layers: readonly LayerView[];
}
