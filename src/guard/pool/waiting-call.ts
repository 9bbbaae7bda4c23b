import {SILENT_AFTER} from '../../engine/pool/pool.ts';
import type {Entering} from './pool-orders.ts';

/** Who gives no sign of life for so long is dropped, ms. */
const SILENT_MS = SILENT_AFTER / 1_000;
/** A sign of life is given when the last one is older than this, ms: two may fail. */
const SIGN_OF_LIFE_MS = SILENT_MS / 3;
/** Clocks agree this far, ms: a wait that somebody ended so much too early has timed out. */
const AGREED_MS = 250;

/** How a wait ended without a slot. */
export type WaitEnd =
  | {readonly kind: 'refused'; readonly retryAfterMs: number}
  | {readonly kind: 'timeout'}
  | {readonly kind: 'displaced'}
  /** The store, the caller's signal, the closing limiter. */
  | {readonly kind: 'failed'; readonly error: unknown};

export interface WaitingCallOptions<T> {
  readonly id: string;
  readonly key: string;
  readonly rank: number;
  readonly waitMs: number;
  readonly queue: 'pool' | 'none';
  readonly onSlot: (slot: T) => void;
  readonly onEnd: (end: WaitEnd) => void;
}

/** A call of this process that has no slot yet. Ends once: whatever comes later is ignored. */
export class WaitingCall<T> {
  readonly id: string;
  readonly key: string;
  readonly rank: number;
  readonly began: number = performance.now();
  readonly #options: WaitingCallOptions<T>;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  /** The last place that is known. */
  position: number | undefined;
  /** When the store was last told that it waits, ms of `performance.now()`; undefined: it has not been told yet. */
  toldAt: number | undefined;

  constructor(options: WaitingCallOptions<T>) {
    this.#options = options;
    this.id = options.id;
    this.key = options.key;
    this.rank = options.rank;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it takes a place in the queue. */
  get waits(): boolean {
    return this.#options.queue === 'pool';
  }

  get waitedMs(): number {
    return performance.now() - this.began;
  }

  get leftMs(): number {
    return Math.max(0, this.#options.waitMs - this.waitedMs);
  }

  /** Whether a sign of life is due. */
  get isSilent(): boolean {
    return this.toldAt !== undefined && performance.now() - this.toldAt > SIGN_OF_LIFE_MS;
  }

  /** Why the pool does not know the call any more. `forgotten`: it was taken for dead, or the store has lost it. */
  get fate(): 'timeout' | 'displaced' | 'forgotten' {
    if (this.leftMs <= AGREED_MS) return 'timeout';
    const silentMs = performance.now() - (this.toldAt ?? this.began);
    // Nobody displaces the most important class.
    return this.rank === 0 || silentMs >= SILENT_MS - AGREED_MS ? 'forgotten' : 'displaced';
  }

  /** What the pool is asked. */
  get entering(): Entering {
    const {id, key, rank} = this;
    return {id, key, rank, wait: Math.max(1, Math.ceil(this.leftMs * 1_000)), queue: this.#options.queue};
  }

  /** Gives up when its time is over. The timer keeps the process alive: somebody waits. */
  startTimer(onTimeout: () => void): void {
    this.#timer ??= setTimeout(onTimeout, Math.ceil(this.leftMs));
  }

  grant(slot: T): void {
    if (this.#finish()) this.#options.onSlot(slot);
  }

  end(how: WaitEnd): void {
    if (this.#finish()) this.#options.onEnd(how);
  }

  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    return true;
  }
}
