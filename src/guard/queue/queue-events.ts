/** An item in events. */
export interface QueueEventItem {
  readonly queue: string;
  readonly id: string;
  readonly class: string;
  /** Failed attempts so far, this one included. */
  readonly attempts: number;
}

/** Functions that a queue calls. What they throw is dropped: it never reaches a worker. */
export interface QueueEvents {
  readonly onDone?: ((item: QueueEventItem) => unknown) | undefined;
  /** Its limits do not allow it yet. `limit`: the one that refused; undefined while the limiter's store is lost. */
  readonly onParked?:
    | ((item: QueueEventItem, waits: {readonly limit: string | undefined; readonly forMs: number}) => unknown)
    | undefined;
  /** An attempt failed, and there will be another one. */
  readonly onRetry?:
    | ((item: QueueEventItem, failure: {readonly error: unknown; readonly afterMs: number}) => unknown)
    | undefined;
  /** The item is among the dead ones. */
  readonly onDead?: ((item: QueueEventItem, error: unknown) => unknown) | undefined;
  /** The claim of an item ended while its handler ran: another worker does the item, or will. */
  readonly onClaimLost?: ((item: QueueEventItem) => unknown) | undefined;
  /** Workers cannot use the store, and try again. Without this function a process warning says so. */
  readonly onStoreLost?: ((error: Error) => unknown) | undefined;
  readonly onStoreBack?: ((lostForMs: number) => unknown) | undefined;
}
