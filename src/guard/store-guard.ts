import {Deadlines} from '../base/deadlines.ts';
import type {Check, CheckAnswer} from '../engine/live/check.ts';
import {MemoryStore} from '../store/memory/memory-store.ts';
import type {Store} from '../store/port.ts';
import {isStoreError, StoreError, type StoreErrorKind} from '../store/store-error.ts';
import {decidedBeside} from './decided-beside.ts';

export type StoreState = 'ok' | 'lost';

export interface StoreGuardOptions {
  /** Opens the store; called again until it succeeds. */
  readonly open: () => Promise<Store>;
  /** Whether `close` closes the store, too. */
  readonly ownership: 'owned' | 'borrowed';
  readonly timeoutMs: number;
  readonly onLost: (error: StoreError) => void;
  /** The store can be used again. */
  readonly onBack: (store: Store, lostForMs: number) => void;
  readonly onError: (kind: StoreErrorKind) => void;
}

const FIRST_PROBE_MS = 250;
const LAST_PROBE_MS = 1_000;
/** Errors of the server one after the other after which it counts as lost. */
const MOST_FAILURES = 3;

/**
 * Between a limiter and its store: a call that fails, or takes longer than the timeout, makes the store count as lost. From then on
 * calls fail at once, so that nothing piles up, and the store is probed in the background every 250 ms to 1 s.
 *
 * A store that can be reached and yet refused to decide (no memory, read-only, missing rights) is not back before one real check
 * has succeeded: after a good probe one is let through as a trial. Other calls lose the store only when it cannot be reached, so
 * that a user without a right that deciding does not need can still decide. An error that concerns a single key (`foreign`)
 * says nothing about the store.
 */
export class StoreGuard {
  readonly #options: StoreGuardOptions;
  readonly #deadlines: Deadlines;
  #store: Store | undefined;
  /** The store, when it decides within the call. */
  #atOnce: MemoryStore | undefined;
  #state: 'ok' | 'lost' | 'trial' = 'lost';
  #cause: StoreError | undefined;
  #lostAt = performance.now();
  /** Counts recoveries: what began before one says nothing about the time after it. */
  #epoch = 0;
  #trying = false;
  #failures = 0;
  #probeMs = FIRST_PROBE_MS;
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<void> | undefined;
  #closed = false;

  constructor(options: StoreGuardOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.timeoutMs);
  }

  get state(): StoreState {
    return this.#state === 'ok' ? 'ok' : 'lost';
  }

  /** Whether a check is worth trying now. */
  get decides(): boolean {
    return this.#state === 'ok' || (this.#state === 'trial' && !this.#trying);
  }

  /** Why the store was lost last. */
  get cause(): StoreError | undefined {
    return this.#cause;
  }

  /** Opens the store for the first time. Resolves also when that fails: then it is tried again in the background. */
  async start(): Promise<void> {
    try {
      await this.#open();
      this.#back();
    } catch (error) {
      const cause = asStoreError(error);
      this.#cause = cause;
      this.#options.onError(cause.kind);
      this.#options.onLost(cause);
      this.#probeLater();
    }
  }

  /** Has a store in this process decide within the call. Undefined: ask with `decide`, which also says why it cannot. */
  decideAtOnce(check: Check): CheckAnswer | undefined {
    if (this.#atOnce === undefined || this.#state !== 'ok' || this.#closed) return undefined;
    try {
      return this.#atOnce.checkNow(check);
    } catch {
      return undefined;
    }
  }

  /**
   * Has the store decide. Rejects with a StoreError; at once while the store is lost. `onLate` is told what arrives after it was
   * waited for no longer.
   */
  async decide<T>(use: (store: Store) => Promise<T>, onLate?: (late: T) => void): Promise<T> {
    const trial = this.#state === 'trial';
    if (trial && this.#trying) throw this.#lostError();
    this.#trying = trial;
    try {
      const result = await this.#call(use, (kind) => this.#endsDeciding(kind), onLate);
      this.#failures = 0;
      if (trial && this.#state === 'trial') this.#back();
      return result;
    } finally {
      if (trial) this.#trying = false;
    }
  }

  /** One odd error of the server may be that of one key; several without an answer between them are not. */
  #endsDeciding(kind: StoreErrorKind): boolean {
    if (kind === 'foreign') return false;
    return kind !== 'server' || this.#state === 'trial' || ++this.#failures >= MOST_FAILURES;
  }

  /** Any other call. Rejects with a StoreError; at once while the store is lost. */
  async call<T>(use: (store: Store) => Promise<T>): Promise<T> {
    if (this.#state !== 'ok') throw this.#lostError();
    return this.#call(use, (kind) => kind === 'unreachable');
  }

  /** Work beside the requests that may take its time: whether it fails says nothing about the store. */
  async aside<T>(use: (store: Store) => Promise<T>): Promise<T> {
    if (this.#state !== 'ok' || this.#store === undefined || this.#closed) throw this.#lostError();
    return use(this.#store);
  }

  async #call<T>(
    use: (store: Store) => Promise<T>,
    isLoss: (kind: StoreErrorKind) => boolean,
    onLate?: (late: T) => void,
  ): Promise<T> {
    const store = this.#store;
    if (store === undefined || this.#state === 'lost' || this.#closed) throw this.#lostError();
    const epoch = this.#epoch;
    try {
      return await this.#withTimeout(use(store), onLate);
    } catch (error) {
      const cause = asStoreError(error);
      this.#options.onError(cause.kind);
      // A store that says which checks it could not decide is there.
      if (decidedBeside(cause) === undefined && isLoss(cause.kind) && this.#epoch === epoch)
        this.#lose(cause);
      throw cause;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#opening?.catch(() => undefined);
    if (this.#options.ownership === 'owned') await this.#store?.close().catch(() => undefined);
  }

  #lose(cause: StoreError): void {
    this.#cause = cause;
    if (this.#state === 'ok') {
      this.#lostAt = performance.now();
      this.#probeMs = FIRST_PROBE_MS;
      this.#state = 'lost';
      this.#options.onLost(cause);
      this.#probeLater();
    } else if (this.#state === 'trial') {
      this.#state = 'lost';
      this.#probeLater();
    }
  }

  #back(): void {
    this.#epoch++;
    this.#failures = 0;
    this.#state = 'ok';
    this.#probeMs = FIRST_PROBE_MS;
    this.#options.onBack(this.#store as Store, performance.now() - this.#lostAt);
  }

  #probeLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#probe(), this.#probeMs);
    this.#timer.unref();
    this.#probeMs = Math.min(LAST_PROBE_MS, this.#probeMs * 2);
  }

  async #probe(): Promise<void> {
    try {
      const store = this.#store;
      if (store === undefined) await this.#open();
      else await this.#withTimeout(store.generation());
    } catch (error) {
      this.#cause = asStoreError(error);
      this.#probeLater();
      return;
    }
    if (this.#closed) return;
    if (this.#cause === undefined || this.#cause.kind === 'unreachable') this.#back();
    else this.#state = 'trial';
  }

  async #open(): Promise<void> {
    this.#opening = (async () => {
      const store = await this.#options.open();
      this.#store = store;
      this.#atOnce = MemoryStore.decidesAtOnce(store) ? store : undefined;
    })();
    await this.#opening;
  }

  #withTimeout<T>(call: Promise<T>, onLate?: (late: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = this.#deadlines.add(() => {
        if (onLate !== undefined) call.then(onLate).catch(() => undefined);
        reject(this.#noAnswer());
      });
      call.then(
        (result) => {
          this.#deadlines.remove(waiting);
          resolve(result);
        },
        (error: unknown) => {
          this.#deadlines.remove(waiting);
          reject(error);
        },
      );
    });
  }

  #noAnswer(): StoreError {
    return new StoreError(`no answer within ${this.#options.timeoutMs} ms`, {
      kind: 'unreachable',
      url: 'the store',
      hint: 'is the server overloaded? a longer timeoutMs waits longer',
    });
  }

  #lostError(): StoreError {
    return (
      this.#cause ??
      new StoreError('the store is not open', {
        kind: 'unreachable',
        url: 'the store',
        hint: 'the limiter was closed, or has not connected yet',
      })
    );
  }
}

/** Whatever else a driver throws is a fault of the store, too: an application must not break on it. */
const asStoreError = (error: unknown): StoreError =>
  isStoreError(error)
    ? error
    : new StoreError(error instanceof Error ? error.message : 'the store failed', {
        kind: 'server',
        url: 'the store',
        hint: 'see the cause',
        cause: error,
      });
