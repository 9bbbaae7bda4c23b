/**
 * A policy as the engine takes it: validated, units resolved (whole numbers, microseconds), nothing optional left open.
 * `policy/` makes it from a file; tests write it by hand.
 */
import type {BehaviourSpec} from './behaviour/behaviour-spec.ts';
import type {BreakerSpec} from './breaker-spec.ts';
import type {CalendarUnit} from './calendar-grid.ts';
import type {AdaptiveSpec, DegradationSpec} from './control/control-spec.ts';
import type {PoolSpec} from './pool/pool-spec.ts';
import type {PrioritySpec} from './priority-spec.ts';
import type {QueueSpec} from './queue-spec.ts';
import type {TokenProviderSpec} from './refresh/token-provider-spec.ts';

export interface Policy {
  /** Evaluated in order; the first that denies names the denial. May be empty where there are tokens, queues or breakers. */
  readonly limits: readonly LimitSpec[];
  /** Whether a layer is charged when another one denies the request. */
  readonly charge: 'all-or-nothing' | 'always';
  /** What running applications do while they cannot reach the store; a replay has none. */
  readonly onStoreError: OnStoreError;
  /** Expressions of `simulate`, e.g. `denied < 0.1%`. */
  readonly thresholds: readonly string[];
  /** OAuth tokens that applications keep fresh. Names are unique here and below; order is that of the file. */
  readonly tokens: readonly TokenProviderSpec[];
  /** Queues of work, by `queue` in a policy. */
  readonly queues: readonly QueueSpec[];
  readonly breakers: readonly NamedBreakerSpec[];
  /** Most important first; one class of all requests where the policy names none. */
  readonly priorities: readonly PrioritySpec[];
  /** Slots for work at the same time, by `concurrency` in a policy. */
  readonly pools: readonly PoolSpec[];
  readonly adaptive: readonly AdaptiveSpec[];
  readonly behaviour: readonly BehaviourSpec[];
  readonly degradation: DegradationSpec | undefined;
}

/** An entry of `breakers`. */
export interface NamedBreakerSpec extends BreakerSpec {
  readonly name: string;
  readonly guards: BreakerGuard;
  /** While it is open, a health check is made this often, whole µs. */
  readonly healthCheck: number;
}

/** What a breaker stands before. */
export type BreakerGuard =
  /** Calls that an application makes through it. */
  | {readonly kind: 'calls'}
  /** Requests, in a protection and in a replay. */
  | {
      readonly kind: 'requests';
      /** Those that match all of `when`, and not all of `unless`. */
      readonly when: readonly MatcherSpec[];
      readonly unless: readonly MatcherSpec[];
      /** Template: a breaker for each key; undefined: one for all. */
      readonly key: string | undefined;
      /** What counts as a failure: a request that failed, or one that a limit refused. */
      readonly counts: 'failures' | 'refusals';
    };

/** Allow everything, refuse everything, or let each process decide alone with its share of the limits. */
export type OnStoreError = 'open' | 'closed' | 'local';

export interface LimitSpec {
  readonly name: string;
  /** Template over request attributes: `{ip}`, `{tenant}:{path}`, or constant text for one bucket that all share. */
  readonly key: string;
  /** `enforce` denies; `shadow` is charged, counted and reported, and never denies. */
  readonly mode: 'enforce' | 'shadow';
  /** Share of keys, 0 … 1, for which `enforce` denies; the others are treated as in shadow mode. */
  readonly rollout: number;
  /** The limit applies only to requests that match all of these. */
  readonly when: readonly MatcherSpec[];
  /** The limit does not apply to requests that match all of these (when there are any). */
  readonly unless: readonly MatcherSpec[];
  /** What a request weighs: its own cost, or the same for all. */
  readonly cost: 'request' | number;
  readonly plan: SinglePlan | TieredPlan;
  /** By rendered key. */
  readonly overrides: ReadonlyMap<string, Override>;
}

/** The attribute's value equals one of `values`, or matches one that contains `*` (any run of characters; `\*` is a star). */
export interface MatcherSpec {
  readonly attribute: string;
  readonly values: readonly string[];
}

/** The same buckets for every key; all must allow. */
export interface SinglePlan {
  readonly kind: 'single';
  readonly buckets: readonly AlgorithmSpec[];
}

/** Buckets by the value of an attribute template; all of a tier must allow. */
export interface TieredPlan {
  readonly kind: 'tiered';
  /** Template, e.g. `{plan}`. */
  readonly tier: string;
  readonly tiers: ReadonlyMap<string, readonly AlgorithmSpec[]>;
  /** The tier of requests whose tier is missing or unknown; without it the limit skips them. */
  readonly defaultTier: string | undefined;
}

export type Override =
  | {readonly kind: 'exempt'}
  | {readonly kind: 'block'}
  | {readonly kind: 'buckets'; readonly buckets: readonly AlgorithmSpec[]};

/** Counts are whole; `per`, `window`, `every`, `timeout` are whole microseconds. */
export type AlgorithmSpec =
  | {
      readonly kind: 'token-bucket';
      readonly count: number;
      readonly per: number;
      readonly burst: number;
      readonly initial: number;
      readonly refill: RefillSpec;
    }
  | {readonly kind: 'gcra'; readonly count: number; readonly per: number; readonly burst: number}
  | {
      readonly kind: 'fixed-window';
      readonly limit: number;
      readonly window: WindowSpec;
      readonly countDenied: boolean;
    }
  | {readonly kind: 'sliding-window'; readonly limit: number; readonly window: number}
  | {readonly kind: 'sliding-log'; readonly limit: number; readonly window: number}
  | {
      readonly kind: 'leaky-bucket';
      readonly count: number;
      readonly per: number;
      readonly burst: number;
      readonly delayFrom: number;
    }
  | {readonly kind: 'concurrency'; readonly max: number; readonly timeout: number};

export type RefillSpec =
  | {readonly kind: 'continuous'}
  | {readonly kind: 'stepped'; readonly every: number}
  | {readonly kind: 'burst-penalty'}
  | {readonly kind: 'smoothed'};

export type WindowSpec =
  | {readonly align: 'epoch'; readonly length: number}
  | {readonly align: 'first-hit'; readonly length: number}
  | {readonly align: 'calendar'; readonly unit: CalendarUnit; readonly timeZone: string};
