import {Deadlines} from '../base/deadlines.ts';
import type {Check, CheckAnswer} from '../engine/live/check.ts';
import {MemoryStore} from '../store/memory/memory-store.ts';
import type {Store} from '../store/port.ts';
import type {StoreError, StoreErrorKind} from '../store/store-error.ts';
import {decidedBeside} from './decided-beside.ts';
import {asStoreError, noAnswerError, notOpenError} from './guard-errors.ts';
import {type InTimeOptions, inTime} from './in-time.ts';
import {UnderWay} from './under-way.ts';

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

type Ends<T> = Pick<InTimeOptions<T>, 'causeOf' | 'onAnswer' | 'onLate'>;

interface CallRules<T> extends Omit<Ends<T>, 'causeOf'> {
  /** Whether an error of this kind loses the store. */
  readonly isLoss: (kind: StoreErrorKind) => boolean;
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
  /** Calls that are waited for. */
  readonly #underWay = new UnderWay();
  readonly #noAnswer = (): StoreError => noAnswerError(this.#options.timeoutMs);
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

  /**
   * Has a store in this process decide within the call. Undefined: ask with `decide`, which also says why it cannot. `at`: what
   * `processClock` shows, when it was read.
   */
  decideAtOnce(check: Check, at: number | undefined): CheckAnswer | undefined {
    if (this.#atOnce === undefined || this.#state !== 'ok' || this.#closed) return undefined;
    try {
      return this.#atOnce.checkNow(check, at);
    } catch {
      return undefined;
    }
  }

  /**
   * Has the store decide. Rejects with a StoreError; at once while the store is lost. `onLate` is told what arrives after it was
   * waited for no longer.
   */
  decide<T>(use: (store: Store) => Promise<T>, onLate?: (late: T) => void): Promise<T> {
    return this.#state === 'trial'
      ? this.#try(use, onLate)
      : this.#call(use, {isLoss: this.#endsDeciding, onAnswer: this.#decided, onLate});
  }

  /** A check that shows whether a store that can be reached decides again: one at a time. */
  async #try<T>(use: (store: Store) => Promise<T>, onLate?: (late: T) => void): Promise<T> {
    if (this.#trying) throw this.#lostError();
    this.#trying = true;
    try {
      const result = await this.#call(use, {isLoss: this.#endsDeciding, onAnswer: this.#decided, onLate});
      if (this.#state === 'trial') this.#back();
      return result;
    } finally {
      this.#trying = false;
    }
  }

  readonly #decided = (): void => {
    this.#failures = 0;
    this.#underWay.end();
  };

  /** One odd error of the server may be that of one key; several without an answer between them are not. */
  readonly #endsDeciding = (kind: StoreErrorKind): boolean => {
    if (kind === 'foreign') return false;
    return kind !== 'server' || this.#state === 'trial' || ++this.#failures >= MOST_FAILURES;
  };

  /** Any other call. Rejects with a StoreError; at once while the store is lost. */
  async call<T>(use: (store: Store) => Promise<T>): Promise<T> {
    if (this.#state !== 'ok') throw this.#lostError();
    return this.#call(use, {isLoss: isUnreachable, onAnswer: this.#underWay.end});
  }

  /** Work beside the requests that may take its time: whether it fails says nothing about the store. */
  async aside<T>(use: (store: Store) => Promise<T>): Promise<T> {
    if (this.#state !== 'ok' || this.#store === undefined || this.#closed) throw this.#lostError();
    return use(this.#store);
  }

  #call<T>(use: (store: Store) => Promise<T>, {isLoss, onAnswer, onLate}: CallRules<T>): Promise<T> {
    const store = this.#store;
    if (store === undefined || this.#state === 'lost' || this.#closed)
      return Promise.reject(this.#lostError());
    const epoch = this.#epoch;
    this.#underWay.begin();
    const causeOf = (error: unknown): StoreError => {
      this.#underWay.end();
      const cause = asStoreError(error);
      this.#options.onError(cause.kind);
      // A store that says which checks it could not decide is there.
      if (decidedBeside(cause) === undefined && isLoss(cause.kind) && this.#epoch === epoch)
        this.#lose(cause);
      return cause;
    };
    return this.#inTime(calling(use, store), {causeOf, onAnswer, onLate});
  }

  /** From now on calls fail at once. Waits for those under way, which the timeout ends at the latest. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#opening?.catch(() => undefined);
    await this.#underWay.idle();
    if (this.#options.ownership === 'owned') await this.#store?.close().catch(() => undefined);
  }

  #lose(cause: StoreError): void {
    this.#cause = cause;
    if (this.#closed) return;
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
      else await this.#inTime(store.generation(), {causeOf: asStoreError});
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

  #inTime<T>(call: Promise<T>, {causeOf, onAnswer, onLate}: Ends<T>): Promise<T> {
    return inTime(call, {deadlines: this.#deadlines, noAnswer: this.#noAnswer, causeOf, onAnswer, onLate});
  }

  #lostError(): StoreError {
    return this.#cause ?? notOpenError();
  }
}

const isUnreachable = (kind: StoreErrorKind): boolean => kind === 'unreachable';

/** A store that throws rather than rejects has failed as well. */
const calling = <T>(use: (store: Store) => Promise<T>, store: Store): Promise<T> => {
  try {
    return use(store);
  } catch (error) {
    return Promise.reject(error);
  }
};
