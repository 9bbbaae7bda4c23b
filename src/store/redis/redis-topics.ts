import {TopicListeners} from '../topic-listeners.ts';
import {NewsSubscription} from './news-subscription.ts';
import type {RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';

/** While nobody tells us, listeners look this often by themselves, ms. */
const UNTOLD_MS = 50;
/** How often a connection that is told is asked whether it is still one, ms. */
const PROBED_EVERY_MS = 5_000;

/**
 * Topics: messages on `<prefix>~topics` are `<database> <topic>`, for a channel is heard in all databases of a server. Nothing of
 * them is kept: who did not hear one looks a little later.
 */
export class RedisTopics {
  readonly #connection: RedisConnection;
  readonly #channel: string;
  readonly #listeners = new TopicListeners();
  #subscription: NewsSubscription | undefined;
  #started: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: RedisConnection, keys: RowKeys) {
    this.#connection = connection;
    this.#channel = `${keys.prefix}~topics`;
  }

  /** A user who may not publish is not heard: those who wait look by themselves. */
  async notify(topic: string): Promise<void> {
    const {client, database} = this.#connection;
    await this.#connection.run(() =>
      client.publish(this.#channel, `${database} ${topic}`).catch((error: unknown) => {
        if (!/^NOPERM/.test((error as Error).message)) throw error;
      }),
    );
  }

  async listen(topic: string, onNews: () => void): Promise<() => Promise<void>> {
    const stop = this.#listeners.add(topic, onNews);
    this.#started ??= this.#start();
    await this.#started;
    return async () => {
      stop();
      if (this.#listeners.size === 0) this.stop();
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
      onReturn: () => this.#listeners.tellAll(),
      onLost: () => this.#lookLater(subscription),
    });
    this.#subscription = subscription;
    await subscription.start();
    this.#lookLater(subscription);
  }

  #hear(text: string): void {
    const {database} = this.#connection;
    if (text.startsWith(`${database} `)) this.#listeners.tell(text.slice(`${database} `.length));
  }

  #lookLater(subscription: NewsSubscription): void {
    if (subscription !== this.#subscription) return;
    clearTimeout(this.#timer);
    const wait = subscription.isSubscribed ? PROBED_EVERY_MS : UNTOLD_MS;
    this.#timer = setTimeout(() => {
      if (subscription.isSubscribed) subscription.probe();
      else this.#listeners.tellAll();
      this.#lookLater(subscription);
    }, wait).unref();
  }
}
