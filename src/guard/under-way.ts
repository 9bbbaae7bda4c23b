/** Counts what is under way, and says when nothing is any more. */
export class UnderWay {
  #count = 0;
  #onIdle: (() => void) | undefined;
  #idle: Promise<void> | undefined;

  begin(): void {
    this.#count++;
  }

  readonly end = (): void => {
    if (--this.#count === 0) this.#onIdle?.();
  };

  /** Resolves once nothing is under way; to be called when nothing more begins. */
  idle(): Promise<void> {
    this.#idle ??= new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#count === 0) resolve();
    });
    return this.#idle;
  }
}
