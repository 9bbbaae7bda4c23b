/** Who gave a slot: the pool in the store, the pool of this process while the store is lost, or nobody (`onStoreError: open`, off). */
export type SlotSource = 'store' | 'local' | 'open' | 'off';

/** A slot of a pool in the hands of this process, until it is given back. */
export interface Slot {
  /**
   * Greater than that of every slot granted before: what a resource is told, so that it can refuse who was too slow. 0 without a pool
   * behind it (sources `open` and `off`).
   */
  readonly fencingToken: number;
  readonly key: string;
  /** Milliseconds from the question to the slot. */
  readonly waitedMs: number;
  readonly source: SlotSource;
  /** Aborted when the lease is lost: the store could not be told in time, and somebody else may have the slot. */
  readonly signal: AbortSignal;
  /**
   * Gives the slot back. Doing it twice does no harm. Resolves once the store knows, or is lost: then the slot is given back when it
   * is there again, or with the end of its lease. Never rejects.
   */
  release(): Promise<void>;
}
