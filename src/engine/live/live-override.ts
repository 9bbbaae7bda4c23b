import type {AlgorithmSpec} from '../policy-model.ts';

/** What an operator, or a provider's answer, set for one key at run time. It comes before the policy's own overrides. */
export interface LiveOverride {
  /** Name of the limit. */
  readonly limit: string;
  readonly key: string;
  /** Until when it holds, in µs of the store's clock; Infinity: until it is removed. */
  readonly until: number;
  readonly effect: LiveEffect;
}

export type LiveEffect =
  | {readonly kind: 'exempt'}
  /** Refused: for good (`never`) without an end, else with the time until the end. */
  | {readonly kind: 'block'}
  | {readonly kind: 'buckets'; readonly buckets: readonly AlgorithmSpec[]};
