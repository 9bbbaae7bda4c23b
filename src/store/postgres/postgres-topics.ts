import {createHash} from 'node:crypto';
import {storeClosed} from '../store-closed.ts';
import {TopicListeners} from '../topic-listeners.ts';
import type {Server} from './server.ts';
import type {Statement} from './statement.ts';
import {TopicFeed} from './topic-feed.ts';

/** Topics: one channel for those of a schema, the topic is what is notified. Nothing of them is kept. */
export class PostgresTopics {
  readonly #server: Server;
  readonly #url: string;
  readonly #notify: Statement;
  readonly #listen: Statement;
  readonly #listeners = new TopicListeners();
  #feed: TopicFeed | undefined;
  #started: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(server: Server, url: string) {
    this.#server = server;
    this.#url = url;
    // Names of channels are cut after 63 bytes, which a schema's name may fill.
    const channel = `ratectl_${createHash('sha256').update(server.schema).digest('hex').slice(0, 32)}_topics`;
    this.#notify = {name: 'ratectl_notify', text: `select pg_notify('${channel}', $1)`};
    this.#listen = {name: '', text: `listen ${channel}`};
  }

  async notify(topic: string): Promise<void> {
    await this.#server.query(this.#notify, [topic]);
  }

  async listen(topic: string, onNews: () => void): Promise<() => Promise<void>> {
    if (this.#closed) throw storeClosed(this.#url);
    const stop = this.#listeners.add(topic, onNews);
    if (this.#feed === undefined) {
      this.#feed = new TopicFeed({
        connections: this.#server.connections,
        listen: this.#listen,
        onTopic: (told) => this.#listeners.tell(told),
        onUnsure: () => this.#listeners.tellAll(),
      });
      this.#started = this.#feed.start();
    }
    await this.#started;
    return async () => {
      stop();
      if (this.#listeners.size === 0) await this.#stop();
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
}
