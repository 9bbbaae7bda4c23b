import {callListener} from '../../base/call-listener.ts';
import {machineClock} from '../../store/machine-clock.ts';
import type {Store} from '../../store/port.ts';
import {processClock, StoreClock} from '../../store/store-clock.ts';
import {Announcer} from '../queue/announcer.ts';
import {StoreGuard} from '../store-guard.ts';

/** Where breakers are shared. */
export interface StoreLinkParts {
  readonly open: () => Promise<Store>;
  readonly ownership: 'owned' | 'borrowed';
  /** A call of the store that takes longer counts as failed. */
  readonly timeoutMs: number;
  /** Somebody changed something, or the store is back. */
  readonly onNews: () => void;
  readonly onLost?: ((error: Error) => unknown) | undefined;
  readonly onBack?: ((lostForMs: number) => unknown) | undefined;
}

/** The store's clock is asked again after this long, µs. */
const CLOCK_TRUSTED = 10_000_000;

/** The store behind breakers: whether it is there, its clock, and its news. Without a store everything stays in this process. */
export class StoreLink {
  readonly kind: 'store' | 'local';
  readonly #parts: StoreLinkParts | undefined;
  readonly #guard: StoreGuard | undefined;
  readonly #clock: StoreClock;
  readonly #announcer: Announcer;
  readonly #machine = machineClock();
  #clockAskedAt = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  #wasLost = false;
  #isListening = false;
  #unlisten: (() => Promise<void>) | undefined;
  #closed = false;

  constructor(parts: StoreLinkParts | undefined) {
    this.#parts = parts;
    this.kind = parts === undefined ? 'local' : 'store';
    this.#clock = new StoreClock(processClock, this.#machine());
    this.#announcer = new Announcer({announce: () => this.call((store) => store.announce())});
    if (parts !== undefined)
      this.#guard = new StoreGuard({
        ...{open: parts.open, ownership: parts.ownership, timeoutMs: parts.timeoutMs},
        onLost: (error) => this.#lost(error),
        onBack: (store, lostForMs) => this.#back(store, lostForMs),
        onError: () => undefined,
      });
  }

  /** Whether the store is there. */
  get isShared(): boolean {
    return this.#guard?.state === 'ok';
  }

  /** The store's clock as far as it is known here, µs. */
  now(): number {
    return this.#guard === undefined ? this.#machine() : this.#clock.now();
  }

  /** Never rejects: a store that cannot be reached is tried again in the background. */
  async start(): Promise<void> {
    await this.#guard?.start();
    await this.askClock();
  }

  /** Rejects with a StoreError; at once while the store is lost. */
  call<T>(use: (store: Store) => Promise<T>): Promise<T> {
    return this.#guard === undefined
      ? Promise.reject(new Error('these breakers are shared with nobody'))
      : this.#guard.call(use);
  }

  /** Others should look. At most once a second. */
  announce(): void {
    if (this.isShared && !this.#closed) this.#announcer.announce();
  }

  /** Asks for the store's clock, where its last answer is old. */
  async askClock(): Promise<void> {
    const askedAt = processClock();
    if (this.#isAsking || !this.isShared || askedAt - this.#clockAskedAt < CLOCK_TRUSTED) return;
    this.#isAsking = true;
    try {
      this.#clock.sync(await this.call((store) => store.now()));
      this.#clockAskedAt = askedAt;
    } catch {
      // The guard has noticed.
    } finally {
      this.#isAsking = false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#announcer.close();
    await this.#unlisten?.().catch(() => undefined);
    await this.#guard?.close();
  }

  #lost(error: Error & {readonly code?: string}): void {
    this.#wasLost = true;
    if (this.#parts?.onLost !== undefined) callListener(this.#parts.onLost, [error]);
    else
      process.emitWarning(`${error.message}; circuit breakers go on with what this process knows`, {
        type: 'RatectlWarning',
        code: error.code ?? 'store',
      });
  }

  #back(store: Store, lostForMs: number): void {
    this.#clockAskedAt = Number.NEGATIVE_INFINITY;
    if (this.#wasLost) callListener(this.#parts?.onBack, [lostForMs]);
    void this.#listen(store);
    if (this.#wasLost) void this.askClock().then(() => this.#news());
  }

  /** Without news, what is asked for at intervals is what brings changes of others. */
  async #listen(store: Store): Promise<void> {
    if (this.#isListening) return;
    this.#isListening = true;
    const unlisten = await store.listen(() => this.#news()).catch(() => undefined);
    this.#isListening = unlisten !== undefined;
    if (this.#closed) await unlisten?.().catch(() => undefined);
    else this.#unlisten = unlisten;
  }

  #news(): void {
    if (!this.#closed) this.#parts?.onNews();
  }
}
