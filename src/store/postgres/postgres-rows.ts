import {lettersOf} from '../../engine/bucket-code.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import {compileKeyGlob, literalPrefix} from '../key-glob.ts';
import type {RowChange, RowChanged, RowPage, RowSelection, StoredRow} from '../port.ts';
import {bytesLiteral, numbersLiteral, parseNumbers, textsLiteral} from './array-literal.ts';
import {rowCuts} from './row-cuts.ts';
import {idRange, rowId} from './row-id.ts';
import {bytea, bytesOf, nowSql, type Server, textOf} from './server.ts';
import type {Statement} from './statement.ts';

const PAGE = 500;
/** Rows of a statement that reads or changes exactly those. */
const MOST_ROWS = 1_000;
/** Rows that a statement looks through for those whose key matches. */
const LOOKED_THROUGH = 10_000;

/** Rows of the table `state`. */
export class PostgresRows {
  readonly #server: Server;
  readonly #read: Statement;
  readonly #page: Statement;
  readonly #change: Statement;
  readonly #release: Statement;
  readonly #sweep: Statement;

  constructor(server: Server) {
    this.#server = server;
    const {schema} = server;
    this.#read = {
      name: 'ratectl_read',
      text: `select ids.n, st.words, st.expires_at
        from unnest($1::bytea[]) with ordinality as ids (id, n) join ${schema}.state st on st.id = ids.id
        where st.expires_at > ${nowSql(2)}`,
    };
    // The last row looked at comes along in any case: there the next page begins.
    this.#page = {
      name: 'ratectl_page',
      text: `with page as materialized (
          select id, limit_name, key, tier, shape, words, expires_at from ${schema}.state
          where id > $1::bytea and id >= $2::bytea and ($3::bytea is null or id < $3::bytea) order by id limit $4
        ), clock as materialized (select ${nowSql(7)} as now)
        select p.id, m.matches, p.limit_name, p.key, p.tier, p.shape, p.words, p.expires_at
        from page p, clock, lateral (
          select p.expires_at > clock.now
            and ($5::text is null or p.limit_name = $5) and ($6::bytea is null or p.key like $6) as matches
        ) m
        where m.matches or p.id = (select id from page order by id desc limit 1)
        order by p.id`,
    };
    this.#change = {
      name: 'ratectl_change',
      text: `select done, words, expires_at from ${schema}.change(
        $1::bytea[], $2::int[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::int, $9::float8)`,
    };
    this.#release = {
      name: 'ratectl_release',
      text: `select ${schema}.release($1::bytea, $2::text, $3::float8, $4::float8, $5::int, $6::float8)`,
    };
    this.#sweep = {
      name: 'ratectl_sweep',
      text: `select last, removed from ${schema}.sweep($1::bytea, $2::int, $3::float8)`,
    };
  }

  async read(addresses: readonly RowAddress[]): Promise<readonly (StoredRow | undefined)[]> {
    const rows: (StoredRow | undefined)[] = addresses.map(() => undefined);
    for (let from = 0; from < addresses.length; from += MOST_ROWS) {
      const some = addresses.slice(from, from + MOST_ROWS);
      const found = await this.#server.query(this.#read, [
        bytesLiteral(some.map((address) => rowId(address).bytes)),
        this.#server.now(),
      ]);
      for (const [n, words, expiresAt] of found) {
        const i = from + Number(n) - 1;
        rows[i] = storedRow(addresses[i]!, words!, expiresAt!);
      }
    }
    return rows;
  }

  async *scan({limit, keys}: RowSelection, pageSize = PAGE): AsyncGenerator<RowPage> {
    const prefix =
      keys.kind === 'all' ? '' : keys.kind === 'prefix' ? keys.prefix : literalPrefix(keys.pattern);
    const range = idRange(limit, prefix);
    const matches = keys.kind === 'glob' ? compileKeyGlob(keys.pattern) : undefined;
    const sift = range === undefined ? prefix !== '' || limit !== undefined : keys.kind === 'glob';
    const looked = sift ? Math.max(LOOKED_THROUGH, pageSize) : pageSize;
    const like = keys.kind === 'all' ? null : bytea(Buffer.from(likePattern(keys)));
    let after: Buffer = Buffer.alloc(0);
    let page: StoredRow[] = [];
    for (;;) {
      const found = await this.#server.query(this.#page, [
        bytea(after),
        bytea(range?.from ?? Buffer.alloc(0)),
        range === undefined ? null : bytea(range.until),
        looked,
        limit ?? null,
        like,
        this.#server.now(),
      ]);
      const last = found.at(-1);
      if (last === undefined) break;
      after = bytesOf(last[0]!);
      for (const [, hit, limitName, key, tier, shape, words, expiresAt] of found) {
        if (hit !== 't') continue;
        const address = {limit: limitName!, key: textOf(key!), tier: textOf(tier!), shape: shape!};
        if (matches !== undefined && !matches(address.key)) continue;
        page.push(storedRow(address, words!, expiresAt!));
        if (page.length < pageSize) continue;
        yield {rows: page, foreign: []};
        page = [];
      }
    }
    if (page.length > 0) yield {rows: page, foreign: []};
  }

  async change(changes: readonly RowChange[]): Promise<readonly RowChanged[]> {
    const done: RowChanged[] = [];
    let open = changes.map((change, index) => ({change, index, id: rowId(change.address)}));
    while (open.length > 0) {
      // The same row twice is changed twice, one after the other.
      const seen = new Set<string>();
      const [now, later]: [typeof open, typeof open] = [[], []];
      for (const one of open) {
        const id = one.id.bytes.toString('latin1');
        (seen.has(id) || now.length === MOST_ROWS ? later : now).push(one);
        seen.add(id);
      }
      open = later;
      await this.#changeOnce(now, done);
    }
    return done;
  }

  async #changeOnce(
    some: {change: RowChange; index: number; id: ReturnType<typeof rowId>}[],
    done: RowChanged[],
  ): Promise<void> {
    some.sort((a, b) => Buffer.compare(a.id.bytes, b.id.bytes));
    const changes = some.map(({change}) => change);
    const before = changes.map(({expected}) => (typeof expected === 'object' ? expected : undefined));
    const wordsOf = (row: {words: readonly number[]} | undefined): string | undefined =>
      row === undefined ? undefined : numbersLiteral(row.words);
    const {cuts, long} = rowCuts(some.map(({id, change}) => ({...id, address: change.address})));
    const rows = await this.#server.query(this.#change, [
      bytesLiteral(some.map(({id}) => id.bytes)),
      cuts,
      long,
      textsLiteral(
        changes.map(({expected}) => (expected === undefined ? 'none' : expected === 'any' ? 'any' : 'row')),
      ),
      textsLiteral(before.map(wordsOf)),
      textsLiteral(changes.map(({next}) => wordsOf(next))),
      numbersLiteral(changes.map(({next}) => next?.expiresAt ?? 0)),
      this.#server.lockTimeoutMs,
      this.#server.now(),
    ]);
    some.forEach(({change, index}, i) => {
      const [ok, words, expiresAt] = rows[i]!;
      done[index] = {
        outcome: ok === 't' ? 'done' : 'drifted',
        before: words == null ? undefined : storedRow(change.address, words, expiresAt!),
      };
    });
  }

  async release(address: RowAddress, fencingToken: number, count: number): Promise<boolean> {
    const [row] = await this.#server.query(this.#release, [
      bytea(rowId(address).bytes),
      lettersOf(address.shape),
      fencingToken,
      count,
      this.#server.lockTimeoutMs,
      this.#server.now(),
    ]);
    return row![0] === 't';
  }

  /** One page after the other, each a transaction of its own. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (let after: string | null = '\\x'; after !== null; ) {
      const rows: readonly (readonly (string | null)[])[] = await this.#server.query(this.#sweep, [
        after,
        MOST_ROWS,
        this.#server.now(),
      ]);
      after = rows[0]![0] ?? null;
      removed += Number(rows[0]![1]);
    }
    return removed;
  }
}

const storedRow = (address: RowAddress, words: string, expiresAt: string): StoredRow => ({
  address,
  words: parseNumbers(words),
  expiresAt: Number(expiresAt),
});

/** A pattern of LIKE over bytes that holds for every key that is selected, and for few others. */
const likePattern = (keys: Exclude<RowSelection['keys'], {kind: 'all'}>): string => {
  const literal = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
  if (keys.kind === 'prefix') return `${literal(keys.prefix)}%`;
  let pattern = '';
  const chars = Array.from(keys.pattern);
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!;
    // One character is one byte or more.
    if (char === '*') pattern += '%';
    else if (char === '?') pattern += '_%';
    else pattern += literal(char === '\\' && i + 1 < chars.length ? chars[++i]! : char);
  }
  return pattern;
};
