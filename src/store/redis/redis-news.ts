import {NewsSubscription} from './news-subscription.ts';
import type {RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';

/** How often the generation is asked for by those who cannot subscribe, or have lost the connection. */
const ASKED_EVERY_MS = 500;
/** How often by those who have subscribed: a message may be lost on its way, or its sender may not publish. */
const CHECKED_EVERY_MS = 5_000;

interface Listener {
  readonly onNews: () => void;
}

/**
 * The generation, and those who want to hear that it grew. Messages on `<prefix>~news` are `<database> <generation>`: a channel is
 * heard in all databases of a server.
 */
export class RedisNews {
  readonly #connection: RedisConnection;
  readonly #key: string;
  readonly #channel: string;
  readonly #listeners = new Set<Listener>();
  #subscription: NewsSubscription | undefined;
  /** Of the subscription and the first question. */
  #started: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The generation as last heard of; undefined: not known. */
  #known: number | undefined;
  #messages = 0;

  constructor(connection: RedisConnection, keys: RowKeys) {
    this.#connection = connection;
    this.#key = keys.own('generation');
    this.#channel = `${keys.prefix}~news`;
  }

  async generation(): Promise<number> {
    return Number((await this.#connection.run(() => this.#connection.client.get(this.#key))) ?? 0);
  }

  /** Done once the generation has grown: who is not reached by the message asks for it. */
  async announce(): Promise<void> {
    const {client, database} = this.#connection;
    const generation = await this.#connection.run(() => client.incr(this.#key));
    await client.publish(this.#channel, `${database} ${generation}`).catch(() => {});
  }

  async listen(onNews: () => void): Promise<() => Promise<void>> {
    const listener = {onNews};
    this.#listeners.add(listener);
    this.#started ??= this.#start();
    await this.#started;
    return async () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.stop();
    };
  }

  /** Nobody hears anything any more. */
  stop(): void {
    this.#listeners.clear();
    this.#subscription?.stop();
    this.#subscription = undefined;
    this.#started = undefined;
    clearTimeout(this.#timer);
  }

  async #start(): Promise<void> {
    const subscription = new NewsSubscription({
      connection: this.#connection,
      channel: this.#channel,
      onMessage: (text) => this.#hear(text),
      onReturn: () => this.#missed(subscription),
    });
    this.#subscription = subscription;
    await subscription.start();
    this.#known = await this.generation().catch(() => undefined);
    this.#askLater(subscription);
  }

  #hear(text: string): void {
    const [, database, generation] = /^(\d+) (\d+)$/.exec(text) ?? [];
    if (Number(database) !== this.#connection.database) return;
    this.#messages++;
    this.#known = Number(generation);
    this.#tell();
  }

  /** Something may have been announced while nobody listened: said at once, also when the generation cannot be asked for. */
  #missed(subscription: NewsSubscription): void {
    this.#tell();
    this.#known = undefined;
    void this.#ask(subscription, 'quietly');
  }

  /** Asks for the generation; tells when it is another one, and when it was not known which one there was. */
  async #ask(subscription: NewsSubscription, how: 'telling' | 'quietly' = 'telling'): Promise<void> {
    const before = this.#messages;
    const generation = await this.generation().catch(() => undefined);
    // What was asked for before a message came is older than the message.
    if (subscription !== this.#subscription || generation === undefined || before !== this.#messages) return;
    if (generation === this.#known) return;
    this.#known = generation;
    if (how === 'telling') this.#tell();
  }

  #askLater(subscription: NewsSubscription): void {
    if (subscription !== this.#subscription) return;
    clearTimeout(this.#timer);
    const wait = subscription.isSubscribed ? CHECKED_EVERY_MS : ASKED_EVERY_MS;
    this.#timer = setTimeout(async () => {
      subscription.probe();
      await this.#ask(subscription);
      this.#askLater(subscription);
    }, wait).unref();
  }

  #tell(): void {
    for (const {onNews} of [...this.#listeners]) {
      try {
        onNews();
      } catch {
        // One listener's fault is not the others'.
      }
    }
  }
}
