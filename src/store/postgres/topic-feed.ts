import type {Connection} from './connection.ts';
import type {Connections} from './connections.ts';
import type {Statement} from './statement.ts';

/** While no connection is told, listeners look this often by themselves, ms. */
const UNTOLD_MS = 50;
/** Between two questions over the connection that is told, ms: finds out one that died without a word. */
const HEARTBEAT_MS = 10_000;
/** Until the next attempt to get a connection that is told, ms; doubled with each that fails. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** SQLSTATE: a replica has no LISTEN. */
const READ_ONLY = '25006';
const PING: Statement = {name: '', text: 'select 1'};

export interface TopicFeedOptions {
  readonly connections: Connections;
  readonly listen: Statement;
  readonly onTopic: (topic: string) => void;
  /** Something may have been said that was not heard. */
  readonly onUnsure: () => void;
}

/**
 * Hears of topics from `start` to `stop` over a connection of its own with LISTEN. While there is none – behind a pooler in
 * transaction mode, and on a replica, there never is one – listeners are told to look at short intervals. Keeps the process alive
 * for no longer than an attempt to connect takes.
 */
export class TopicFeed {
  readonly #options: TopicFeedOptions;
  #stopped = false;
  #told: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  /** ms of `performance.now`. */
  #retryAt = 0;
  /** One attempt at a time, however long it takes: each that succeeds has a connection of its own. */
  #subscribing = false;

  constructor(options: TopicFeedOptions) {
    this.#options = options;
  }

  /** Never rejects: what cannot be had is tried again later. */
  async start(): Promise<void> {
    await this.#subscribe();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const told = this.#told;
    this.#told = undefined;
    await told?.end();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const delay = this.#told === undefined ? UNTOLD_MS : HEARTBEAT_MS;
    this.#timer = setTimeout(() => void this.#look(), delay).unref();
  }

  async #look(): Promise<void> {
    const told = this.#told;
    if (told !== undefined) await told.query(PING, []).catch(() => told.destroy());
    else this.#options.onUnsure();
    this.#schedule();
    if (this.#told !== undefined || this.#subscribing || performance.now() < this.#retryAt) return;
    this.#subscribing = true;
    await this.#subscribe();
    this.#subscribing = false;
    if (this.#told !== undefined) this.#options.onUnsure();
    this.#schedule();
  }

  async #subscribe(): Promise<void> {
    this.#retryAt = performance.now() + this.#retryMs;
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    let connection: Connection | undefined;
    try {
      connection = await this.#options.connections.dedicated();
      if (connection.session === 'shared') this.#retryAt = Number.POSITIVE_INFINITY;
      else await connection.query(this.#options.listen, []);
    } catch (error) {
      if ((error as {code?: string}).code === READ_ONLY) this.#retryAt = Number.POSITIVE_INFINITY;
      connection?.destroy();
      return;
    }
    if (this.#stopped || connection.session === 'shared') await connection.end();
    else this.#use(connection);
  }

  #use(connection: Connection): void {
    connection.watch({
      onNotification: (topic) => {
        if (!this.#stopped) this.#options.onTopic(topic);
      },
      onEnd: () => this.#lost(connection),
    });
    if (connection.failure !== undefined) return;
    connection.letGo();
    this.#told = connection;
    this.#retryMs = FIRST_RETRY_MS;
  }

  #lost(connection: Connection): void {
    if (this.#told !== connection) return;
    this.#told = undefined;
    this.#retryAt = 0;
    this.#schedule();
  }
}
