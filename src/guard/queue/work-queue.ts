import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {rankOf} from '../../engine/queue-order.ts';
import type {QueueClass, QueueSpec} from '../../engine/queue-spec.ts';
import type {Store} from '../../store/port.ts';
import {processClock, StoreClock} from '../../store/store-clock.ts';
import {checkedOptions} from '../checked-options.ts';
import {Announcer} from './announcer.ts';
import type {Envelope} from './envelope.ts';
import {ParkLines} from './park-lines.ts';
import type {QueueEvents} from './queue-events.ts';
import type {AddOptions, QueueHandler, WorkOptions} from './queue-options.ts';
import type {QueueSettings} from './queue-settings.ts';
import {QueueWorker} from './queue-worker.ts';
import {StorePatience} from './store-patience.ts';

/** The store's clock is asked again after this long, µs. */
const CLOCK_TRUSTED = 10_000_000;
const MOST_CONCURRENCY = 1_000;

/** Takes items of a queue until it is stopped. */
export interface Worker {
  /** Items that are worked on now. */
  readonly running: number;
  /** Takes nothing more, and resolves when what is under way is done. */
  stop(): Promise<void>;
}

/** Work that waits for its turn and for its limits, shared by all processes that have the store. Made by `createQueue`. */
export class WorkQueue<Payload = unknown> {
  readonly #settings: QueueSettings;
  readonly #events: QueueEvents;
  readonly #store: Store;
  readonly #ownership: 'owned' | 'borrowed';
  readonly #announcer: Announcer;
  readonly #patience: StorePatience;
  readonly #lines = new ParkLines();
  readonly #workers = new Set<QueueWorker>();
  readonly #clock = new StoreClock(processClock, 0);
  #clockAskedAt = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | undefined;

  /** For `createQueue`. */
  constructor(
    settings: QueueSettings,
    events: QueueEvents,
    {store, ownership}: {readonly store: Store; readonly ownership: 'owned' | 'borrowed'},
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#store = store;
    this.#ownership = ownership;
    this.#announcer = new Announcer(store);
    this.#patience = new StorePatience({events, random: settings.random});
  }

  get spec(): QueueSpec {
    return this.#settings.spec;
  }

  /**
   * Puts work into the queue and answers its id. Once it has resolved the item survives this process. Rejects with a RatectlError
   * for options that are wrong, a RangeError for a payload that is no JSON or more than 256 KB, and a StoreError, after which the
   * item may be in the queue or not.
   */
  async add(payload: Payload, options: AddOptions = {}): Promise<string> {
    if (this.#closing !== undefined)
      throw new RatectlError('the queue is closed', {code: 'queue/closed', hint: 'make a new one'});
    const {delayMs = 0, attributes = {}} = options;
    const inClass = this.#classOf(options.class);
    const {cost} = checkedOptions(attributes, {cost: options.cost});
    if (!(delayMs >= 0 && Number.isFinite(delayMs)))
      throw new RatectlError(`a delayMs of ${quoted(String(delayMs))}, expected 0 or more`, {
        code: 'queue/delay',
      });
    if (payload === undefined)
      throw new RangeError('a payload of undefined, expected something that JSON can hold');
    const now = await this.#now();
    const envelope: Envelope = {payload, attributes, cost};
    const [id] = await this.#store.enqueue(this.spec.name, [
      {
        class: inClass.name,
        rank: rankOf(inClass, now),
        notBefore: delayMs === 0 ? 0 : now + Math.ceil(delayMs * 1_000),
        payload: envelope,
      },
    ]);
    for (const worker of this.#workers) worker.wake();
    this.#announcer.announce();
    return id!;
  }

  /**
   * Works on the items of the queue: lowest rank first, those that the limiter refuses when their limits allow them. The process is
   * kept alive until the worker is stopped. Throws a RatectlError for options that are wrong.
   */
  work(handler: QueueHandler<Payload>, {concurrency = 1, limiter}: WorkOptions = {}): Worker {
    if (this.#closing !== undefined)
      throw new RatectlError('the queue is closed', {code: 'queue/closed', hint: 'make a new one'});
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST_CONCURRENCY)
      throw new RatectlError(
        `a concurrency of ${quoted(String(concurrency))}, expected a whole number from 1 to ${MOST_CONCURRENCY}`,
        {code: 'queue/concurrency'},
      );
    const {spec, enabled, random} = this.#settings;
    const worker = new QueueWorker({
      ...{
        store: this.#store,
        spec,
        limiter,
        events: this.#events,
        random,
        patience: this.#patience,
        lines: this.#lines,
      },
      ...{concurrency, enabled},
      handler: handler as QueueHandler<unknown>,
      onStopped: (stopped) => this.#workers.delete(stopped),
    });
    this.#workers.add(worker);
    return worker;
  }

  /** Stops the workers, waits for what is under way, and closes the store unless it was given open. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    await this.#announcer.close();
    if (this.#ownership === 'owned') await this.#store.close();
  }

  #classOf(name: string | undefined): QueueClass {
    const {classes} = this.spec;
    const found =
      name === undefined && classes.length === 1 ? classes[0] : classes.find((one) => one.name === name);
    if (found !== undefined) return found;
    const known = classes.map((one) => one.name).join(', ');
    throw new RatectlError(
      name === undefined
        ? `queue "${this.spec.name}" has several classes, and none was said`
        : `queue "${this.spec.name}" has no class ${quoted(name)}`,
      {code: 'queue/class', hint: `one of: ${known}`},
    );
  }

  /** The store's clock, µs: as it told a short time ago, and the time that has passed since. */
  async #now(): Promise<number> {
    if (processClock() - this.#clockAskedAt > CLOCK_TRUSTED) {
      const askedAt = processClock();
      this.#clock.sync(await this.#store.now());
      this.#clockAskedAt = askedAt;
    }
    return this.#clock.now();
  }
}
