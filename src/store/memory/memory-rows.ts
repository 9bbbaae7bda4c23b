import type {Layer, RowAddress} from '../../engine/live/check.ts';
import {keyMatcher} from '../key-matcher.ts';
import type {RowChange, RowChanged, RowPage, RowSelection, StoredRow} from '../port.ts';
import {RowState} from '../row-state.ts';
import {isSameRow} from '../same-row.ts';
import {BorrowedRow} from './borrowed-row.ts';
import {RowGroups} from './row-groups.ts';

/** Rows looked at for each row that is added: every row comes round before the map has grown by half. */
const LOOKED_AT = 2;
/** When there is no room: how many rows are looked at, … */
const SAMPLE = 64;
/** … how many of those that end soonest give way at once, … */
const EVICTED = 16;
/** … and how many of them are remembered for the next time. */
const CANDIDATES = 48;

/** The limiter's state in memory, at most `maxKeys` rows. What is past its expiry goes in passing. */
export class MemoryRows {
  readonly #groups = new RowGroups();
  readonly #maxKeys: number;
  /** One per layer of the largest check so far. */
  readonly #borrowed: BorrowedRow[] = [];
  /** Since `makeRoom`. */
  #added = 0;
  /** Places, see `RowGroups`. */
  #candidates: readonly number[] = [];

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /** The rows to decide with, parallel to the layers; there may be more of them. Valid until the next call. */
  borrow(layers: readonly Layer[], now: number): readonly BorrowedRow[] {
    const rows = this.#borrowed;
    while (rows.length < layers.length) rows.push(new BorrowedRow());
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i]!;
      const row = rows[i]!;
      // A limit mostly has the same place in a check.
      const group = row.group?.isOf(layer.address) ? row.group : this.#groups.of(layer.address);
      row.borrow(layer, group, now);
    }
    return rows;
  }

  /** The row was charged. */
  keep(row: BorrowedRow, layer: Layer): void {
    if (row.keep(layer) === 'added') this.#added++;
  }

  read(address: RowAddress, now: number): StoredRow | undefined {
    const group = this.#groups.find(address);
    const row = group?.find(address.key) ?? -1;
    return group === undefined || row < 0 || group.expiresAt(row) <= now ? undefined : group.snapshot(row);
  }

  change({address, expected, next}: RowChange, now: number): RowChanged {
    const before = this.read(address, now);
    if (expected !== 'any' && !isSameRow(before, expected)) return {outcome: 'drifted', before};
    if (next === undefined) this.#forget(address);
    else this.#put(RowState.stored(address, [...next.words], next.expiresAt));
    this.makeRoom(now);
    return {outcome: 'done', before};
  }

  *scan({limit, keys}: RowSelection, pageSize: number, clock: () => number): Generator<RowPage> {
    const matches = keyMatcher(keys);
    let rows: StoredRow[] = [];
    for (const group of this.#groups.all(limit)) {
      // Rows change their numbers while others look at the pages.
      for (const key of group.keys()) {
        if (!matches(key)) continue;
        const row = group.find(key);
        if (row < 0 || group.expiresAt(row) <= clock()) continue;
        rows.push(group.snapshot(row));
        if (rows.length < pageSize) continue;
        yield {rows, foreign: []};
        rows = [];
      }
    }
    if (rows.length > 0) yield {rows, foreign: []};
  }

  /** Forgets what is past its expiry among all rows; yields after each `step` of them how many went. */
  *sweep(step: number, clock: () => number): Generator<number> {
    let seen = 0;
    let forgotten = 0;
    for (const group of this.#groups.all()) {
      // From behind: where a row is taken out comes one that was looked at.
      for (let row = group.size - 1; row >= 0; row = Math.min(row, group.size) - 1) {
        if (group.expiresAt(row) <= clock()) {
          group.remove(row);
          forgotten++;
        }
        if (++seen % step === 0) {
          yield forgotten;
          forgotten = 0;
        }
      }
    }
    yield forgotten;
  }

  /** To be called after rows were kept, when none is borrowed. */
  makeRoom(now: number): void {
    if (this.#added === 0) return;
    for (let i = LOOKED_AT * this.#added; i > 0; i--) this.#groups.look(now);
    this.#added = 0;
    while (this.#groups.size > this.#maxKeys) this.#evict();
  }

  #evict(): void {
    const known = new Set(this.#candidates.filter((place) => this.#groups.expiresAt(place) !== undefined));
    for (let i = 0; i < SAMPLE; i++) {
      const place = this.#groups.next();
      if (place !== undefined) known.add(place);
    }
    const soonest = [...known].sort((a, b) => this.#groups.expiresAt(a)! - this.#groups.expiresAt(b)!);
    const evicted = Math.max(1, Math.min(EVICTED, Math.floor(this.#groups.size / EVICTED)));
    this.#groups.forget(soonest.splice(0, evicted));
    this.#candidates = soonest.slice(0, CANDIDATES);
  }

  #put(row: RowState): void {
    const group = this.#groups.of(row.address);
    const known = group.find(row.address.key);
    if (known < 0) this.#added++;
    group.hold(known < 0 ? group.add(row.address.key) : known, row);
  }

  #forget(address: RowAddress): void {
    const group = this.#groups.find(address);
    const row = group?.find(address.key) ?? -1;
    if (row >= 0) group!.remove(row);
  }
}
