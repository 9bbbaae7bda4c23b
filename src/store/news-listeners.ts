/** Who wants to hear of announcements. What a listener throws is dropped: it takes nothing from the others. */
export class NewsListeners {
  /** The same function may listen twice. */
  readonly #listeners = new Set<{readonly onNews: () => void}>();

  get size(): number {
    return this.#listeners.size;
  }

  /** Answers how to stop; stopping twice does nothing. */
  add(onNews: () => void): () => void {
    const listener = {onNews};
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(): void {
    for (const {onNews} of [...this.#listeners]) {
      try {
        onNews();
      } catch {
        // The listener's own business.
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
