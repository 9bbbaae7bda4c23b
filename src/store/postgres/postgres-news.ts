import {createHash} from 'node:crypto';
import {storeClosed} from '../store-closed.ts';
import {NewsFeed} from './news-feed.ts';
import type {Server} from './server.ts';
import type {Statement} from './statement.ts';

/** The generation in the table of that name, and a notification of each new one. */
export class PostgresNews {
  readonly #server: Server;
  readonly #url: string;
  readonly #generation: Statement;
  readonly #announce: Statement;
  readonly #listen: Statement;
  readonly #listeners = new Set<{readonly onNews: () => void}>();
  #feed: NewsFeed | undefined;
  #started: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(server: Server, url: string) {
    this.#server = server;
    this.#url = url;
    const {schema} = server;
    // Names of channels are cut after 63 bytes, which a schema's name may fill.
    const channel = `ratectl_${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`;
    this.#generation = {name: 'ratectl_generation', text: `select value from ${schema}.generation`};
    this.#announce = {
      name: 'ratectl_announce',
      text: `with news as (update ${schema}.generation set value = value + 1 returning value)
        select pg_notify('${channel}', value::text) from news`,
    };
    this.#listen = {name: '', text: `listen ${channel}`};
  }

  async generation(): Promise<number> {
    const [row] = await this.#server.query(this.#generation);
    return Number(row![0]);
  }

  async announce(): Promise<void> {
    await this.#server.query(this.#announce);
  }

  async listen(onNews: () => void): Promise<() => Promise<void>> {
    if (this.#closed) throw storeClosed(this.#url);
    const listener = {onNews};
    this.#listeners.add(listener);
    if (this.#feed === undefined) {
      this.#feed = new NewsFeed({
        server: this.#server,
        generation: this.#generation,
        listen: this.#listen,
        onNews: () => this.#tell(),
      });
      this.#started = this.#feed.start();
    }
    await this.#started;
    return async () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) await this.#stop();
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    await this.#stop();
  }

  async #stop(): Promise<void> {
    const feed = this.#feed;
    this.#feed = undefined;
    await feed?.stop();
  }

  /** One that throws takes nothing from the others. */
  #tell(): void {
    for (const {onNews} of [...this.#listeners]) {
      try {
        onNews();
      } catch {}
    }
  }
}
