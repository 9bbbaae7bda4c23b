import type {KeyBehaviour} from './behaviour.ts';
import type {StatusOverride, StatusReport, StatusState, StatusStore, StatusUnits} from './status-report.ts';

/** What `ratectl explain` found: `data` of its JSON answer. Spans are whole milliseconds, rounded up; times RFC 3339, UTC. */
export interface KeyExplanation {
  readonly store: StatusStore;
  readonly policy: StatusReport['policy'];
  /** A key of one limit, a key in any limit, or a request with its attributes. */
  readonly subject:
    | {readonly kind: 'selector'; readonly limit: string; readonly key: string}
    | {readonly kind: 'key'; readonly key: string}
    | {readonly kind: 'request'; readonly attributes: Readonly<Record<string, string>>};
  /** Units of the next request. */
  readonly cost: number;
  /** In the order of the policy. */
  readonly limits: readonly LimitExplanation[];
  /** What a request with these attributes would get; absent for keys. */
  readonly answer?: RequestAnswer;
}

export interface RequestAnswer {
  readonly allowed: boolean;
  /** The first limit that denies; absent when none does. */
  readonly limit?: string;
  /** Until all limits let it pass; 0 when it is allowed; absent: never. */
  readonly retryAfterMs?: number;
}

export type LimitExplanation = AppliedLimit | SkippedLimit;

/** A limit that a request does not meet. */
export interface SkippedLimit {
  readonly kind: 'skipped';
  readonly limit: string;
  /** `missing attribute "tenant"`. May hold text of the request. */
  readonly reason: string;
}

export interface AppliedLimit {
  readonly kind: 'applied';
  readonly limit: string;
  readonly key: string;
  /** Absent in a limit without tiers. */
  readonly tier?: string;
  readonly state: StatusState;
  /** Absent without a policy. */
  readonly rule?: RuleFacts;
  readonly override?: StatusOverride;
  /** Absent: all of the limit is in force. */
  readonly adaptive?: AdaptiveFacts;
  /** Absent where the policy has no `behaviour` for the limit; of several tiers, at the one it is treated as, else at the first. */
  readonly behaviour?: KeyBehaviour;
  /** Absent: the key was never seen, or is as if never used. */
  readonly row?: RowFacts;
  readonly deniedLastMinute: number;
  /** Units that the next request is charged here. */
  readonly cost: number;
  /** Until the next request passes; absent: never, or not known. */
  readonly retryAfterMs?: number;
  readonly buckets: readonly BucketExplanation[];
}

export interface RuleFacts {
  /** Place in the policy, from 1, and how many limits it has. */
  readonly position: number;
  readonly of: number;
  readonly mode: 'enforce' | 'shadow';
  /** Share of keys that the limit is enforced for, 0 … 1. */
  readonly rollout: number;
  /** Whether it denies for this key. */
  readonly enforced: boolean;
  /** Whether a refusal elsewhere leaves this limit uncharged. */
  readonly charge: 'all-or-nothing' | 'always';
}

/** A limit that adaptive control has shrunk: `buckets` are what is in force. */
export interface AdaptiveFacts {
  /** What is left of the limit, 0 … 1. */
  readonly share: number;
  /** Entries of the policy that scale it. */
  readonly by: readonly string[];
  /** The buckets that the policy gives, in words. */
  readonly base: readonly string[];
}

export interface RowFacts {
  readonly shape: string;
  /** The shape of the policy's buckets; absent without a policy. */
  readonly expectedShape?: string;
  /** False: it counts as never seen. */
  readonly matches: boolean;
  readonly words: readonly number[];
  /** Absent: never. */
  readonly expiresAt?: string;
}

export interface BucketExplanation extends StatusUnits {
  /** `token bucket 10/s, burst 20`. */
  readonly algorithm: string;
  /** Empty for a key that was never seen. */
  readonly stored: readonly StoredWord[];
  /** The arithmetic with the numbers put in, a step each, then what follows for the next request. */
  readonly formula: readonly string[];
  readonly outcome: 'allowed' | 'refused' | 'never';
  /** Until one more unit can be taken; absent: all can. */
  readonly oneUnitBackMs?: number;
  /** Whether a refused request takes units too. */
  readonly countsDenied: boolean;
}

export type StoredWord = {
  /** The engine's word for it: `since`, `TAT`, `taken`. */
  readonly name: string;
  readonly value: number;
} & (
  | {readonly kind: 'instant'; readonly at: string}
  | {readonly kind: 'units'}
  | {readonly kind: 'text'; readonly text: string}
);
