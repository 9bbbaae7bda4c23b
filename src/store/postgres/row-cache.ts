import type {RowAddress} from '../../engine/live/check.ts';
import {rowId} from './row-id.ts';

/** Entries of a generation; the older of two goes when the younger is full. */
const GENERATION = 20_000;
/** Characters of a key beyond which it is not remembered. */
const LONGEST = 256;

/** What is known here of a row, so that it is not worked out for every check. */
export class CachedRow {
  readonly address: RowAddress;
  /** The id as Postgres writes a bytea: in hexadecimal. Ascending as the ids are. */
  readonly hex: string;
  /** See `checkFunctionSql`, `p_cuts`. */
  readonly limitLength: number;
  readonly keyLength: number;
  readonly tierLength: number;
  readonly shortened: boolean;
  /** Whether the server has the row, as far as is known here. */
  present = false;
  /** The call that uses it now, and its place among the rows of that call. */
  call = 0;
  index = 0;
  /** Somebody keeps it locked: not asked for before this instant (ms of `performance.now`). */
  heldUntil = 0;

  constructor(address: RowAddress) {
    const {bytes, limitLength, keyLength, tierLength, shortened} = rowId(address);
    this.address = address;
    this.hex = bytes.toString('hex');
    this.limitLength = limitLength;
    this.keyLength = keyLength;
    this.tierLength = tierLength;
    this.shortened = shortened;
  }
}

/** The rows asked for lately: at most 40,000. */
export class RowCache {
  #young = new Map<string, CachedRow>();
  #old = new Map<string, CachedRow>();
  #calls = 0;

  /** A number for `CachedRow.call`. */
  nextCall(): number {
    return ++this.#calls;
  }

  get(address: RowAddress): CachedRow {
    const {limit, key, tier, shape} = address;
    if (key.length > LONGEST || tier.includes('\0')) return new CachedRow(address);
    const name = `${limit}\0${tier}\0${shape}\0${key}`;
    const known = this.#young.get(name);
    if (known !== undefined) return known;
    const row = this.#old.get(name) ?? new CachedRow(address);
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, row);
    return row;
  }
}
