import {lettersOf} from '../../engine/bucket-code.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {StoredRow} from '../port.ts';
import type {RowState} from '../row-state.ts';

/** Rows for which there is room at first. */
const FEWEST = 16;
/** Letters of buckets that keep a list for each key: `sliding-log` and `concurrency`. */
const LISTS = /[lk]/;

/**
 * The rows of one limit, shape and tier: one array of numbers, and in it per row the instant of its end and the words of its
 * buckets. Rows stand without gaps, by number: where one goes, the last one moves.
 *
 * Not all that a row can be is a few words. Rows whose buckets keep lists, and those that were written from outside and not decided
 * since, are *held*: objects beside the array, which has only their end.
 */
export class RowGroup {
  readonly limit: string;
  readonly shape: string;
  readonly tier: string;
  /** Whether its buckets keep lists: then all rows are held. */
  readonly hasLists: boolean;
  readonly #numbers = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #held = new Map<number, RowState>();
  /** Per row: its end, then its words. */
  #table = new Float64Array(FEWEST);
  /** Numbers per row; 1 until it is known how many words the buckets have. */
  #stride = 1;

  constructor(limit: string, shape: string, tier: string) {
    this.limit = limit;
    this.shape = shape;
    this.tier = tier;
    this.hasLists = LISTS.test(lettersOf(shape));
  }

  get size(): number {
    return this.#keys.length;
  }

  isOf({limit, shape, tier}: Omit<RowAddress, 'key'>): boolean {
    return this.limit === limit && this.shape === shape && this.tier === tier;
  }

  /** The number of a key's row; −1: it has none. */
  find(key: string): number {
    return this.#numbers.get(key) ?? -1;
  }

  keyOf(row: number): string {
    return this.#keys[row]!;
  }

  /** All keys there are now. */
  keys(): readonly string[] {
    return [...this.#keys];
  }

  /** µs. */
  expiresAt(row: number): number {
    return this.#table[row * this.#stride]!;
  }

  /** The array in which the words of rows that are not held stand, until a row is added or taken out; … */
  get table(): Float64Array {
    return this.#table;
  }

  /** … and where in it those of a row begin. */
  wordsAt(row: number): number {
    return row * this.#stride + 1;
  }

  /** The row, when it is held. */
  held(row: number): RowState | undefined {
    return this.#held.size === 0 ? undefined : this.#held.get(row);
  }

  /** A row for a key that has none. Its words and its end are to be set. */
  add(key: string): number {
    const row = this.#keys.push(key) - 1;
    this.#numbers.set(key, row);
    if (this.#keys.length * this.#stride > this.#table.length) this.#resize(2 * this.#keys.length);
    return row;
  }

  /** Sets a row to the first `count` of the words: as many as all buckets of the shape have. It is held no more. */
  write(row: number, words: Float64Array, count: number, expiresAt: number): void {
    if (this.#stride !== count + 1) this.#widen(count + 1);
    this.#release(row);
    const at = row * this.#stride;
    const table = this.#table;
    table[at] = expiresAt;
    for (let i = 0; i < count; i++) table[at + 1 + i] = words[i]!;
  }

  /** Holds a row as it is. */
  hold(row: number, state: RowState): void {
    if (this.held(row) !== state) {
      this.#release(row);
      this.#held.set(row, state);
    }
    this.extend(row, state.expiresAt);
  }

  /** Sets the end of a row whose words were changed in their place. */
  extend(row: number, expiresAt: number): void {
    this.#table[row * this.#stride] = expiresAt;
  }

  /** Takes a row out. The last one gets its number. */
  remove(row: number): void {
    this.#release(row);
    this.#numbers.delete(this.#keys[row]!);
    const last = this.#keys.length - 1;
    const key = this.#keys.pop()!;
    if (row < last) this.#move(key, last, row);
    if (this.#table.length > Math.max(FEWEST, 4 * last) * this.#stride) this.#resize(2 * last);
  }

  snapshot(row: number): StoredRow {
    const held = this.held(row);
    if (held !== undefined) return held.snapshot();
    const at = row * this.#stride;
    return {
      address: this.#addressOf(row),
      words: Array.from(this.#table.subarray(at + 1, at + this.#stride)),
      expiresAt: this.#table[at]!,
    };
  }

  #addressOf(row: number): RowAddress {
    return {limit: this.limit, key: this.#keys[row]!, tier: this.tier, shape: this.shape};
  }

  #move(key: string, from: number, to: number): void {
    const stride = this.#stride;
    this.#keys[to] = key;
    this.#numbers.set(key, to);
    this.#table.copyWithin(to * stride, from * stride, (from + 1) * stride);
    const held = this.held(from);
    if (held === undefined) return;
    this.#held.delete(from);
    this.#held.set(to, held);
  }

  /** Gives back what a held row has beside its numbers. */
  #release(row: number): void {
    const held = this.held(row);
    if (held === undefined) return;
    held.free();
    this.#held.delete(row);
  }

  /** Makes room for so many rows. */
  #resize(rows: number): void {
    const table = new Float64Array(Math.max(FEWEST, rows) * this.#stride);
    table.set(this.#table.subarray(0, Math.min(table.length, this.#table.length)));
    this.#table = table;
  }

  /** The first row that is decided says how many words there are; those before it are held. */
  #widen(stride: number): void {
    const ends = this.#table;
    const rows = this.#keys.length;
    this.#table = new Float64Array(Math.max(FEWEST, rows) * stride);
    for (let row = 0; row < rows; row++) this.#table[row * stride] = ends[row * this.#stride]!;
    this.#stride = stride;
  }
}
