import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {emptyPool} from '../../engine/pool/pool.ts';
import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import type {Store} from '../../store/port.ts';
import {isStoreError, type StoreError} from '../../store/store-error.ts';
import {type PoolStore, StoredPool} from '../../store/stored-pool.ts';
import {StoreGuard} from '../store-guard.ts';
import type {ConcurrencyEvents} from './concurrency-events.ts';
import {ConcurrencyLimitError, closedError} from './concurrency-limit-error.ts';
import type {ConcurrencyMetrics} from './concurrency-metrics.ts';
import type {AcquireOptions, SlotUse} from './concurrency-options.ts';
import {type ConcurrencySettings, workOf} from './concurrency-settings.ts';
import {type ConcurrencyState, readPool, stateOf} from './concurrency-state.ts';
import {fixedSlot} from './fixed-slot.ts';
import {guardedStore} from './guarded-store.ts';
import type {HeldSlot} from './held-slot.ts';
import {localPool, shareOf} from './local-pool.ts';
import {PoolMember} from './pool-member.ts';
import {PoolReporter, retryAfterMs, TRY_AGAIN_MS, type Work} from './pool-reporter.ts';
import type {Slot, SlotSource} from './slot.ts';
import type {WaitingCall} from './waiting-call.ts';

/** The store of a limiter: opened already, or to be opened, again and again until that succeeds. */
export interface ConcurrencyStore {
  readonly open: () => Promise<Store>;
  /** Whether `close` closes the store, too. */
  readonly ownership: 'owned' | 'borrowed';
}

interface Asked extends Work {
  /** When it gives up, ms of `performance.now()`. */
  readonly until: number;
  readonly queue: 'pool' | 'none';
  readonly signal: AbortSignal | undefined;
}

/**
 * Slots for work that runs at the same time, shared by all processes that have the store, and a queue before them. Made by
 * `createConcurrency`.
 */
export class ConcurrencyLimiter {
  readonly #settings: ConcurrencySettings;
  readonly #guard: StoreGuard;
  readonly #store: PoolStore;
  readonly #pool: StoredPool;
  readonly #shared: PoolMember;
  readonly #report: PoolReporter;
  readonly #workOf: ReturnType<typeof workOf>;
  #local: PoolMember | undefined;
  #starting: Promise<void> | undefined;
  #isStarted = false;
  #closing: Promise<void> | undefined;

  /** For `createConcurrency`. */
  constructor(settings: ConcurrencySettings, events: ConcurrencyEvents, {open, ownership}: ConcurrencyStore) {
    this.#settings = settings;
    this.#workOf = workOf(settings);
    this.#report = new PoolReporter(settings.spec.name, events);
    this.#guard = new StoreGuard({
      ...{open, ownership, timeoutMs: settings.timeoutMs},
      onLost: (error) => this.#lost(error),
      onBack: (_, lostForMs) => this.#back(lostForMs),
      onError: () => undefined,
    });
    this.#store = guardedStore(this.#guard);
    this.#pool = new StoredPool(this.#store, settings.spec);
    this.#shared = this.#memberOf(this.#pool, 'store');
  }

  get spec(): PoolSpec {
    return this.#settings.spec;
  }

  /** Slots that there are, all processes together. */
  get max(): number {
    return this.#shared.max;
  }

  get metrics(): ConcurrencyMetrics {
    return {...this.#report.counts, held: this.#shared.held + (this.#local?.held ?? 0)};
  }

  /**
   * A slot, as soon as there is one. To be given back with `release`. Rejects with a ConcurrencyLimitError when there is none in
   * time, with the signal's reason when that is aborted, and with a RatectlError for options that are wrong.
   */
  async acquire(options: AcquireOptions = {}): Promise<Slot> {
    if (this.#closing !== undefined) throw closedError();
    const asked = this.#asked(options);
    asked.signal?.throwIfAborted();
    if (!this.#settings.enabled) return this.#report.granted(asked, fixedSlot(asked.key, 'off'));
    if (!this.#isStarted) await this.start();
    if (!this.#guard.decides) return this.#withoutStore(asked, this.#guard.cause);
    try {
      return await this.#enter(this.#shared, asked);
    } catch (error) {
      if (!isStoreError(error)) throw error;
      return this.#withoutStore(asked, error);
    }
  }

  /** A slot if one is free now; undefined: none is. Takes no place in the queue. */
  async tryAcquire(options: Omit<AcquireOptions, 'timeoutMs'> = {}): Promise<Slot | undefined> {
    try {
      return await this.acquire({...options, timeoutMs: 0});
    } catch (error) {
      if (error instanceof ConcurrencyLimitError) return undefined;
      throw error;
    }
  }

  /** Runs work in a slot. Rejects like `acquire`, and with what the work throws. */
  async run<T>(work: (use: SlotUse) => T | Promise<T>, options: AcquireOptions = {}): Promise<T> {
    const slot = await this.acquire(options);
    try {
      return await work({signal: slot.signal, fencingToken: slot.fencingToken});
    } finally {
      await slot.release();
    }
  }

  /** The pool as it is. Never rejects: while the store is lost it says what decides in its place. */
  async state(): Promise<ConcurrencyState> {
    const {enabled, onStoreError, spec} = this.#settings;
    if (!enabled) return stateOf(spec.name, 'off', emptyPool, this.max);
    if (!this.#isStarted) await this.start();
    try {
      return stateOf(spec.name, 'store', await readPool(this.#store, spec.name), this.max);
    } catch {
      const local = onStoreError === 'local' ? this.#localMember() : undefined;
      return stateOf(spec.name, onStoreError, local?.state ?? emptyPool, local?.max ?? this.max);
    }
  }

  /**
   * How many slots there are from now on, for adaptive control; whole, 1 … the pool's `max`. All processes are to say the same. What
   * runs is left alone. Throws a RatectlError for anything else.
   */
  setMax(max: number): void {
    if (!Number.isInteger(max) || max < 1 || max > this.spec.max)
      throw new RatectlError(
        `a max of ${quoted(String(max))}, expected a whole number from 1 to ${this.spec.max}`,
        {code: 'concurrency/max'},
      );
    this.#shared.setMax(max);
    this.#local?.setMax(shareOf(max, this.#settings.instances));
  }

  /** Opens the store, where that was not done yet. Never rejects: while it cannot be had `onStoreError` decides. */
  start(): Promise<void> {
    this.#starting ??= this.#guard.start().then(() => {
      this.#isStarted = true;
    });
    return this.#starting;
  }

  /**
   * Refuses who waits, and waits for slots in use to be given back: for one lease at most, for they are not renewed any more. Then
   * closes the store unless it was given open.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#starting;
    await Promise.all([this.#shared.close(closedError()), this.#local?.close(closedError())]);
    this.#report.close();
    await this.#guard.close();
  }

  #asked({timeoutMs, signal, ...options}: AcquireOptions): Asked {
    const {spec} = this.#settings;
    if (timeoutMs !== undefined && !(timeoutMs >= 0))
      throw new RatectlError(`a timeoutMs of ${quoted(String(timeoutMs))}, expected 0 or more`, {
        code: 'concurrency/timeout',
      });
    const waitMs = Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, spec.wait / 1_000);
    return {
      ...this.#workOf(options),
      until: performance.now() + waitMs,
      queue: waitMs === 0 ? 'none' : 'pool',
      signal,
    };
  }

  #enter(member: PoolMember, asked: Asked): Promise<Slot> {
    const {key, rank, until, queue, signal} = asked;
    return new Promise((resolve, reject) => {
      const over = (): void => signal?.removeEventListener('abort', aborted);
      const call: WaitingCall<HeldSlot> = member.enter({
        ...{key, rank, queue, waitMs: Math.max(0, until - performance.now())},
        onSlot: (slot) => {
          over();
          resolve(this.#report.granted(asked, slot));
        },
        onEnd: (end) => {
          over();
          reject(this.#report.ended(call, end, retryAfterMs(member.state, member.max)));
        },
      });
      const aborted = (): void => member.leave(call, {kind: 'failed', error: signal?.reason});
      if (signal?.aborted) aborted();
      else signal?.addEventListener('abort', aborted, {once: true});
    });
  }

  async #withoutStore(asked: Asked, cause: StoreError | undefined): Promise<Slot> {
    const {onStoreError} = this.#settings;
    asked.signal?.throwIfAborted();
    if (this.#closing !== undefined) throw closedError();
    if (onStoreError === 'local') return this.#enter(this.#localMember(), asked);
    if (onStoreError === 'open') return this.#report.granted(asked, fixedSlot(asked.key, 'open'));
    throw this.#report.refused(asked, {reason: 'store', retryAfterMs: TRY_AGAIN_MS}, cause);
  }

  #memberOf(pool: StoredPool, source: Extract<SlotSource, 'store' | 'local'>): PoolMember {
    const member: PoolMember = new PoolMember({
      ...{pool, source},
      onQueued: (call, place) => this.#report.queued(call, place),
      onLost: (slot) => this.#report.leaseLost(slot),
      onState: (state) => this.#report.seen(state, member.max),
    });
    return member;
  }

  #localMember(): PoolMember {
    const {spec, instances} = this.#settings;
    if (this.#local === undefined) {
      this.#local = this.#memberOf(localPool(spec, instances), 'local');
      this.#local.setMax(shareOf(this.max, instances));
    }
    return this.#local;
  }

  #lost(error: StoreError): void {
    this.#report.storeLost(error);
    // Who waits learns at once.
    this.#shared.look();
  }

  #back(lostForMs: number): void {
    this.#pool.forgetClock();
    if (!this.#isStarted && this.#guard.cause === undefined) return;
    this.#shared.look('and change');
    this.#report.storeBack(lostForMs);
  }
}
