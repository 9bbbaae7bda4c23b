import type {Slot} from './slot.ts';

export interface HeldSlotOptions {
  readonly fencingToken: number;
  readonly key: string;
  readonly priority: number;
  readonly waitedMs: number;
  readonly source: 'store' | 'local';
  /** ms for which its lease surely lasts. */
  readonly lastsMs: number;
  readonly onRelease: (slot: HeldSlot) => Promise<void>;
}

/** A slot whose lease this process renews. */
export class HeldSlot implements Slot {
  readonly fencingToken: number;
  readonly key: string;
  readonly priority: number;
  readonly waitedMs: number;
  readonly source: 'store' | 'local';
  readonly #onRelease: (slot: HeldSlot) => Promise<void>;
  #lost: AbortController | undefined;
  #isLost = false;
  #released: Promise<void> | undefined;
  /** The lease lasts until then for certain, by two clocks: one stands still while the machine sleeps, the other may be set. */
  #until: {readonly monotonic: number; readonly wall: number};

  constructor(options: HeldSlotOptions) {
    this.fencingToken = options.fencingToken;
    this.key = options.key;
    this.priority = options.priority;
    this.waitedMs = options.waitedMs;
    this.source = options.source;
    this.#onRelease = options.onRelease;
    this.#until = inMs(options.lastsMs);
  }

  /** Made when it is first asked for: most work never does. */
  get signal(): AbortSignal {
    if (this.#lost === undefined) {
      this.#lost = new AbortController();
      if (this.#isLost) this.#lost.abort(lostError());
    }
    return this.#lost.signal;
  }

  /** ms for which the lease surely lasts. */
  get lastsMs(): number {
    return Math.min(this.#until.monotonic - performance.now(), this.#until.wall - Date.now());
  }

  renewed(lastsMs: number): void {
    this.#until = inMs(lastsMs);
  }

  lose(): void {
    this.#isLost = true;
    this.#lost?.abort(lostError());
  }

  release(): Promise<void> {
    this.#released ??= this.#onRelease(this);
    return this.#released;
  }
}

const inMs = (ms: number): {readonly monotonic: number; readonly wall: number} => ({
  monotonic: performance.now() + ms,
  wall: Date.now() + ms,
});

const lostError = (): Error => new Error('the lease of the slot has ended: somebody else may have it');
