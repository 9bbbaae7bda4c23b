/** What a protection counted and sees now: plain data for JSON. Spans are milliseconds. */
export interface ProtectionMetrics {
  /** RFC 3339, of this process's clock. */
  readonly at: string;
  readonly concurrency: readonly PoolMetrics[];
  readonly queue: readonly QueueMetrics[];
  readonly breaker: readonly BreakerMetrics[];
  readonly bucket: readonly BucketMetrics[];
  readonly performance: PerformanceMetrics;
}

export interface PoolMetrics {
  readonly pool: string;
  /** Slots that are held, over all processes. */
  readonly running: number;
  /** Slots there are now: fewer than the policy says while adaptive control holds it back. */
  readonly max: number;
  readonly policyMax: number;
  /** Clients that hold slots. */
  readonly clients: number;
  /** How long a slot is held, moving average; 0: not known yet. */
  readonly meanHoldMs: number;
}

export interface QueueMetrics {
  readonly pool: string;
  readonly waiting: number;
  readonly size: number;
  /** What a request that joins now would wait; 0: nothing. */
  readonly estimatedWaitMs: number;
  /** Requests of this process, since the start. */
  readonly granted: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly displaced: number;
}

export interface BreakerMetrics {
  readonly breaker: string;
  /** Keys of which it is not closed, for a breaker with keys; null for others. */
  readonly openKeys: number | null;
  readonly state: 'closed' | 'open' | 'half-open';
  /** Requests of this process that it refused, since the start. */
  readonly refused: number;
}

export interface BucketMetrics {
  readonly limit: string;
  /** Requests of this process, since the start. */
  readonly allowed: number;
  readonly denied: number;
  readonly shadowDenied: number;
  /** What adaptive control leaves of it: 1 is all. */
  readonly share: number;
}

export interface PerformanceMetrics {
  /** Requests of this process, since the start: each is counted once below. */
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly abandoned: number;
  readonly running: number;
  readonly refused: Readonly<Record<'rate' | 'concurrency' | 'breaker' | 'degradation', number>>;
  /** Of requests that ended in the last whole interval of `metricsEveryMs`, from the decision to the end. */
  readonly latencyMs: {
    readonly count: number;
    readonly mean: number;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
  /** Of the last interval; null: not measured. Shares 0 … 1. */
  readonly load: {
    readonly cpu: number | null;
    readonly memory: number | null;
    readonly eventLoopMs: number | null;
    readonly responseTimeMs: number | null;
  };
  readonly mode: 'normal' | 'shed-low' | 'essential-only' | 'closed';
  readonly storeUp: boolean;
}
