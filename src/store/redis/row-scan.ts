import {Cluster} from 'ioredis';
import type {RowAddress} from '../../engine/live/check.ts';
import {compileKeyGlob, literalPrefix} from '../key-glob.ts';
import type {RowPage, RowSelection, StoredRow} from '../port.ts';
import {bulk} from './bulk.ts';
import {BulkConnection} from './bulk-connection.ts';
import type {BulkReplies} from './bulk-replies.ts';
import {keySlot} from './key-slot.ts';
import type {RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';
import {parseRow} from './row-value.ts';
import {lookAgain, movedSlots, slotOwners} from './slot-owners.ts';

/** Names of foreign things that a page tells. */
const FOREIGN_NAMES = 10;

/** What a page of `SCAN` named. */
interface Listed {
  /** Where the next page begins; `0`: there is none. */
  readonly cursor: string;
  readonly wanted: readonly RowAddress[];
  /** Asks for the values of those that are wanted. */
  readonly question: Question;
  readonly foreign: readonly string[];
}

interface Question {
  readonly commands: Buffer;
  readonly answers: number;
}

/** The words of a row, or what is in their place; `none`: it ended since it was listed, or is of another type. */
type Value = readonly number[] | 'foreign' | 'none' | 'moved';

interface Read extends Listed {
  readonly values: readonly Value[];
}

/**
 * Goes through all keys with `SCAN`, server by server. A server always has something to do: while a page is judged here, it reads
 * the values of the next one and lists the one behind it.
 *
 * Rows have no expiry: Infinity. Whoever needs it reads the row.
 */
export class RowScan {
  readonly #connection: RedisConnection;
  readonly #keys: RowKeys;
  readonly #matches: (address: RowAddress) => boolean;
  readonly #pattern: string;
  readonly #pageSize: number;
  /** Those that are listed; undefined: all. */
  #slots: ReadonlySet<number> | undefined;
  /** In a Cluster keys of a page are in different slots, and a command is about one. */
  readonly #questionOf: (replies: BulkReplies, places: readonly number[]) => Question;

  constructor(connection: RedisConnection, keys: RowKeys, selection: RowSelection, pageSize: number) {
    this.#connection = connection;
    this.#keys = keys;
    this.#matches = matcherOf(selection);
    this.#pattern = patternOf(selection, keys.prefix);
    this.#pageSize = pageSize;
    this.#questionOf = connection.client instanceof Cluster ? eachByItself : allAtOnce;
  }

  async *pages(): AsyncGenerator<RowPage> {
    let owners = await slotOwners(this.#connection);
    yield* this.#round();
    const {client} = this.#connection;
    // A slot may have moved from a server that was still to come to one that was past.
    while (owners !== undefined && client instanceof Cluster) {
      await lookAgain(client);
      const now = await slotOwners(this.#connection);
      this.#slots = movedSlots(owners, now!);
      if (this.#slots.size === 0) return;
      owners = now;
      yield* this.#round();
    }
  }

  /** All servers once. */
  async *#round(): AsyncGenerator<RowPage> {
    const {timeoutMs} = this.#connection;
    for (const server of this.#connection.primaries()) {
      const own = await this.#connection.run(() => BulkConnection.open(server, timeoutMs));
      try {
        for await (const read of this.#read(own)) yield* this.#pagesOf(read);
      } finally {
        own.close();
      }
    }
  }

  async *#read(own: BulkConnection): AsyncGenerator<Read> {
    let listing: Promise<Listed> | undefined = this.#list(own, '0');
    let reading: Promise<Read> | undefined;
    while (listing !== undefined || reading !== undefined) {
      const before: Promise<Read> | undefined = reading;
      reading = undefined;
      if (listing !== undefined) {
        const listed: Listed = await listing;
        listing = listed.cursor === '0' ? undefined : this.#list(own, listed.cursor);
        reading = this.#values(own, listed);
      }
      if (before !== undefined) yield await before;
    }
  }

  #list(own: BulkConnection, cursor: string): Promise<Listed> {
    const command = commandOf(['scan', cursor, 'MATCH', this.#pattern, 'COUNT', String(this.#pageSize)]);
    return this.#ask(() => own.ask(command, 1, (replies) => this.#listed(replies)));
  }

  #listed(replies: BulkReplies): Listed {
    const refused = replies.errors.get(0);
    if (refused !== undefined) throw refused;
    const wanted: RowAddress[] = [];
    const places: number[] = [];
    const foreign: string[] = [];
    // The first text is the cursor.
    for (let i = 1; i < replies.count; i++) {
      if (this.#slots?.has(keySlot(replies.text(i))) === false) continue;
      const address = this.#keys.parse(replies.bytes, replies.from[i], replies.until[i]);
      if (address === undefined) foreign.push(replies.text(i));
      else if (address !== 'own' && this.#matches(address)) {
        wanted.push(address);
        places.push(i);
      }
    }
    return {cursor: replies.text(0), wanted, question: this.#questionOf(replies, places), foreign};
  }

  #values(own: BulkConnection, listed: Listed): Promise<Read> {
    const {
      wanted,
      question: {commands, answers},
    } = listed;
    if (wanted.length === 0) return Promise.resolve({...listed, values: []});
    const valuesOf = (replies: BulkReplies): Value[] =>
      wanted.map(({shape}, i) => valueIn(replies, i, shape));
    return this.#ask(async () => ({...listed, values: await own.ask(commands, answers, valuesOf)}));
  }

  /** Whoever stops in the middle does not wait for what was asked for ahead, nor hears that it failed. */
  #ask<T>(send: () => Promise<T>): Promise<T> {
    const ahead = this.#connection.run(send);
    ahead.catch(() => {});
    return ahead;
  }

  async *#pagesOf({wanted, values, foreign: named}: Read): AsyncGenerator<RowPage> {
    const rows: StoredRow[] = [];
    const foreign = [...named];
    const odd: RowAddress[] = [];
    for (let i = 0; i < wanted.length; i++) {
      const address = wanted[i]!;
      const value = values[i] === 'moved' ? await this.#valueOf(address) : values[i]!;
      if (typeof value === 'object') rows.push({address, words: value, expiresAt: Number.POSITIVE_INFINITY});
      else if (value === 'foreign') foreign.push(this.#keys.nameOf(address));
      else odd.push(address);
    }
    for (const [address, value] of await this.#again(odd)) {
      if (value === 'foreign') foreign.push(this.#keys.nameOf(address));
      else rows.push({address, words: value, expiresAt: Number.POSITIVE_INFINITY});
    }
    const told = foreign.slice(0, FOREIGN_NAMES);
    if (rows.length <= this.#pageSize) {
      if (rows.length > 0 || told.length > 0) yield {rows, foreign: told};
      return;
    }
    // A server may name more than it is asked for.
    for (let from = 0; from < rows.length; from += this.#pageSize)
      yield {rows: rows.slice(from, from + this.#pageSize), foreign: from === 0 ? told : []};
  }

  /** What is there all the same: of another type, or a row that went and came again in between. */
  async #again(
    odd: readonly RowAddress[],
  ): Promise<(readonly [RowAddress, readonly number[] | 'foreign'])[]> {
    const types = await this.#connection.many(odd.map((address) => ['type', this.#keys.nameOf(address)]));
    const found: (readonly [RowAddress, readonly number[] | 'foreign'])[] = [];
    for (const [i, address] of odd.entries()) {
      const type = types[i];
      if (type instanceof Error) throw this.#connection.failure(type);
      const value = String(type) === 'string' ? await this.#valueOf(address) : 'none';
      if (typeof value === 'object') found.push([address, value]);
      else if (value === 'foreign' || !['none', 'string'].includes(String(type)))
        found.push([address, 'foreign']);
    }
    return found;
  }

  /** Asked by itself: of a slot that is just moving the Cluster knows where. */
  async #valueOf(address: RowAddress): Promise<Value> {
    const [value] = await this.#connection.many([['get', this.#keys.nameOf(address)]]);
    if (value instanceof Error && !isOfOtherType(value)) throw this.#connection.failure(value);
    return value instanceof Buffer ? (parseRow(address.shape, value) ?? 'foreign') : 'none';
  }
}

const valueIn = ({bytes, from, until, errors}: BulkReplies, i: number, shape: string): Value => {
  if (from[i]! >= 0) return parseRow(shape, bytes, from[i], until[i]) ?? 'foreign';
  const error = errors.get(i);
  if (error === undefined || isOfOtherType(error)) return 'none';
  if (/^(MOVED|ASK)/.test(error.message)) return 'moved';
  throw error;
};

const isOfOtherType = ({message}: Error): boolean => message.startsWith('WRONGTYPE');

const commandOf = (words: readonly string[]): string => `*${words.length}\r\n${words.map(bulk).join('')}`;

const allAtOnce = (replies: BulkReplies, places: readonly number[]): Question => ({
  commands: copied(replies, places, {head: `*${places.length + 1}\r\n$4\r\nmget\r\n`, each: ''}),
  answers: 1,
});

const eachByItself = (replies: BulkReplies, places: readonly number[]): Question => ({
  commands: copied(replies, places, {head: '', each: '*2\r\n$3\r\nget\r\n'}),
  answers: places.length,
});

/** Names are sent as they came: their length, and what ends them, included. */
const copied = (
  {bytes, from, until}: BulkReplies,
  places: readonly number[],
  {head, each}: {readonly head: string; readonly each: string},
): Buffer => {
  const begins = places.map((i) => from[i]! - String(until[i]! - from[i]!).length - 3);
  const size = places.reduce((sum, i, n) => sum + each.length + until[i]! + 2 - begins[n]!, head.length);
  const wire = Buffer.allocUnsafe(size);
  let at = wire.write(head);
  for (let n = 0; n < places.length; n++) {
    if (each !== '') at += wire.write(each, at);
    at += bytes.copy(wire, at, begins[n], until[places[n]!]! + 2);
  }
  return wire;
};

/** All that begins as the rows wanted do; the rest is sorted out here, exactly. */
const patternOf = ({limit, keys}: RowSelection, prefix: string): string => {
  if (limit === undefined) return `${escapeGlob(prefix)}*`;
  const begin =
    keys.kind === 'prefix' ? keys.prefix : keys.kind === 'glob' ? literalPrefix(keys.pattern) : '';
  return `${escapeGlob(`${prefix}${limit}:`)}*${escapeGlob(`:{${begin}`)}*`;
};

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
