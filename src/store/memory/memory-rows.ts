import type {Layer, RowAddress} from '../../engine/live/check.ts';
import {AddressMap} from '../address-map.ts';
import {keyMatcher} from '../key-matcher.ts';
import type {RowChange, RowChanged, RowPage, RowSelection, StoredRow} from '../port.ts';
import {RowState} from '../row-state.ts';
import {isSameRow} from '../same-row.ts';

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
  readonly #rows = new AddressMap<RowState>();
  readonly #maxKeys: number;
  #walk: Iterator<RowState, undefined> = this.#rows.values();
  /** Since `makeRoom`. */
  #added = 0;
  #candidates: readonly RowState[] = [];

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The row to decide with. It is kept only by `keep`, when it was charged: looking changes nothing. */
  borrow({address, buckets}: Layer, now: number): RowState {
    const row = this.#live(address, now);
    if (row === undefined) return RowState.fresh(address, buckets);
    return row.buckets === buckets ? row : row.boundTo(buckets);
  }

  keep(row: RowState): void {
    const before = this.#rows.get(row.address);
    if (before === row) return;
    before?.free();
    this.#rows.set(row.address, row);
    if (before === undefined) this.#added++;
  }

  /** A borrowed row that was not charged. */
  giveBack(row: RowState): void {
    if (this.#rows.get(row.address) !== row) row.free();
  }

  read(address: RowAddress, now: number): StoredRow | undefined {
    return this.#live(address, now)?.snapshot();
  }

  change({address, expected, next}: RowChange, now: number): RowChanged {
    const before = this.read(address, now);
    if (expected !== 'any' && !isSameRow(before, expected)) return {outcome: 'drifted', before};
    if (next === undefined) this.#forget(address);
    else this.keep(RowState.stored(address, [...next.words], next.expiresAt));
    this.makeRoom(now);
    return {outcome: 'done', before};
  }

  *scan({limit, keys}: RowSelection, pageSize: number, clock: () => number): Generator<RowPage> {
    const matches = keyMatcher(keys);
    let rows: StoredRow[] = [];
    for (const row of this.#rows.values(limit)) {
      if (!matches(row.address.key) || row.expiresAt <= clock()) continue;
      rows.push(row.snapshot());
      if (rows.length < pageSize) continue;
      yield {rows, foreign: []};
      rows = [];
    }
    if (rows.length > 0) yield {rows, foreign: []};
  }

  /** Forgets what is past its expiry among all rows; yields after each `step` of them how many went. */
  *sweep(step: number, clock: () => number): Generator<number> {
    let seen = 0;
    let forgotten = 0;
    for (const {address, expiresAt} of this.#rows.values()) {
      if (expiresAt <= clock()) {
        this.#forget(address);
        forgotten++;
      }
      if (++seen % step === 0) {
        yield forgotten;
        forgotten = 0;
      }
    }
    yield forgotten;
  }

  /** To be called after rows were kept, when none is borrowed. */
  makeRoom(now: number): void {
    if (this.#added === 0) return;
    for (let i = LOOKED_AT * this.#added; i > 0; i--) {
      const row = this.#next();
      if (row !== undefined && row.expiresAt <= now) this.#forget(row.address);
    }
    this.#added = 0;
    while (this.#rows.size > this.#maxKeys) this.#evict();
  }

  #evict(): void {
    const known = new Set(this.#candidates.filter((row) => this.#rows.get(row.address) === row));
    for (let i = 0; i < SAMPLE; i++) {
      const row = this.#next();
      if (row !== undefined) known.add(row);
    }
    const soonest = [...known].sort((a, b) => a.expiresAt - b.expiresAt);
    const evicted = Math.max(1, Math.min(EVICTED, Math.floor(this.#rows.size / EVICTED)));
    for (const {address} of soonest.splice(0, evicted)) this.#forget(address);
    this.#candidates = soonest.slice(0, CANDIDATES);
  }

  #live(address: RowAddress, now: number): RowState | undefined {
    const row = this.#rows.get(address);
    return row === undefined || row.expiresAt <= now ? undefined : row;
  }

  #forget(address: RowAddress): void {
    this.#rows.get(address)?.free();
    this.#rows.delete(address);
  }

  /** Walks round and round; undefined between two rounds. */
  #next(): RowState | undefined {
    const {value} = this.#walk.next();
    if (value === undefined) this.#walk = this.#rows.values();
    return value;
  }
}
