import {setImmediate} from 'node:timers/promises';
import type {ClaimedItem} from '../../store/port.ts';
import {sleep} from '../sleep.ts';
import {ItemRun, type RunContext} from './item-run.ts';

/** Something that may be there is not looked for more often than this, ms. */
const FLOOR_MS = 200;
/** News may be lost: the store is looked at after this long anyway, ms. */
const CEILING_MS = 5_000;
/** Claims in a row that found nothing, although something was due: somebody else is faster. */
const PATIENT = 3;

export interface WorkerOptions extends Omit<RunContext, 'stopping'> {
  readonly concurrency: number;
  readonly enabled: boolean;
  readonly onStopped: (worker: QueueWorker) => void;
}

/** Works on the items of a queue until it is stopped. */
export class QueueWorker {
  readonly #options: WorkerOptions;
  readonly #context: RunContext;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #done: Promise<void>;
  #wake: (() => void) | undefined;
  #onDone: (() => void) | undefined;
  /** A wake that came while nobody slept. */
  #isWoken = false;
  #unlisten: (() => Promise<void>) | undefined;
  #claimedAt = Number.NEGATIVE_INFINITY;
  #empty = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#context = {...options, stopping: this.#stopping.signal};
    this.#done = options.enabled ? this.#work() : Promise.resolve();
  }

  /** Items that are worked on now. */
  get running(): number {
    return this.#running.size;
  }

  /** Takes nothing more, and resolves when all that was under way is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#done;
    await Promise.all(this.#running);
    await this.#unlisten?.().catch(() => undefined);
    this.#unlisten = undefined;
    this.#options.onStopped(this);
  }

  /** There may be something to do. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  async #work(): Promise<void> {
    const {concurrency} = this.#options;
    const {signal} = this.#stopping;
    while (!signal.aborted) {
      // A store in this process answers without the event loop: timers and sockets get their turn here.
      await setImmediate();
      const free = concurrency - this.#running.size;
      if (free <= 0) {
        await this.#oneDone();
        continue;
      }
      try {
        const claimed = await this.#claim(free);
        this.#empty = claimed.length === 0 ? this.#empty + 1 : 0;
        if (claimed.length < free) await this.#rest();
      } catch {
        // Stopped while the store was away, or something that is no fault of the store: not to be repeated at once.
        await sleep(FLOOR_MS, signal).catch(() => undefined);
      }
    }
  }

  async #claim(count: number): Promise<readonly ClaimedItem[]> {
    const {store, spec, patience} = this.#context;
    const {signal} = this.#stopping;
    this.#isWoken = false;
    let askedAt = 0;
    const claimed = await patience.run(() => {
      askedAt = performance.now();
      return store.claim(spec.name, {count, leaseFor: spec.lease});
    }, signal);
    this.#claimedAt = performance.now();
    if (signal.aborted) await this.#giveBack(claimed);
    else for (const item of claimed) this.#start(item, askedAt);
    return claimed;
  }

  #start(item: ClaimedItem, askedAt: number): void {
    const running = new ItemRun(item, askedAt, this.#context).run().finally(() => {
      this.#running.delete(running);
      this.#onDone?.();
      // A parked or failed one may be due before what is slept for.
      this.wake();
    });
    this.#running.add(running);
  }

  /** One of those that are worked on is done. A race of their promises would leave something behind at the slowest one each time. */
  #oneDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDone = resolve;
    });
  }

  /** Claimed by a question that was under way when the worker was stopped: others may have them at once. */
  async #giveBack(items: readonly ClaimedItem[]): Promise<void> {
    const {store, spec} = this.#context;
    for (const item of items) await store.settle(spec.name, item, {kind: 'park', notBefore: 0});
  }

  /** Sleeps until something is due, or somebody says that there is something. */
  async #rest(): Promise<void> {
    await this.#listen();
    const wait = await this.#untilNext();
    await this.#sleep(wait);
    // Woken by news, or outrun by others: not to be asked for again at once.
    const since = performance.now() - this.#claimedAt;
    if (this.#empty >= PATIENT && since < FLOOR_MS) await this.#pause(FLOOR_MS - since);
  }

  /** Milliseconds until the next item is due, as far as the store knows. */
  async #untilNext(): Promise<number> {
    const {store, spec, patience} = this.#context;
    const {signal} = this.#stopping;
    const all = await patience.run(() => store.queues(), signal);
    const facts = all.find(({queue}) => queue === spec.name);
    if (facts === undefined || facts.nextAt === Number.POSITIVE_INFINITY) return CEILING_MS;
    const now = await patience.run(() => store.now(), signal);
    return Math.min(CEILING_MS, (facts.nextAt - now) / 1_000);
  }

  async #listen(): Promise<void> {
    if (this.#unlisten !== undefined) return;
    // Without news the ceiling is what brings items of others.
    this.#unlisten = await this.#context.store.listen(() => this.wake()).catch(() => undefined);
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#isWoken || ms <= 0) return;
    await sleep(ms, this.#stopping.signal, (wake) => {
      this.#wake = wake;
      return () => {
        this.#wake = undefined;
      };
    }).catch(() => undefined);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, this.#stopping.signal).catch(() => undefined);
  }
}
