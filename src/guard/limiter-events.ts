import type {LimitDecision} from './limit-decision.ts';

/** A key of which 95 % or more is used. */
export interface NearLimit {
  readonly limit: string;
  /** Untrusted text. */
  readonly key: string;
  /** Empty in a limit without tiers. */
  readonly tier: string;
  readonly capacity: number;
  readonly remaining: number;
  readonly shadow: boolean;
}

/** Functions that a limiter calls. What they throw is counted and dropped: it never reaches who asked. */
export interface LimiterEvents {
  readonly onDenied?: ((decision: LimitDecision) => unknown) | undefined;
  /** For every allowed request that leaves 5 % or less of a key. */
  readonly onNearLimit?: ((near: NearLimit) => unknown) | undefined;
  /** From now on `onStoreError` decides. Without this function a process warning says so. */
  readonly onStoreLost?: ((error: Error) => unknown) | undefined;
  readonly onStoreBack?: ((lostForMs: number) => unknown) | undefined;
}
