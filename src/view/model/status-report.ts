import type {StatusSections} from './status-sections.ts';

/** How a key stands: see `docs/operating.md`. */
export type StatusState = 'ok' | 'near' | 'limited' | 'shadow-limited' | 'blocked' | 'exempt' | 'unknown';

/** The worst first: the order in which keys are shown. */
export const STATUS_STATES: readonly StatusState[] = [
  'blocked',
  'limited',
  'shadow-limited',
  'near',
  'unknown',
  'ok',
  'exempt',
];

/** What `ratectl status` found: `data` of its JSON answer. Spans are whole milliseconds, rounded up; times RFC 3339, UTC. */
export interface StatusReport extends StatusSections {
  readonly store: StatusStore;
  /** Null: none was found. */
  readonly policy: {readonly file: string; readonly from: string} | null;
  /** `recent`: the keys that were refused or near their limit a short time ago; else the keys a selector means. */
  readonly scope: {readonly kind: 'recent' | 'exact' | 'prefix' | 'glob' | 'all'; readonly selector: string};
  /** The worst first, or in the order asked for. */
  readonly keys: readonly StatusKey[];
  readonly totals: StatusTotals;
  /** In the order of the policy; empty where nothing was counted. */
  readonly usage: readonly LimitUsageFacts[];
  /** Overrides set at run time that hold now. */
  readonly liveOverrides: number;
  /** Nothing in the store tells of anybody who ever used it: perhaps it is another one that is meant. Looked for where no selector is given. */
  readonly unused?: true;
}

export interface StatusStore {
  /** Without any secret. */
  readonly url: string;
  readonly server: string;
  /** The store's clock. */
  readonly now: string;
  /** How far the store's clock is ahead of this machine's; negative: behind. */
  readonly skewMs: number;
  /** How much the skew may be wrong: half of the time the question took. */
  readonly skewErrorMs: number;
  readonly remarks: readonly string[];
}

export interface StatusTotals {
  /** Keys in `keys`, or written as a stream. */
  readonly shown: number;
  /** Keys that fit the selector and the filters. */
  readonly matching: number;
  /** Rows that were read to find them. */
  readonly read: number;
  /** How many of the matching keys are in each state. */
  readonly states: Readonly<Record<StatusState, number>>;
  /** Things under the store's prefix that are not ours. */
  readonly foreign: number;
  /** False when --max-keys ended the search, or the index holds more than was read. */
  readonly complete: boolean;
}

/** One bucket, or the one with the fewest units left. */
export interface StatusUnits {
  readonly used: number;
  readonly capacity: number;
  readonly remaining: number;
  /** used ÷ capacity, 0 … 1. */
  readonly share: number;
  /** Until the key is as if never used. */
  readonly resetAfterMs: number;
  /** Until the next request passes; absent: never. */
  readonly retryAfterMs?: number;
}

export interface StatusBucket extends StatusUnits {
  /** `token bucket 10/s, burst 20`. */
  readonly algorithm: string;
}

export interface StatusKey extends Partial<StatusUnits> {
  readonly limit: string;
  readonly key: string;
  /** Absent in a limit without tiers. */
  readonly tier?: string;
  readonly state: StatusState;
  /** Refusals of about the last 60 s, those in shadow included. */
  readonly deniedLastMinute: number;
  readonly override?: StatusOverride;
  /** Absent: all of the limit is in force. */
  readonly adaptive?: KeyAdaptive;
  /** Which algorithms the stored row is of, a letter per bucket; absent: there is no row. */
  readonly shape?: string;
  /** False: the row is of other algorithms than the policy's, and counts as never seen. Absent without row or policy. */
  readonly shapeMatches?: boolean;
  /** When the store may forget the row; absent: there is none, or never. */
  readonly expiresAt?: string;
  readonly buckets: readonly StatusBucket[];
}

/** A limit that adaptive control has shrunk: `capacity` and the like are what is in force. */
export interface KeyAdaptive {
  /** What is left of the limit, 0 … 1. */
  readonly share: number;
  /** The capacity that the policy gives. */
  readonly baseCapacity: number;
}

export interface StatusOverride {
  readonly from: 'live' | 'policy';
  readonly effect: 'exempt' | 'block' | 'buckets';
  /** Absent: until it is removed. */
  readonly until?: string;
}

export interface UsageCounts {
  readonly allowed: number;
  readonly denied: number;
  /** Allowed, but a limit in shadow mode would have denied them. */
  readonly shadowDenied: number;
}

export interface LimitUsageFacts {
  readonly limit: string;
  /** This minute and the one before, weighed by overlap. */
  readonly lastMinute: UsageCounts;
  readonly lastHour: UsageCounts;
}
