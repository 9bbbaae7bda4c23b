import {TopicListeners} from '../topic-listeners.ts';
import type {SqliteAccess} from './sqlite-access.ts';

/** A file cannot call back: while somebody listens it is asked this often whether anybody wrote it, ms. */
const EVERY_MS = 20;

/** What a topic is called among the counters of the file. */
const counterOf = (topic: string): string => `topic ${topic}`;

/**
 * Topics: a counter in the file for each. Another connection's writes change `PRAGMA data_version`, which costs next to nothing to
 * ask for; only then are the counters looked at. Own notifications are told at once.
 */
export class SqliteTopics {
  readonly #access: SqliteAccess;
  readonly #listeners = new TopicListeners();
  readonly #known = new Map<string, number>();
  #version = Number.NaN;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(access: SqliteAccess) {
    this.#access = access;
  }

  async notify(topic: string): Promise<void> {
    const count = await this.#access.write((handle) => {
      handle.run(
        'INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1',
        counterOf(topic),
      );
      return handle.number('SELECT value FROM counters WHERE name = ?', counterOf(topic));
    });
    if (this.#known.has(topic)) this.#known.set(topic, count);
    this.#listeners.tell(topic);
  }

  /** Rejects with a `StoreError` when the file cannot be read. */
  async listen(topic: string, onNews: () => void): Promise<() => Promise<void>> {
    const count = await this.#count(topic);
    if (!this.#listeners.topics.includes(topic)) this.#known.set(topic, count);
    const stop = this.#listeners.add(topic, onNews);
    this.#later();
    return async () => {
      stop();
      if (!this.#listeners.topics.includes(topic)) this.#known.delete(topic);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#rest();
  }

  #count(topic: string): Promise<number> {
    return this.#access.read((handle) =>
      handle.number('SELECT value FROM counters WHERE name = ?', counterOf(topic)),
    );
  }

  #later(): void {
    if (this.#closed || this.#timer !== undefined || this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => void this.#ask(), EVERY_MS);
    this.#timer.unref();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #ask(): Promise<void> {
    try {
      const version = await this.#access.read((handle) => handle.number('PRAGMA data_version'));
      if (version !== this.#version) await this.#look();
      this.#version = version;
    } catch {
      // Locked for long, or gone: the next question tells.
    }
    this.#timer = undefined;
    this.#later();
  }

  async #look(): Promise<void> {
    for (const topic of this.#listeners.topics) {
      const count = await this.#count(topic);
      if (count === this.#known.get(topic)) continue;
      this.#known.set(topic, count);
      this.#listeners.tell(topic);
    }
  }
}
