import {setTimeout as sleep} from 'node:timers/promises';
import {mergePools} from '../engine/pool/merge-pools.ts';
import {emptyPool, type PoolLease, type PoolState} from '../engine/pool/pool.ts';
import {readPoolState} from '../engine/pool/pool-reader.ts';
import type {PoolSpec} from '../engine/pool/pool-spec.ts';
import type {Documents, Store} from './port.ts';
import {processClock, StoreClock} from './store-clock.ts';
import {StoreError} from './store-error.ts';

/** Kind of the documents; the id is the pool's name. */
export const POOL_KIND = 'pool';

export type PoolStore = Pick<Store, 'get' | 'put' | 'now' | 'notify' | 'listen'>;

/** What a change decides with. */
export interface PoolMoment {
  /** The store's clock, not later than it shows, µs. */
  readonly now: number;
  /** Leases are longer by what the clock may be wrong: nobody else ends them before their holder does. */
  readonly spec: PoolSpec;
}

export interface PoolChange<T> {
  readonly state: PoolState;
  readonly answer: T;
}

const ATTEMPTS = 200;
/** After the second conflict others are let go first, for a random time that grows with each one by so much, ms, … */
const PAUSE_MS = 4;
/** … up to this. */
const LONGEST_PAUSE_MS = 20;
/** The store's clock is asked again after this long, µs. */
const CLOCK_TRUSTED = 10_000_000;
/** How much the two clocks may drift apart, as a share of the time since the store's was asked. */
const DRIFT = 0.001;
/** The time of day and the monotonic clock went apart by more: the machine slept, µs. */
const SLEPT = 500_000;

/**
 * A pool of slots that all processes on a store share, see engine/pool/pool.ts: one document, changed by compare-and-set. What was
 * written last is remembered, so that a change that nobody else came before takes one round trip. Not for two changes at once.
 * Every method rejects with a StoreError.
 */
export class StoredPool {
  readonly spec: PoolSpec;
  readonly #store: PoolStore;
  readonly #clock = new StoreClock(processClock, 0);
  /** How much later than it is known the store's clock may be, µs, when it was asked. */
  #error = 0;
  #syncedAt = Number.NEGATIVE_INFINITY;
  #slept = 0;
  #state: PoolState = emptyPool;
  #version = 0;
  /** Whether the next change may begin with what is remembered. */
  #isFresh = false;

  constructor(store: PoolStore, spec: PoolSpec) {
    this.#store = store;
    this.spec = spec;
  }

  /** As it was known last; `now` is not later than the store's clock, µs. */
  get known(): {readonly state: PoolState; readonly now: number} {
    return {state: this.#state, now: this.#clock.now()};
  }

  /** µs for which a lease surely lasts. */
  remaining({until}: PoolLease): number {
    return until - this.#clock.now() - this.#uncertainty();
  }

  async read(): Promise<PoolState> {
    await this.#sync();
    await this.#get();
    return this.#state;
  }

  /** Others have written since: to be looked at before the next change. */
  distrust(): void {
    this.#isFresh = false;
  }

  /** The store was away: its clock may be another one. */
  forgetClock(): void {
    this.#syncedAt = Number.NEGATIVE_INFINITY;
    this.#isFresh = false;
  }

  /** `decide` may be asked several times; only the last answer counts. */
  async change<T>(decide: (state: PoolState, moment: PoolMoment) => PoolChange<T>): Promise<T> {
    await this.#sync();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const isRemembered = this.#isFresh;
      const isWhole = isRemembered || (await this.#get());
      const {state, answer} = decide(this.#state, this.#moment());
      if (state === this.#state && isWhole) {
        if (!isRemembered) return answer;
        // What is decided without a write has to be decided on what there is.
        this.#isFresh = false;
        continue;
      }
      if (await this.#put(state)) return answer;
      if (attempt > 0) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, attempt * PAUSE_MS));
    }
    throw new StoreError(`the pool "${this.spec.name}" is changed by others all the time`, {
      kind: 'server',
      url: 'the store',
      hint: 'share one pool among fewer processes',
    });
  }

  /** Tells other processes that something of theirs has changed. */
  notify(): Promise<void> {
    return this.#store.notify(topicOf(this.spec.name));
  }

  listen(onNews: () => void): Promise<() => Promise<void>> {
    return this.#store.listen(onNews, topicOf(this.spec.name));
  }

  /** Answers whether the store has all that is known. */
  async #get(): Promise<boolean> {
    const document = await this.#store.get(POOL_KIND, this.spec.name);
    const stored = document === undefined ? emptyPool : readPoolState(document.value);
    this.#version = document?.version ?? 0;
    this.#state = mergePools(stored, this.#state);
    return this.#state === stored;
  }

  async #put(state: PoolState): Promise<boolean> {
    // Until the answer comes nobody knows what is there.
    this.#isFresh = false;
    const put = await this.#store.put(POOL_KIND, this.spec.name, state, {ifVersion: this.#version});
    if (put === undefined) return false;
    this.#version = put.version;
    this.#state = state;
    this.#isFresh = true;
    return true;
  }

  #moment(): PoolMoment {
    const {spec} = this;
    const lease = spec.lease + Math.ceil(this.#uncertainty());
    return {now: this.#clock.now(), spec: {...spec, lease}};
  }

  #uncertainty(): number {
    return this.#error + (processClock() - this.#syncedAt) * DRIFT;
  }

  async #sync(): Promise<void> {
    const slept = Date.now() * 1_000 - processClock();
    const asked = processClock();
    if (asked - this.#syncedAt < CLOCK_TRUSTED && Math.abs(slept - this.#slept) < SLEPT) return;
    this.#clock.sync(await this.#store.now());
    this.#syncedAt = processClock();
    this.#error = this.#syncedAt - asked;
    this.#slept = slept;
  }
}

const topicOf = (name: string): string => `pool ${name}`;

/** All pools of a store, by name. What cannot be read is left out. */
export const listPools = async (
  store: Pick<Documents, 'list'>,
): Promise<readonly {readonly name: string; readonly state: PoolState}[]> => {
  const documents = await store.list(POOL_KIND);
  return documents.flatMap(({id, value}) => {
    const state = readPoolState(value);
    return state === undefined ? [] : [{name: id, state}];
  });
};
