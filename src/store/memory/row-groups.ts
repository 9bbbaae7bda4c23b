import type {RowAddress} from '../../engine/live/check.ts';
import {RowGroup} from './row-group.ts';

type GroupAddress = Omit<RowAddress, 'key'>;

/** Rows that a group can have. */
const ROWS = 2 ** 32;

/**
 * All groups of rows. The *place* of a row is its group's number and its own as one number; it means another row, or none, when rows
 * are taken out.
 */
export class RowGroups {
  /** By limit, then by shape and tier. */
  readonly #byLimit = new Map<string, Map<string, RowGroup>>();
  readonly #all: RowGroup[] = [];
  /** Where the walk is. */
  #group = 0;
  #row = 0;

  get size(): number {
    let size = 0;
    for (const group of this.#all) size += group.size;
    return size;
  }

  find({limit, shape, tier}: GroupAddress): RowGroup | undefined {
    return this.#byLimit.get(limit)?.get(nameOf(shape, tier));
  }

  /** The group of a row, new or old. */
  of(address: GroupAddress): RowGroup {
    const found = this.find(address);
    if (found !== undefined) return found;
    const {limit, shape, tier} = address;
    const groups = this.#byLimit.get(limit) ?? new Map<string, RowGroup>();
    const group = new RowGroup(limit, shape, tier);
    this.#byLimit.set(limit, groups.set(nameOf(shape, tier), group));
    this.#all.push(group);
    return group;
  }

  /** Those of a limit, or all; also groups that are added meanwhile. */
  *all(limit?: string): Generator<RowGroup> {
    for (const group of this.#all) if (limit === undefined || group.limit === limit) yield group;
  }

  /** The place where the walk is; it goes on. Walks round and round; undefined between two rounds. */
  next(): number | undefined {
    while (this.#group < this.#all.length) {
      if (this.#row < this.#all[this.#group]!.size) return this.#group * ROWS + this.#row++;
      this.#group++;
      this.#row = 0;
    }
    this.#group = 0;
    return undefined;
  }

  /** µs; undefined: no row is there. */
  expiresAt(place: number): number | undefined {
    const row = place % ROWS;
    const group = this.#groupAt(place);
    return row < group.size ? group.expiresAt(row) : undefined;
  }

  /** Takes the walk on by a row, which is forgotten when it has ended. */
  look(now: number): void {
    const place = this.next();
    if (place !== undefined && this.expiresAt(place)! <= now) this.#groupAt(place).remove(place % ROWS);
  }

  forget(places: readonly number[]): void {
    // The last first: none of the others changes its place.
    for (const place of [...places].sort((a, b) => b - a)) this.#groupAt(place).remove(place % ROWS);
  }

  #groupAt(place: number): RowGroup {
    return this.#all[Math.floor(place / ROWS)]!;
  }
}

/** A shape holds no space. */
const nameOf = (shape: string, tier: string): string => (tier === '' ? shape : `${shape} ${tier}`);
