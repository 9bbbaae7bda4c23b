import type {RowAddress} from '../engine/live/check.ts';

/** Values by row address. Of the key no text is made to look one up, so it may hold any character and costs no copy. */
export class AddressMap<V> {
  /** By limit, then by shape and tier, then by key. */
  readonly #limits = new Map<string, Map<string, Map<string, V>>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({limit, key, tier, shape}: RowAddress): V | undefined {
    return this.#limits.get(limit)?.get(groupOf(shape, tier))?.get(key);
  }

  set({limit, key, tier, shape}: RowAddress, value: V): void {
    let groups = this.#limits.get(limit);
    if (groups === undefined) {
      groups = new Map();
      this.#limits.set(limit, groups);
    }
    const group = groupOf(shape, tier);
    let keys = groups.get(group);
    if (keys === undefined) {
      keys = new Map();
      groups.set(group, keys);
    }
    const before = keys.size;
    keys.set(key, value);
    this.#size += keys.size - before;
  }

  delete({limit, key, tier, shape}: RowAddress): boolean {
    const deleted = this.#limits.get(limit)?.get(groupOf(shape, tier))?.delete(key) ?? false;
    if (deleted) this.#size--;
    return deleted;
  }

  /** Goes on where it was when the map changes meanwhile; what is added behind it is met, too. */
  *values(limit?: string): Generator<V, undefined> {
    for (const [name, groups] of this.#limits) {
      if (limit !== undefined && name !== limit) continue;
      for (const keys of groups.values()) yield* keys.values();
    }
    return undefined;
  }
}

/** A shape holds no space. */
const groupOf = (shape: string, tier: string): string => (tier === '' ? shape : `${shape} ${tier}`);
