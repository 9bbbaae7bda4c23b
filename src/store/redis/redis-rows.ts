import {quoted} from '../../base/safe-text.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {RowChange, RowChanged, RowPage, RowSelection, StoredRow} from '../port.ts';
import {StoreError} from '../store-error.ts';
import {ForeignRowError} from './foreign-row-error.ts';
import {CHANGE_LUA} from './lua/change.lua.ts';
import type {RedisCommand, RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';
import {RowScan} from './row-scan.ts';
import {formatRow, headOf, isRowOf, parseRow} from './row-value.ts';
import {type Script, scriptOf} from './script-library.ts';
import type {ServerClock} from './server-clock.ts';

const PAGE = 500;
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

  scan(selection: RowSelection, pageSize = PAGE): AsyncGenerator<RowPage> {
    return new RowScan(this.#connection, this.#keys, selection, pageSize).pages();
  }

  async change(changes: readonly RowChange[]): Promise<readonly RowChanged[]> {
    const changed: RowChanged[] = [];
    for (let from = 0; from < changes.length; from += AT_ONCE)
      changed.push(...(await this.#changeSome(changes.slice(from, from + AT_ONCE))));
    return changed;
  }

  /** A row of other words than its shape has would be taken for somebody else's from then on, by applications, too. */
  #requireReadable(address: RowAddress, words: readonly number[]): void {
    if (isRowOf(address.shape, words)) return;
    const name = this.#keys.nameOf(address);
    throw new StoreError(
      `the key ${quoted(name, 120)} cannot have ${words.length} words: its shape is ${address.shape}`,
      {
        kind: 'foreign',
        url: this.#connection.url,
        hint: 'nothing of that step was written; was the receipt changed after it was written?',
      },
    );
  }

  async #changeSome(changes: readonly RowChange[]): Promise<RowChanged[]> {
    for (const {address, next} of changes) if (next !== undefined) this.#requireReadable(address, next.words);
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
      const [done, value, ttl, now] = answer as [number, Buffer | null, number, Buffer];
      const {address} = changes[i]!;
      const words = value === null ? undefined : parseRow(address.shape, value);
      const before = words && {address, words, expiresAt: expiryOf(ttl, Number(now))};
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
}

/** PTTL answers −1 for a key without an end. */
const expiryOf = (ttlMs: number, now: number): number =>
  ttlMs < 0 ? Number.POSITIVE_INFINITY : now + ttlMs * 1_000;

const marked = (value: Buffer): Buffer => Buffer.concat([Buffer.from('='), value]);
