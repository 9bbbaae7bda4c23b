import {setImmediate} from 'node:timers/promises';
import type {RowAddress} from '../../engine/live/check.ts';
import {literalPrefix} from '../key-glob.ts';
import {keyMatcher} from '../key-matcher.ts';
import type {RowChange, RowChanged, RowPage, RowSelection, StoredRow} from '../port.ts';
import {RowState} from '../row-state.ts';
import {isSameRow} from '../same-row.ts';
import {withoutLeases} from '../stored-leases.ts';
import type {SqliteAccess} from './sqlite-access.ts';
import {type SqliteHandle, type SqlRow, textOfBlob} from './sqlite-handle.ts';
import {bytesOfWords, wordsOfBytes} from './word-bytes.ts';

const AT = 'limit_name = ? AND key = ? AND tier = ? AND shape = ?';
const ONE = `SELECT words, expires_at FROM limit_state WHERE ${AT}`;
const PUT = `INSERT INTO limit_state (limit_name, key, tier, shape, words, expires_at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET words = excluded.words, expires_at = excluded.expires_at`;
const DELETE = `DELETE FROM limit_state WHERE ${AT}`;
const NEXT_LIMIT = `SELECT CAST(limit_name AS BLOB) FROM limit_state
  WHERE limit_name > ? ORDER BY limit_name LIMIT 1`;
const COLUMNS = 'CAST(key AS BLOB), CAST(tier AS BLOB), shape, words, expires_at';
const FROM = `SELECT ${COLUMNS} FROM limit_state
  WHERE limit_name = ? AND key >= ? ORDER BY key, tier, shape LIMIT ?`;
const AFTER = `SELECT ${COLUMNS} FROM limit_state
  WHERE limit_name = ? AND (key, tier, shape) > (?, ?, ?) ORDER BY key, tier, shape LIMIT ?`;

/** Rows that are looked at before others get their turn. */
const SWEPT_AT_ONCE = 1_000;

/** The row as it is, or undefined when there is none that still means anything. Not a `StoredRow`: a check needs no copy. */
export const loadRow = (handle: SqliteHandle, address: RowAddress, now: number): RowState | undefined => {
  const row = handle.get(ONE, address.limit, address.key, address.tier, address.shape);
  if (row === undefined) return undefined;
  const [words, expiresAt] = row as readonly [Uint8Array, number];
  return expiresAt <= now ? undefined : RowState.stored(address, wordsOfBytes(words), expiresAt);
};

export const saveRow = (
  handle: SqliteHandle,
  {limit, key, tier, shape}: RowAddress,
  {words, expiresAt}: Pick<StoredRow, 'words' | 'expiresAt'>,
): void => {
  handle.run(PUT, limit, key, tier, shape, bytesOfWords(words), expiresAt);
};

const deleteRow = (handle: SqliteHandle, {limit, key, tier, shape}: RowAddress): void => {
  handle.run(DELETE, limit, key, tier, shape);
};

export const readRows = (
  access: SqliteAccess,
  addresses: readonly RowAddress[],
): Promise<readonly (StoredRow | undefined)[]> =>
  access.read((handle, now) => addresses.map((address) => loadRow(handle, address, now)?.snapshot()));

export const changeRows = (
  access: SqliteAccess,
  changes: readonly RowChange[],
): Promise<readonly RowChanged[]> =>
  access.write((handle, now) => changes.map((change) => changeRow(handle, change, now)));

const changeRow = (handle: SqliteHandle, {address, expected, next}: RowChange, now: number): RowChanged => {
  const before = loadRow(handle, address, now)?.snapshot();
  if (expected !== 'any' && !isSameRow(before, expected)) return {outcome: 'drifted', before};
  if (next === undefined) deleteRow(handle, address);
  else saveRow(handle, address, next);
  return {outcome: 'done', before};
};

export interface Lease {
  readonly fencingToken: number;
  readonly count: number;
}

export const releaseLeases = (access: SqliteAccess, address: RowAddress, lease: Lease): Promise<boolean> =>
  access.write((handle, now) => {
    const row = loadRow(handle, address, now)?.snapshot();
    if (row === undefined) return false;
    const words = withoutLeases(address.shape, row.words, {...lease, now});
    if (words !== undefined) saveRow(handle, address, {...row, words});
    return words !== undefined;
  });

/** Pages by key, each read by itself, so that no writer waits and no log of the file grows meanwhile. */
export async function* scanRows(
  access: SqliteAccess,
  {limit, keys}: RowSelection,
  pageSize: number,
): AsyncGenerator<RowPage> {
  const matches = keyMatcher(keys);
  const from = keys.kind === 'all' ? '' : keys.kind === 'prefix' ? keys.prefix : literalPrefix(keys.pattern);
  for await (const {rows, now} of pagesOf(access, limit, from, pageSize)) {
    const selected = rows.filter(({address, expiresAt}) => expiresAt > now && matches(address.key));
    if (selected.length > 0) yield {rows: selected, foreign: []};
  }
}

/** Removes rows that are past their expiry. Only a step that finds some locks the file. */
export const sweepRows = async (access: SqliteAccess): Promise<number> => {
  let removed = 0;
  for await (const {rows, now} of pagesOf(access, undefined, '', SWEPT_AT_ONCE)) {
    const old = rows.filter(({expiresAt}) => expiresAt <= now);
    if (old.length === 0) continue;
    removed += await access.write((handle) =>
      old.reduce(
        (sum, {address: {limit, key, tier, shape}}) =>
          sum + handle.run(`${DELETE} AND expires_at <= ?`, limit, key, tier, shape, now),
        0,
      ),
    );
  }
  return removed;
};

interface RawPage {
  readonly rows: readonly StoredRow[];
  readonly now: number;
}

async function* pagesOf(
  access: SqliteAccess,
  limit: string | undefined,
  from: string,
  pageSize: number,
): AsyncGenerator<RawPage> {
  if (limit !== undefined) {
    yield* pagesOfLimit(access, limit, from, pageSize);
    return;
  }
  let name = '';
  for (;;) {
    const next = await access.read((handle) => handle.get(NEXT_LIMIT, name));
    if (next === undefined) return;
    name = textOfBlob(next[0]!);
    yield* pagesOfLimit(access, name, from, pageSize);
  }
}

async function* pagesOfLimit(
  access: SqliteAccess,
  limit: string,
  from: string,
  pageSize: number,
): AsyncGenerator<RawPage> {
  let last: RowAddress | undefined;
  for (;;) {
    const page: RawPage = await access.read((handle, now) => {
      const found =
        last === undefined
          ? handle.all(FROM, limit, from, pageSize)
          : handle.all(AFTER, limit, last.key, last.tier, last.shape, pageSize);
      return {rows: found.map((row) => storedRow(limit, row)), now};
    });
    yield page;
    last = page.rows.at(-1)?.address;
    // In order of the keys, all that begin with the prefix follow each other.
    if (page.rows.length < pageSize || !last!.key.startsWith(from)) return;
    await setImmediate();
  }
}

const storedRow = (limit: string, row: SqlRow): StoredRow => {
  const [key, tier, shape, words, expiresAt] = row as readonly [
    Uint8Array,
    Uint8Array,
    string,
    Uint8Array,
    number,
  ];
  return {
    address: {limit, key: textOfBlob(key), tier: textOfBlob(tier), shape},
    words: Array.from(wordsOfBytes(words)),
    expiresAt,
  };
};
