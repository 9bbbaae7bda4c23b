/**
 * The server's clock as far as it is known here: the machine's, moved by what the latest answer said. Only good enough to
 * choose calendar windows to send and slots to count in; what is decided is decided by the server's own.
 */
export class ServerClock {
  /** A clock in place of the server's. */
  readonly given: (() => number) | undefined;
  #offset = 0;

  constructor(given: (() => number) | undefined) {
    this.given = given;
  }

  /** µs since the epoch. */
  estimate(): number {
    return this.given?.() ?? Date.now() * 1_000 + this.#offset;
  }

  learn(now: number): void {
    this.#offset = now - Date.now() * 1_000;
  }
}
