import type {RehearsalReport} from './rehearsal-report.ts';

/** What `simulate` found: plain data, ready for every view. It is `data` in the JSON answer; field names are a contract. */
export interface SimulateReport {
  readonly trace: TraceSummary;
  readonly totals: Totals;
  readonly limits: readonly LimitSummary[];
  readonly series: Series;
  readonly thresholds: readonly ThresholdResult[];
  readonly diff?: PolicyDiff;
  readonly bounds?: Bounds;
  readonly solve?: Solution;
  /** Where the policy, or a flag, speaks of more than rate limits. `totals`, `limits` and `series` are then those of its protected side. */
  readonly rehearsal?: RehearsalReport;
  /** Of a shard: which one, and the thresholds that `simulate merge` is to check on the whole. */
  readonly shard?: {
    readonly index: number;
    readonly of: number;
    readonly thresholds: readonly {readonly expr: string; readonly source: string}[];
  };
  /** Left out when SOURCE_DATE_EPOCH asks for reproducible output. */
  readonly performance?: Performance;
}

export interface TraceSummary {
  readonly files: readonly string[];
  readonly format: string;
  /** Records decided. */
  readonly requests: number;
  /** Bad lines left out. */
  readonly skipped: number;
  /** Lines that belong to the format but are no requests (comments, directives). */
  readonly notRequests: number;
  /** Distinct values of the attribute `key`. */
  readonly keys: number;
  /** RFC 3339, UTC; null for an empty trace. */
  readonly start: string | null;
  readonly end: string | null;
  /** Requests whose time is before that of one already seen. */
  readonly outOfOrder: number;
  /** Sum of all costs. */
  readonly cost: number;
}

export interface Totals {
  readonly allowed: number;
  readonly denied: number;
  /** Share of requests, 0 … 1; 0 for an empty trace. */
  readonly deniedRate: number;
  /** Of the denied: those whose cost can never fit. */
  readonly never: number;
  /** Of the allowed: those a leaky bucket would hold back. */
  readonly delayed: number;
  /** Of the allowed: those to which no limit applied. */
  readonly unlimited: number;
}

export interface LimitSummary {
  readonly name: string;
  readonly mode: 'enforce' | 'shadow';
  /** For people: `token bucket 10/s, burst 20`. */
  readonly description: string;
  /** Requests that reached this limit and to which it applied. */
  readonly requests: number;
  readonly allowed: number;
  /** For a limit in shadow mode: what it would have denied. */
  readonly denied: number;
  /** With a rollout: of `denied`, those of keys for which it only counts so far. */
  readonly shadowDenied?: number;
  /** Requests without the attributes of the key. */
  readonly skipped: number;
  readonly keys: number;
  readonly deniedKeys: number;
  /** Most denied first; ties by more requests, then by key. */
  readonly top: readonly KeySummary[];
}

export interface KeySummary {
  readonly key: string;
  readonly requests: number;
  readonly denied: number;
  /** The limit's rollout only counts for this key so far. */
  readonly shadow?: boolean;
}

export interface Series {
  /** Width of a bucket in milliseconds. */
  readonly bucketMs: number;
  /** Buckets in order of time, empty ones left out. */
  readonly buckets: readonly {readonly t: string; readonly allowed: number; readonly denied: number}[];
}

export interface ThresholdResult {
  readonly expr: string;
  /** The value that was compared; a rate is 0 … 1. Null: there was nothing to measure, which fails. */
  readonly actual: number | null;
  readonly pass: boolean;
  /** Where it was written: `policy.yaml:12`, or `--fail-if`. */
  readonly source: string;
}

/** Two policies over the same trace: `before` is `--against`, `after` is `--policy`. */
export interface PolicyDiff {
  readonly against: string;
  readonly before: {readonly allowed: number; readonly denied: number; readonly deniedRate: number};
  /** Requests that `--against` allows and `--policy` denies. */
  readonly allowToDeny: number;
  readonly denyToAllow: number;
  /** Keys (values of the attribute `key`) with most flips first. */
  readonly keys: readonly {
    readonly key: string;
    readonly requests: number;
    readonly allowToDeny: number;
    readonly denyToAllow: number;
  }[];
}

/** How many requests are denied at least and at most, over the orders that the resolution of the time stamps leaves open. */
export interface Bounds {
  /** Resolution of the time stamps in milliseconds. */
  readonly resolutionMs: number;
  readonly best: {readonly denied: number; readonly deniedRate: number};
  readonly worst: {readonly denied: number; readonly deniedRate: number};
}

export interface Solution {
  /** `limit.per-ip.rate` */
  readonly parameter: string;
  readonly target: string;
  /** The smallest whole value that meets the target; null when none up to the largest tried does. */
  readonly value: number | null;
  /** Replays done, in the order tried. */
  readonly tried: readonly {
    readonly value: number;
    readonly actual: number | null;
    readonly pass: boolean;
  }[];
}

export interface Performance {
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly maxRssBytes: number;
}
