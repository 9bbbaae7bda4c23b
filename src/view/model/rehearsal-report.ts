/** What a rehearsal found: `data.rehearsal` of `simulate`. Plain data; field names are a contract. Times are milliseconds. */
export interface RehearsalReport {
  readonly server: RehearsedServer;
  /** The traffic with the policy before the server, … */
  readonly protected: RehearsedSide;
  /** … and, on the same server, without anything; or with the other policy, by --against. Exactly one of the two is there. */
  readonly unprotected?: RehearsedSide;
  readonly against?: RehearsedSide;
  readonly series: RehearsalSeries;
  /** Of the protected side. */
  readonly transitions: {
    readonly count: number;
    /** The first 100, in order of time. */
    readonly first: readonly RehearsedChange[];
  };
}

export interface RehearsedServer {
  /** Requests that it works on at once; null: any number. */
  readonly capacity: number | null;
  /** `trace`, `20ms`, `exp(20ms)`, `lognormal(20ms,200ms)`. */
  readonly serviceTime: string;
  /** Clients give up after this; null: never. */
  readonly deadlineMs: number | null;
  readonly seed: number;
}

/** Requests by what became of them. `good`, `late`, `failed` and the refused are all of the arrivals. */
export interface RehearsedSide {
  readonly arrivals: number;
  /** Answered in time. */
  readonly good: number;
  /** The client had given up. */
  readonly late: number;
  /** Answered in time, by a failure. */
  readonly failed: number;
  readonly refused: RefusedCounts;
  /** Good answers per second, from the first request to the last, or to the last good answer if that is later. */
  readonly goodput: number;
  /** good ÷ arrivals; 0 for an empty trace. */
  readonly goodShare: number;
  /** From the request to the answer, of all that were worked on; null: none was. */
  readonly latencyMs: Latency | null;
  /** The most requests at once that waited in the queues of pools, … */
  readonly longestQueue: number;
  /** … and in the server, for a free place. */
  readonly longestBacklog: number;
  /** The share of its capacity that the server worked, from the first request to the last answer; null: capacity without bound. */
  readonly busy: number | null;
}

/** Requests refused, by what refused them. */
export interface RefusedCounts {
  readonly degradation: number;
  readonly breaker: number;
  readonly limit: number;
  /** The queue of a pool was full, or gave way to somebody more important. */
  readonly queueFull: number;
  /** Waited in the queue of a pool for as long as it allows. */
  readonly queueTimeout: number;
}

export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface RehearsalSeries {
  /** Width of a bucket in milliseconds. */
  readonly bucketMs: number;
  /** In order of time, without a gap; at most 120. They begin with the first request. */
  readonly buckets: readonly RehearsalBucket[];
}

export interface RehearsalBucket {
  readonly t: string;
  readonly arrivals: number;
  readonly protected: RehearsedSlot;
  readonly unprotected?: RehearsedSlot;
  readonly against?: RehearsedSlot;
}

/** Answers and refusals at the time they were given. */
export interface RehearsedSlot {
  readonly good: number;
  readonly late: number;
  readonly failed: number;
  readonly refused: RefusedCounts;
  /** Of the answers; null: none. */
  readonly latencyMs: {readonly p50: number; readonly p99: number} | null;
  /** The most at once: waiting in pools, worked on, waiting in the server. */
  readonly queue: number;
  readonly inFlight: number;
  readonly backlog: number;
  /** The lowest share in force, by the name of the adaptive control, 0 … 1. */
  readonly shares: Readonly<Record<string, number>>;
  /** The strictest in force. */
  readonly mode: RehearsedMode;
  /** The most breakers, or keys of breakers, at once that were not closed. */
  readonly openBreakers: number;
}

export const REHEARSED_MODES = ['normal', 'shed-low', 'essential-only', 'closed'] as const;
export type RehearsedMode = (typeof REHEARSED_MODES)[number];

/** Something decides differently from now on. */
export interface RehearsedChange {
  readonly t: string;
  readonly kind: 'breaker' | 'mode' | 'tier';
  /** Of the breaker, or of the limit with the tiers; `degradation` for a mode. */
  readonly name: string;
  /** Of a breaker with keys, and of a tier. */
  readonly key?: string;
  readonly from: string;
  readonly to: string;
  /** For people. */
  readonly why: string;
}
