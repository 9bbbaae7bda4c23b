/** How many different ids each address has brought within the present hour. Memory is bounded: beyond, no id is new. */
export class IdQuota {
  readonly #perAddress: number;
  readonly #now: () => number;
  readonly #ids = new Map<string, Set<string>>();
  #count = 0;
  #since: number;

  /** `now` in milliseconds. */
  constructor(perAddress: number, now: () => number) {
    this.#perAddress = perAddress;
    this.#now = now;
    this.#since = now();
  }

  /** Whether the address may use this id: it did so before in this hour, or has some left. */
  admits(address: string, id: string): boolean {
    if (this.#perAddress === Number.POSITIVE_INFINITY) return true;
    const now = this.#now();
    if (now - this.#since >= HOUR_MS || now < this.#since) {
      this.#ids.clear();
      this.#count = 0;
      this.#since = now;
    }
    const known = this.#ids.get(address);
    if (known?.has(id)) return true;
    if ((known?.size ?? 0) >= this.#perAddress || this.#count >= MAX_IDS) return false;
    if (known === undefined) this.#ids.set(address, new Set([id]));
    else known.add(id);
    this.#count++;
    return true;
  }
}

const HOUR_MS = 3_600_000;
const MAX_IDS = 100_000;
