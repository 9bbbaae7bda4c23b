import {randomBytes} from 'node:crypto';
import {hostname} from 'node:os';
import {callListener} from '../../base/call-listener.ts';
import type {ModeNow} from '../../engine/control/degradation.ts';
import {machineClock} from '../../store/machine-clock.ts';
import {processClock, StoreClock} from '../../store/store-clock.ts';
import {type ControlNews, type ControlPolicy, ControlStates} from './control-states.ts';
import {LoadMeter, type LoadSource} from './load-meter.ts';
import {type ControlStore, SharedControl} from './shared-control.ts';

export interface ControlLoopOptions {
  readonly policy: ControlPolicy;
  /** Asks the store that processes share; may reject, and then this process goes on alone. Undefined: it always is. */
  readonly call?: (<T>(ask: (store: ControlStore) => Promise<T>) => Promise<T>) | undefined;
  /** Unique among all processes. @default `host:pid:random` */
  readonly instance?: string | undefined;
  /** @default a `LoadMeter` of this process */
  readonly load?: LoadSource | undefined;
  /** Told of what is in force from now on, in this process. What it throws is ignored. */
  readonly onChange?: ((news: readonly ControlNews[]) => unknown) | undefined;
  /** Monotonic, µs. @default this process's */
  readonly monotonic?: (() => number) | undefined;
}

/** Of an interval: so much later, at random, that processes do not all ask at once. */
const JITTER = 0.05;
/** Timers may be early by as much: a step that is not due yet would wait for another interval. */
const EARLY_MS = 1;
/** The longest that a timer can take, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Control under load in one process: measures it at the shortest `every` of the policy, steps adaptive entries and the degradation
 * together with the other processes, and knows what is in force. Questions are answered at once, from what is known here.
 *
 * Others' steps are known an interval later at the latest; a mode set by hand as soon as it is announced (`hear`, and the store's own
 * news). While the store is lost, this process goes on alone with its own load; when it is back, what was shrunk meanwhile recovers in
 * steps. Never keeps the process alive, and never rejects.
 */
export class ControlLoop {
  readonly #options: ControlLoopOptions;
  readonly #states: ControlStates;
  readonly #clock: StoreClock;
  readonly #load: LoadSource;
  readonly #shared: SharedControl;
  /** µs. */
  readonly #every: number;
  #timer: NodeJS.Timeout | undefined;
  #ending: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #looking = false;
  #unlisten: (() => Promise<void>) | undefined;
  #closed = false;

  constructor(options: ControlLoopOptions) {
    const {policy, monotonic = processClock, load = new LoadMeter()} = options;
    const {instance = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`} = options;
    this.#options = options;
    this.#load = load;
    this.#states = new ControlStates(policy);
    this.#clock = new StoreClock(monotonic, machineClock()());
    const {adaptive, degradation} = policy;
    this.#every = Math.min(
      ...adaptive.map(({every}) => every),
      degradation?.every ?? Number.POSITIVE_INFINITY,
    );
    const parts = {policy, states: this.#states, clock: this.#clock, instance, every: this.#every};
    this.#shared = new SharedControl(parts);
  }

  /** Takes over what is in force elsewhere, and goes on from there. Resolves when that is known, or could not be asked for. */
  async start(): Promise<void> {
    if (!Number.isFinite(this.#every)) return;
    this.#load.start();
    await this.#look();
    this.#later();
  }

  /** Something that was let in is done, or nobody waits for it any more; µs since then. */
  observe(responseTimeUs: number, how: 'completed' | 'abandoned' = 'completed'): void {
    this.#load.observe(responseTimeUs, how);
  }

  /** Whole percent ÷ 100; 1: all of it. */
  shareOfLimit(name: string): number {
    return this.#states.limits.get(name) ?? 1;
  }

  shareOfPool(name: string): number {
    return this.#states.pools.get(name) ?? 1;
  }

  /** By name, for `RequestRouter.setShares`. */
  limitShares(): ReadonlyMap<string, number> {
    return this.#states.limits;
  }

  /** Which classes are served, set by whom, and until when (µs of the store's clock). */
  mode(): ModeNow {
    return this.#states.mode(this.#clock.now());
  }

  /** Somebody announced something: looks at what is stored. Many calls at once are one look. */
  hear(): void {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    void this.#look();
  }

  /** Ends it, and tells the others that this process is gone. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#ending);
    this.#load.close();
    await this.#working;
    await this.#unlisten?.().catch(() => undefined);
    await this.#call((store) => this.#shared.leave(store));
  }

  #look(): Promise<void> {
    return this.#inTurn(async () => {
      this.#looking = false;
      await this.#call((store) => this.#shared.look(store));
      await this.#listen();
    });
  }

  #step(): Promise<void> {
    return this.#inTurn(async () => {
      const sample = this.#load.sample();
      if (!(await this.#call((store) => this.#shared.exchange(store, sample))))
        this.#shared.stepAlone(sample);
      await this.#listen();
    });
  }

  /** One conversation with the store at a time; what came of it is put in force. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#working = this.#working.then(async () => {
      if (this.#closed) return;
      await work();
      this.#settle();
    });
    return this.#working;
  }

  /** Whether the store was asked. */
  async #call(ask: (store: ControlStore) => Promise<void>): Promise<boolean> {
    const {call} = this.#options;
    if (call === undefined) return false;
    try {
      await call(ask);
      return true;
    } catch {
      return false;
    }
  }

  /** A store that cannot tell is asked at every step anyway. */
  async #listen(): Promise<void> {
    if (this.#unlisten !== undefined || this.#closed) return;
    await this.#call(async (store) => {
      this.#unlisten = await store.listen(() => this.hear());
    });
  }

  #settle(): void {
    const now = this.#clock.now();
    const news = this.#states.settle(now);
    if (news.length > 0) callListener(this.#options.onChange, [news]);
    clearTimeout(this.#ending);
    const {until} = this.#states.mode(now);
    if (!Number.isFinite(until) || this.#closed) return;
    this.#ending = setTimeout(() => this.#settle(), Math.min(LONGEST_MS, Math.ceil((until - now) / 1_000)));
    this.#ending.unref();
  }

  /** The next step is made when the first of them is due, but not so soon that what is measured says nothing. */
  #later(): void {
    if (this.#closed) return;
    const {adaptive, degradation} = this.#options.policy;
    const due = [
      ...adaptive.map(({name, every}) => this.#states.adaptive(name).steppedAt + every),
      ...(degradation === undefined ? [] : [this.#states.degradation.steppedAt + degradation.every]),
    ];
    const wait = Math.min(...due) - this.#clock.now();
    const bounded = Math.min(this.#every, Math.max(this.#every / 2, wait));
    const jitter = this.#options.call === undefined ? 0 : Math.random() * JITTER * this.#every;
    this.#timer = setTimeout(
      () => void this.#step().then(() => this.#later()),
      Math.ceil((bounded + jitter) / 1_000) + EARLY_MS,
    );
    this.#timer.unref();
  }
}
