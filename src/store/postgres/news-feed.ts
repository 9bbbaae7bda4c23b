import type {Connection} from './connection.ts';
import type {Server} from './server.ts';
import type {Statement} from './statement.ts';

/** Between two questions for the generation while no connection is told, ms. */
const ASK_MS = 500;
/** Between two questions over the connection that is told, ms: finds out one that died without a word. */
const HEARTBEAT_MS = 10_000;
/** Until the next attempt to get a connection that is told, ms; doubled with each that fails. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** SQLSTATE: a replica has no LISTEN. */
const READ_ONLY = '25006';

export interface NewsFeedOptions {
  readonly server: Server;
  readonly generation: Statement;
  readonly listen: Statement;
  readonly onNews: () => void;
}

/**
 * Hears of announcements from `start` to `stop`: over a connection of its own with LISTEN, and while there is none by asking for
 * the generation. Behind a pooler in transaction mode, and on a replica, there never is one. Keeps the process alive for no longer
 * than a call or an attempt to connect takes.
 */
export class NewsFeed {
  readonly #options: NewsFeedOptions;
  #stopped = false;
  /** The last one that was told of; NaN: none was read yet. */
  #generation = Number.NaN;
  #told: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  /** When to try for a connection that is told, ms of `performance.now`. */
  #retryAt = 0;

  constructor(options: NewsFeedOptions) {
    this.#options = options;
  }

  /** What is announced when it has ended is heard. Never rejects: what cannot be had is tried again later. */
  start(): Promise<void> {
    return this.#look('first');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const told = this.#told;
    this.#told = undefined;
    await told?.end();
  }

  async #look(time: 'first' | 'again'): Promise<void> {
    const subscribed =
      this.#told === undefined && performance.now() >= this.#retryAt && (await this.#subscribe());
    const generation = await this.#ask();
    if (this.#stopped) return;
    // Whatever was announced while no connection was told may have been lost.
    const news =
      time === 'again' && (subscribed || (generation !== undefined && generation !== this.#generation));
    this.#generation = generation ?? this.#generation;
    this.#schedule();
    if (news) this.#options.onNews();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const delay = this.#told === undefined ? ASK_MS : HEARTBEAT_MS;
    this.#timer = setTimeout(() => this.#look('again'), delay).unref();
  }

  async #ask(): Promise<number | undefined> {
    const told = this.#told;
    try {
      const {server, generation} = this.#options;
      const [row] = await (told === undefined ? server.query(generation) : told.query(generation, []));
      return Number(row![0]);
    } catch {
      told?.destroy();
      return undefined;
    }
  }

  /** Whether a connection is told now. */
  async #subscribe(): Promise<boolean> {
    this.#retryAt = performance.now() + this.#retryMs;
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    let connection: Connection | undefined;
    try {
      connection = await this.#options.server.connections.dedicated();
      if (connection.session === 'shared') this.#retryAt = Number.POSITIVE_INFINITY;
      else await connection.query(this.#options.listen, []);
    } catch (error) {
      if ((error as {code?: string}).code === READ_ONLY) this.#retryAt = Number.POSITIVE_INFINITY;
      connection?.destroy();
      return false;
    }
    if (this.#stopped || connection.session === 'shared') {
      await connection.end();
      return false;
    }
    return this.#use(connection);
  }

  #use(connection: Connection): boolean {
    connection.watch({
      onNotification: (payload) => this.#heard(Number(payload)),
      onEnd: () => this.#lost(connection),
    });
    if (connection.failure !== undefined) return false;
    connection.letGo();
    this.#told = connection;
    this.#retryMs = FIRST_RETRY_MS;
    return true;
  }

  #heard(generation: number): void {
    // The one that was read when it began, or by a heartbeat, is no news.
    if (this.#stopped || generation <= this.#generation) return;
    this.#generation = generation;
    this.#options.onNews();
  }

  #lost(connection: Connection): void {
    if (this.#told !== connection) return;
    this.#told = undefined;
    this.#retryAt = 0;
    this.#schedule();
  }
}
