/** What a concurrency limiter has counted since it was made, this process only. */
export interface ConcurrencyMetrics {
  /** Slots that were given, of whatever source. */
  readonly granted: number;
  /** Of those, the ones that were given without the store while it was lost. */
  readonly withoutStore: number;
  readonly queued: number;
  readonly refused: number;
  readonly displaced: number;
  readonly timedOut: number;
  readonly leasesLost: number;
  /** Slots that this process holds now. */
  readonly held: number;
}

export type ConcurrencyCounts = {-readonly [Name in Exclude<keyof ConcurrencyMetrics, 'held'>]: number};

export const zeroCounts = (): ConcurrencyCounts => ({
  granted: 0,
  withoutStore: 0,
  queued: 0,
  refused: 0,
  displaced: 0,
  timedOut: 0,
  leasesLost: 0,
});
