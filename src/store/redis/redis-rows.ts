import type {Redis} from 'ioredis';
import type {RowAddress} from '../../engine/live/check.ts';
import {compileKeyGlob, literalPrefix} from '../key-glob.ts';
import type {RowChange, RowChanged, RowPage, RowSelection, StoredRow} from '../port.ts';
import {ForeignRowError} from './foreign-row-error.ts';
import {CHANGE_LUA} from './lua/change.lua.ts';
import type {RedisCommand, RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';
import {formatRow, headOf, parseRow} from './row-value.ts';
import {type Script, scriptOf} from './script-library.ts';
import type {ServerClock} from './server-clock.ts';

const PAGE = 500;
/** Names of foreign things that a page tells. */
const FOREIGN_NAMES = 10;
/** Rows that are asked for, or changed, in one go. */
const AT_ONCE = 500;

/** Rows one by one: what operators read and change. */
export class RedisRows {
  readonly #connection: RedisConnection;
  readonly #keys: RowKeys;
  readonly #clock: ServerClock;
  readonly #change: Script = scriptOf(CHANGE_LUA);

  constructor(connection: RedisConnection, keys: RowKeys, clock: ServerClock) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  async read(addresses: readonly RowAddress[]): Promise<readonly (StoredRow | undefined)[]> {
    const rows: (StoredRow | undefined)[] = [];
    for (let from = 0; from < addresses.length; from += AT_ONCE)
      rows.push(...(await this.#read(addresses.slice(from, from + AT_ONCE))));
    return rows;
  }

  async #read(addresses: readonly RowAddress[]): Promise<(StoredRow | undefined)[]> {
    const names = addresses.map((address) => this.#keys.nameOf(address));
    const answers = await this.#connection.many([
      ['time'],
      ...names.flatMap((name): RedisCommand[] => [
        ['get', name],
        ['pttl', name],
      ]),
    ]);
    const now = this.#nowOf(answers[0]);
    return addresses.map((address, i) => {
      const value = answers[1 + 2 * i];
      const ttl = answers[2 + 2 * i];
      if (value === null) return undefined;
      if (value instanceof Error && !value.message.startsWith('WRONGTYPE'))
        throw this.#connection.failure(value);
      if (ttl instanceof Error) throw this.#connection.failure(ttl);
      const words = value instanceof Buffer ? parseRow(address.shape, value) : undefined;
      if (words === undefined) throw new ForeignRowError(names[i]!, this.#connection.url, []);
      return {address, words, expiresAt: expiryOf(Number(ttl), now)};
    });
  }

  /** Rows of a scan have no expiry: Infinity. Whoever needs it reads the row. */
  async *scan(selection: RowSelection, pageSize = PAGE): AsyncGenerator<RowPage> {
    const matches = matcherOf(selection);
    const pattern = this.#patternOf(selection);
    for (const server of this.#connection.primaries()) {
      const list = (cursor: string): Promise<[Buffer, Buffer[]]> => {
        const listed = this.#connection.run(
          () => server.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', pageSize) as Promise<[Buffer, Buffer[]]>,
        );
        // Whoever stops in the middle does not wait for the page that was asked for ahead.
        listed.catch(() => {});
        return listed;
      };
      let ahead: Promise<[Buffer, Buffer[]]> | undefined = list('0');
      while (ahead !== undefined) {
        const [next, names]: [Buffer, Buffer[]] = await ahead;
        const cursor = next.toString();
        // The server looks for the next page while this one is read.
        ahead = cursor === '0' ? undefined : list(cursor);
        const page = await this.#page(server, names, matches);
        for (let from = 0; from < page.rows.length; from += pageSize) {
          const foreign = from === 0 ? page.foreign : [];
          yield {rows: page.rows.slice(from, from + pageSize), foreign};
        }
        if (page.rows.length === 0 && page.foreign.length > 0) yield page;
      }
    }
  }

  async #page(
    server: Redis,
    names: readonly Buffer[],
    matches: (address: RowAddress) => boolean,
  ): Promise<RowPage> {
    const wanted: {readonly name: string; readonly address: RowAddress}[] = [];
    const foreign: string[] = [];
    for (const name of names) {
      const address = this.#keys.parse(name);
      if (address === undefined) foreign.push(name.toString());
      else if (address !== 'own' && matches(address)) wanted.push({name: name.toString(), address});
    }
    const values = await this.#values(
      server,
      wanted.map(({name}) => name),
    );
    const rows: StoredRow[] = [];
    const odd: {readonly name: string; readonly address: RowAddress}[] = [];
    wanted.forEach((one, i) => {
      const value = values[i];
      const {address} = one;
      const words = value instanceof Buffer ? parseRow(address.shape, value) : undefined;
      if (words !== undefined) rows.push({address, words, expiresAt: Number.POSITIVE_INFINITY});
      else if (value instanceof Buffer) foreign.push(one.name);
      else odd.push(one);
    });
    // Without a value: it ended since it was listed, or it is of another type.
    const types = await this.#connection.many(
      odd.map(({name}) => ['type', name]),
      server,
    );
    odd.forEach(({name}, i) => {
      if (String(types[i]) !== 'none') foreign.push(name);
    });
    return {rows, foreign: foreign.slice(0, FOREIGN_NAMES)};
  }

  async #values(server: Redis, names: readonly string[]): Promise<readonly unknown[]> {
    if (names.length === 0) return [];
    if (this.#connection.client === server)
      return this.#connection.run(() => server.mgetBuffer(...names) as Promise<(Buffer | null)[]>);
    const values = await this.#connection.many(
      names.map((name) => ['get', name]),
      server,
    );
    // A slot that is just moving: the Cluster knows where.
    return Promise.all(
      values.map((value, i) =>
        value instanceof Error && /^(MOVED|ASK)/.test(value.message)
          ? this.#connection.run(() => this.#connection.client.getBuffer(names[i]!))
          : value,
      ),
    );
  }

  async change(changes: readonly RowChange[]): Promise<readonly RowChanged[]> {
    const changed: RowChanged[] = [];
    for (let from = 0; from < changes.length; from += AT_ONCE)
      changed.push(...(await this.#changeSome(changes.slice(from, from + AT_ONCE))));
    return changed;
  }

  async #changeSome(changes: readonly RowChange[]): Promise<RowChanged[]> {
    const given = this.#clock.given?.();
    const calls = changes.map(({address, expected, next}) => ({
      key: this.#keys.nameOf(address),
      args: [
        headOf(address.shape),
        expected === undefined
          ? 'none'
          : expected === 'any'
            ? 'any'
            : marked(formatRow(address.shape, expected.words)),
        next === undefined ? '-' : marked(formatRow(address.shape, next.words)),
        next === undefined || next.expiresAt === Number.POSITIVE_INFINITY ? 'never' : String(next.expiresAt),
        given === undefined ? '' : String(given),
      ],
    }));
    const answers = await this.#connection.evaluateMany(this.#change, calls);
    return answers.map((answer, i): RowChanged => {
      if (answer instanceof Error) throw this.#connection.failure(answer);
      const [done, value, ttl] = answer as [number, Buffer | null, number];
      const {address} = changes[i]!;
      const words = value === null ? undefined : parseRow(address.shape, value);
      const before = words && {address, words, expiresAt: expiryOf(ttl, this.#clock.estimate())};
      return {outcome: done === 1 ? 'done' : 'drifted', before};
    });
  }

  #nowOf(time: unknown): number {
    if (time instanceof Error) throw this.#connection.failure(time);
    const [seconds, micros] = (time as Buffer[]).map(Number) as [number, number];
    const now = seconds * 1_000_000 + micros;
    this.#clock.learn(now);
    return this.#clock.given?.() ?? now;
  }

  /** All that begins as the rows wanted do; the rest is sorted out here, exactly. */
  #patternOf({limit, keys}: RowSelection): string {
    if (limit === undefined) return `${escapeGlob(this.#keys.prefix)}*`;
    const begin =
      keys.kind === 'prefix' ? keys.prefix : keys.kind === 'glob' ? literalPrefix(keys.pattern) : '';
    return `${escapeGlob(`${this.#keys.prefix}${limit}:`)}*${escapeGlob(`:{${begin}`)}*`;
  }
}

/** PTTL answers −1 for a key without an end. */
const expiryOf = (ttlMs: number, now: number): number =>
  ttlMs < 0 ? Number.POSITIVE_INFINITY : now + ttlMs * 1_000;

const marked = (value: Buffer): Buffer => Buffer.concat([Buffer.from('='), value]);

const escapeGlob = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

const matcherOf = ({limit, keys}: RowSelection): ((address: RowAddress) => boolean) => {
  const matches =
    keys.kind === 'all'
      ? () => true
      : keys.kind === 'prefix'
        ? (key: string) => key.startsWith(keys.prefix)
        : compileKeyGlob(keys.pattern);
  return (address) => (limit === undefined || address.limit === limit) && matches(address.key);
};
