/**
 * Milliseconds since it was made, however this process or its machine was held up: the monotonic clock stands still while a machine
 * sleeps, the time of day does not. A time of day that was set forward ends leases early, never late.
 */
export class Elapsed {
  readonly #monotonic = performance.now();
  readonly #wall = Date.now();

  get ms(): number {
    return Math.max(performance.now() - this.#monotonic, Date.now() - this.#wall);
  }
}
