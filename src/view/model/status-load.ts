/**
 * What `status` says of protection under load: pools of slots, adaptive limits and degradation. Spans are whole milliseconds, waits
 * rounded up and ages down; times RFC 3339, UTC, of the store's clock.
 */

export interface StatusPool {
  readonly name: string;
  /** False: the policy does not name it, and what is said is what the store holds. */
  readonly configured: boolean;
  /** Slots that are taken. More than `effectiveMax` while a pool that shrank waits for slots to be given back. */
  readonly running: number;
  /** Slots that the policy gives it; null: not configured. */
  readonly max: number | null;
  /** Slots that adaptive control leaves of them; null as above. */
  readonly effectiveMax: number | null;
  readonly waiting: number;
  /** How many may wait; null as above. */
  readonly queue: number | null;
  /** How long the one that came first waits; null: none waits. */
  readonly oldestWaitMs: number | null;
  /** What a request of the least important class, of a client with no slot, would meet now; null: not configured. */
  readonly next: 'runs' | 'waits' | 'refused' | null;
  /** How long it would wait, or until asking again makes sense, estimated of the mean hold; 0: it runs; null: not known. */
  readonly estimatedWaitMs: number | null;
  /** How long a slot is held, a moving average; null: none was given back yet. */
  readonly meanHoldMs: number | null;
  /** Slots that one client may have; null: clients are not told apart, or the pool is not configured. */
  readonly maxPerKey: number | null;
  /** Clients that have that many. */
  readonly clientsAtLimit: number;
  /** The first of them, those with the most that wait. */
  readonly clients: readonly PoolClient[];
}

export interface PoolClient {
  readonly key: string;
  readonly running: number;
  readonly waiting: number;
}

/** The worst of measured ÷ target: 1 is at the target, 0 idle. */
export interface StatusPressure {
  readonly value: number;
  /** What is worst: `cpu`, `memory`, `eventLoop`, `responseTime`; null: nothing was measured. */
  readonly signal: string | null;
}

/** Signals in words. */
export const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  memory: 'memory',
  eventLoop: 'event loop',
  responseTime: 'response time',
};

export interface StatusAdaptive {
  readonly name: string;
  readonly configured: boolean;
  /** Null: not configured. */
  readonly controller: 'aimd' | 'gradient' | null;
  /** What is left of limits and pools, 0 … 1. */
  readonly share: number;
  /** Never less than this; null: not configured. */
  readonly floor: number | null;
  readonly atFloor: boolean;
  /** At the last look at the load; null: nobody looked yet. */
  readonly pressure: StatusPressure | null;
  /** When the load was last looked at; null: never. */
  readonly lookedAt: string | null;
  readonly limits: readonly ScaledLimit[];
  readonly pools: readonly ScaledPool[];
}

/** A limit, or a tier of it: its buckets in words, `token bucket 10/s, burst 20`. */
export interface ScaledLimit {
  readonly limit: string;
  /** Absent in a limit without tiers. */
  readonly tier?: string;
  readonly base: readonly string[];
  readonly effective: readonly string[];
}

export interface ScaledPool {
  readonly pool: string;
  readonly base: number;
  readonly effective: number;
}

/** From the mildest on. */
export const STATUS_MODES = ['normal', 'shed-low', 'essential-only', 'closed'] as const;
export type StatusMode = (typeof STATUS_MODES)[number];

export interface StatusDegradation {
  /** False: the policy has no section `degradation`. */
  readonly configured: boolean;
  /** What holds. */
  readonly mode: StatusMode;
  /** `hand`: somebody set it, see `manual`. */
  readonly from: 'rule' | 'hand';
  /** Since when it holds; null: always. */
  readonly since: string | null;
  /** What the rule alone says. */
  readonly rule: StatusMode;
  /** Null: nobody set a mode, or what was set has ended. */
  readonly manual: ManualMode | null;
  /** At the last look at the load; null: nobody looked yet. */
  readonly pressure: StatusPressure | null;
  /** When the load was last looked at; null: never. */
  readonly lookedAt: string | null;
  /** Priority classes of the policy, the most important first; empty: all requests are one class. */
  readonly classes: readonly {readonly name: string; readonly served: boolean}[];
}

export interface ManualMode {
  readonly mode: StatusMode;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  /** Null: until it is cleared. */
  readonly until: string | null;
}
