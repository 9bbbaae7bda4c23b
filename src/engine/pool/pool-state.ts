/** A slot in somebody's hands until `until`: then it is free again, whether its holder lives or not. Instants are whole µs. */
export interface PoolLease {
  /** Fencing token: greater than that of every lease granted before. */
  readonly token: number;
  /** Of whoever asked for it. */
  readonly id: string;
  /** The client; empty where clients are not told apart. */
  readonly key: string;
  readonly since: number;
  readonly until: number;
}

/** Somebody in the queue before the slots. */
export interface PoolWaiter {
  readonly id: string;
  readonly key: string;
  /** Index of the priority class: 0 is the most important one. */
  readonly rank: number;
  readonly since: number;
  /** Gives up. */
  readonly until: number;
  /** The last sign of life: see `SILENT_AFTER`. */
  readonly seen: number;
}

export interface PoolState {
  /** In the order in which they were granted. */
  readonly leases: readonly PoolLease[];
  /** In the order of arrival. */
  readonly waiting: readonly PoolWaiter[];
  readonly lastToken: number;
  /** Since when the queue has not been empty; 0: it is. */
  readonly overloadedSince: number;
  /** How long slots were held until they were given back, a moving average, µs; 0: not known. */
  readonly meanHold: number;
}

export const emptyPool: PoolState = {
  leases: [],
  waiting: [],
  lastToken: 0,
  overloadedSince: 0,
  meanHold: 0,
};

/** A waiter that gave no sign of life for this long is dropped, µs: its process has died. */
export const SILENT_AFTER = 5_000_000;
