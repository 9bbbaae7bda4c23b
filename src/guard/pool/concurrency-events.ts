import type {SlotSource} from './slot.ts';

/** Whom an event is about. */
export interface ConcurrencyEventWork {
  readonly pool: string;
  /** The client; empty where clients are not told apart. */
  readonly key: string;
  /** Index of the priority class: 0 is the most important one. */
  readonly priority: number;
}

/** What a pool holds, all processes together. */
export interface ConcurrencyChange {
  readonly pool: string;
  readonly running: number;
  readonly waiting: number;
  /** What somebody waits who comes now and goes last: an estimate, 0 while it is not known. */
  readonly estimatedWaitMs: number;
}

/** Functions that a concurrency limiter calls. What they throw is dropped: it never reaches the work. */
export interface ConcurrencyEvents {
  /** All slots are in use: it waits. `position`: 1 goes next. */
  readonly onQueued?:
    | ((
        work: ConcurrencyEventWork,
        place: {readonly position: number; readonly estimatedWaitMs: number},
      ) => unknown)
    | undefined;
  readonly onGranted?:
    | ((
        work: ConcurrencyEventWork,
        slot: {readonly waitedMs: number; readonly fencingToken: number; readonly source: SlotSource},
      ) => unknown)
    | undefined;
  /** No slot, and no place in the queue; or the store is lost, and `onStoreError` is `closed`. */
  readonly onRefused?:
    | ((
        work: ConcurrencyEventWork,
        refusal: {readonly reason: 'queue-full' | 'store'; readonly retryAfterMs: number},
      ) => unknown)
    | undefined;
  /** A more important one took its place in the queue. */
  readonly onDisplaced?:
    | ((work: ConcurrencyEventWork, wait: {readonly waitedMs: number}) => unknown)
    | undefined;
  readonly onTimedOut?:
    | ((work: ConcurrencyEventWork, wait: {readonly waitedMs: number}) => unknown)
    | undefined;
  /** The lease of a slot ended while work ran in it: somebody else may have the slot. */
  readonly onLeaseLost?:
    | ((work: ConcurrencyEventWork, slot: {readonly fencingToken: number}) => unknown)
    | undefined;
  /** Other numbers than before, as far as they are known here; at most ten times a second. */
  readonly onChange?: ((change: ConcurrencyChange) => unknown) | undefined;
  /** The store cannot be used: `onStoreError` decides. Without this function a process warning says so. */
  readonly onStoreLost?: ((error: Error) => unknown) | undefined;
  readonly onStoreBack?: ((lostForMs: number) => unknown) | undefined;
}
