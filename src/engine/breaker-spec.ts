/** When a circuit breaker opens and how it closes again. Counts are whole, spans whole µs. */
export interface BreakerSpec {
  /** Opens when so many calls in a row failed (`>=`), … */
  readonly failures: number;
  /** … or when of the calls in `window` at least this share failed, 0 < rate ≤ 1; undefined: shares are not looked at. */
  readonly rate: number | undefined;
  readonly window: number;
  /** Calls in `window` below which a share means nothing. */
  readonly minimumCalls: number;
  /** How long it stays open before it lets probes through. */
  readonly recovery: number;
  /** Probes at a time while it is half-open; it closes when that many have ended and too few failed, see breaker.ts. */
  readonly probes: number;
}
