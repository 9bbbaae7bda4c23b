import type {RowAddress} from '../engine/live/check.ts';

/** Values by row address. No text is put together to look one up, so a key may hold any character and costs no copy. */
export class AddressMap<V> {
  readonly #limits = new Map<string, Map<string, Map<string, V>>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({limit, key, tier}: RowAddress): V | undefined {
    return this.#limits.get(limit)?.get(tier)?.get(key);
  }

  set({limit, key, tier}: RowAddress, value: V): void {
    let tiers = this.#limits.get(limit);
    if (tiers === undefined) {
      tiers = new Map();
      this.#limits.set(limit, tiers);
    }
    let keys = tiers.get(tier);
    if (keys === undefined) {
      keys = new Map();
      tiers.set(tier, keys);
    }
    const before = keys.size;
    keys.set(key, value);
    this.#size += keys.size - before;
  }

  delete({limit, key, tier}: RowAddress): boolean {
    const deleted = this.#limits.get(limit)?.get(tier)?.delete(key) ?? false;
    if (deleted) this.#size--;
    return deleted;
  }

  /** Goes on where it was when the map changes meanwhile; what is added behind it is met, too. */
  *values(limit?: string): Generator<V, undefined> {
    for (const [name, tiers] of this.#limits) {
      if (limit !== undefined && name !== limit) continue;
      for (const keys of tiers.values()) yield* keys.values();
    }
    return undefined;
  }
}
