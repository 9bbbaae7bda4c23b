import type {Attributes} from '../../engine/live/attributes.ts';

/** A request of the trace, as it comes to a server. */
export interface Arrival {
  /** When, whole µs. */
  readonly at: number;
  /** Who asks; empty: the trace does not say. */
  readonly key: string;
  /** The number of the key, −1 when there is none. */
  readonly keyId: number;
  /** Units. */
  readonly cost: number;
  readonly attributes: Attributes;
  /** How long a server works on it, µs. */
  readonly service: number;
  /** Whether the answer is a failure of the server. */
  readonly failed: boolean;
}

/** Who refused a request. */
export const REFUSALS = ['degradation', 'breaker', 'limit', 'queueFull', 'queueTimeout'] as const;
export type RefusalKind = (typeof REFUSALS)[number];

/** What a protection said of a request. */
export interface Ruling {
  readonly allowed: boolean;
  /** The limit, pool, breaker or `degradation` that refused; of an allowed one the limit with the least left; null: none. */
  readonly by: string | null;
  /** Units; null: no limit applied. */
  readonly remaining: number | null;
  /** µs. */
  readonly retryAfter: number;
  readonly never: boolean;
  /** µs that a leaky bucket would hold it back. */
  readonly delay: number;
  /** Whether a limit that enforces applied to it. */
  readonly limited: boolean;
}

export const refusedBy = (by: string, retryAfter: number): Ruling => ({
  ...{allowed: false, by, remaining: 0, retryAfter, never: false, delay: 0, limited: true},
});

/** Learns, once for each arrival, what was said of it: at once, or when it leaves the queue of a pool. */
export type RulingListener = (arrival: Arrival, ruling: Ruling) => void;
