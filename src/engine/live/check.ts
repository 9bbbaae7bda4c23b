/**
 * One request as it is asked of a store: which keys of which limits, with which buckets. The router makes it from a request;
 * a store decides it with its own clock, atomically, and answers with a verdict per layer.
 */
import type {BucketSet} from '../bucket-set.ts';
import type {Kind} from '../verdict.ts';

/** A key of a limit. */
export interface KeyAddress {
  /** Name of the limit. */
  readonly limit: string;
  readonly key: string;
  /** Name of the tier; empty in a limit without tiers. */
  readonly tier: string;
}

/**
 * Where a store keeps the state of one key. Buckets of unlike algorithms have rows of their own: processes that enforce another
 * version of a limit side by side (a deployment under way, an override) never write over each other's counts.
 */
export interface RowAddress extends KeyAddress {
  /** `BucketSet.shape` of the buckets: the algorithm of each, and the length of its window. */
  readonly shape: string;
}

/** What is asked of one limit. */
export interface Layer {
  /** Index in the policy. */
  readonly limit: number;
  /** Its shape is that of `buckets`. */
  readonly address: RowAddress;
  /** None only for a key of an unknown tier that is blocked; when its block has ended it is not limited. */
  readonly buckets: BucketSet;
  /** Counts and never denies. */
  readonly shadow: boolean;
  /** Units; 0 peeks. */
  readonly cost: number;
  /**
   * Refused without asking the buckets until this instant of the store's clock (µs). 0: not at all; Infinity: the key is
   * blocked for good, which is answered `never`.
   */
  readonly blockedUntil: number;
}

export interface Check {
  /** In the policy's order. Empty when no limit applies: such a check needs no store. */
  readonly layers: readonly Layer[];
  readonly charge: 'all-or-nothing' | 'always';
  /** Microseconds after which leases end by themselves, at most the limit's timeout; Infinity: the timeout. */
  readonly hold: number;
}

/** What one layer said. Spans are whole microseconds from the store's `now`. */
export interface LayerVerdict {
  readonly kind: Kind;
  /** Units left in the bucket that has the fewest; after the charge when the layer allowed. */
  readonly remaining: number;
  /** Capacity of that bucket; 0 when the key is blocked. */
  readonly capacity: number;
  readonly retryAfter: number;
  readonly resetAfter: number;
  readonly delay: number;
  /** Fencing token of the last lease granted; 0 without one. A cost of n was granted the n tokens that end with it. */
  readonly fencingToken: number;
}

export interface CheckAnswer {
  /** The store's clock when it decided, µs. */
  readonly now: number;
  /** Parallel to the layers of the check; also those behind a refusal, which tell how long all layers take to allow. */
  readonly verdicts: readonly LayerVerdict[];
}

/** Index of the first layer that denies; −1 when none does. */
export const denierOf = ({layers}: Check, verdicts: readonly LayerVerdict[]): number => {
  for (let i = 0; i < layers.length; i++) if (!layers[i]!.shadow && verdicts[i]!.kind !== 0) return i;
  return -1;
};
