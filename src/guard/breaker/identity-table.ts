import {isPlainlyClosed} from '../../engine/breaker-state.ts';
import type {IdentityBreaker} from './identity-breaker.ts';

/** Identities come from requests, and anybody can make more of them. */
const MOST = 10_000;
/** How many that count against somebody are passed over before one of them goes. */
const SPARED = 16;

/** The identities that were seen last, by the ids of their documents; a bounded number of them. */
export class IdentityTable {
  readonly #most: number;
  /** Those used longest ago first. */
  readonly #all = new Map<string, IdentityBreaker>();

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Used now. */
  use(id: string): IdentityBreaker | undefined {
    const found = this.#all.get(id);
    if (found !== undefined) this.#renew(id, found);
    return found;
  }

  get(id: string): IdentityBreaker | undefined {
    return this.#all.get(id);
  }

  add(one: IdentityBreaker): void {
    if (this.#all.size >= this.#most) this.#drop();
    this.#all.set(one.identity.id, one);
  }

  values(): IterableIterator<IdentityBreaker> {
    return this.#all.values();
  }

  /** The one used longest ago that nothing is counted against, so that a flood of identities lets nobody out. */
  #drop(): void {
    let spared = 0;
    for (const [id, one] of this.#all) {
      if (spared++ < SPARED && !isPlainlyClosed(one.shared.state)) {
        this.#renew(id, one);
        continue;
      }
      this.#all.delete(id);
      return;
    }
  }

  #renew(id: string, one: IdentityBreaker): void {
    this.#all.delete(id);
    this.#all.set(id, one);
  }
}
