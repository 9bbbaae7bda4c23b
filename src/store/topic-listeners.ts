import {NewsListeners} from './news-listeners.ts';

/** Who wants to hear of which topic. */
export class TopicListeners {
  readonly #topics = new Map<string, NewsListeners>();

  /** Topics that somebody listens to. */
  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  get size(): number {
    return this.#topics.size;
  }

  /** Answers how to stop; stopping twice does nothing. */
  add(topic: string, onNews: () => void): () => void {
    const listeners = this.#topics.get(topic) ?? new NewsListeners();
    this.#topics.set(topic, listeners);
    const stop = listeners.add(onNews);
    return () => {
      stop();
      if (listeners.size === 0 && this.#topics.get(topic) === listeners) this.#topics.delete(topic);
    };
  }

  tell(topic: string): void {
    this.#topics.get(topic)?.tell();
  }

  /** Something may have been said that was not heard. */
  tellAll(): void {
    for (const listeners of [...this.#topics.values()]) listeners.tell();
  }

  clear(): void {
    for (const listeners of this.#topics.values()) listeners.clear();
    this.#topics.clear();
  }
}
