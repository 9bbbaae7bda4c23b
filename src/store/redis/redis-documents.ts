import type {PutOptions, StoredDocument} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import {PUT_DOCUMENT_LUA, REMOVE_DOCUMENT_LUA, SWEEP_DOCUMENT_LUA} from './lua/documents.lua.ts';
import type {RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';
import {type Script, scriptOf} from './script-library.ts';
import {instantOf, type ServerClock} from './server-clock.ts';

/** A hash per kind; version and expiry stand before the JSON. Reading needs no script. */
export class RedisDocuments {
  readonly #connection: RedisConnection;
  readonly #keys: RowKeys;
  readonly #clock: ServerClock;
  readonly #put: Script = scriptOf(PUT_DOCUMENT_LUA);
  readonly #remove: Script = scriptOf(REMOVE_DOCUMENT_LUA);
  readonly #sweep: Script = scriptOf(SWEEP_DOCUMENT_LUA);

  constructor(connection: RedisConnection, keys: RowKeys, clock: ServerClock) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  async get(kind: string, id: string): Promise<StoredDocument | undefined> {
    const [now, found] = await this.#ask('hget', this.#nameOf(kind), id);
    return found === null ? undefined : live(parse(id, String(found)), now);
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    const [now, found] = await this.#ask(HGETALL, this.#nameOf(kind));
    return pairsOf(found)
      .map(([id, text]) => live(parse(id, text), now))
      .filter((document) => document !== undefined)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async put(
    kind: string,
    id: string,
    value: unknown,
    {expiresAt = Number.POSITIVE_INFINITY, ifVersion}: PutOptions,
  ): Promise<StoredDocument | undefined> {
    const json = JSON.stringify(value);
    const expiry = expiresAt === Number.POSITIVE_INFINITY ? 'inf' : String(expiresAt);
    const version = await this.#write(this.#put, kind, id, ifVersion, [expiry, json, kind]);
    return version === 0 ? undefined : {id, version, expiresAt, value: JSON.parse(json)};
  }

  async remove(kind: string, id: string, ifVersion?: number): Promise<boolean> {
    return (await this.#write(this.#remove, kind, id, ifVersion)) === 1;
  }

  /** Removes those that have ended. */
  async sweep(): Promise<number> {
    const [kinds] = await this.#connection.many([['smembers', this.#keys.own('kinds')]]);
    if (kinds instanceof Error) throw this.#connection.failure(kinds);
    let removed = 0;
    for (const kind of (kinds as Buffer[]).map(String)) {
      const [now, found] = await this.#ask(HGETALL, this.#nameOf(kind));
      for (const [id, text] of pairsOf(found)) {
        if (live(parse(id, text), now) === undefined) removed += await this.#write(this.#sweep, kind, id);
      }
    }
    return removed;
  }

  async #write(
    script: Script,
    kind: string,
    id: string,
    ifVersion?: number,
    more: readonly string[] = [],
  ): Promise<number> {
    const given = this.#clock.given?.();
    return Number(
      await this.#connection.evaluate(
        script,
        [this.#nameOf(kind), this.#keys.own('kinds')],
        [
          id,
          ifVersion === undefined ? '' : String(ifVersion),
          given === undefined ? '' : String(given),
          ...more,
        ],
      ),
    );
  }

  /** The clock is that of the server that has the document, in a Cluster too. */
  async #ask(command: string, ...args: string[]): Promise<[now: number, answer: unknown]> {
    const [time, answer] = await this.#connection.inOneSlot([['time'], [command, ...args]], 'one by one');
    return [this.#clock.given?.() ?? instantOf(time), answer];
  }

  #nameOf(kind: string): string {
    return this.#keys.own(`doc:${kind}`);
  }
}

/** In capitals the driver leaves its answer as it is, a flat list: it would make an object, in which some names mean something else. */
export const HGETALL = 'HGETALL';

/** The answer of HGETALL, or of a command WITHSCORES. */
export const pairsOf = (answer: unknown): [field: string, value: string][] => {
  const flat = (answer as readonly unknown[]).map(String);
  return flat.flatMap((field, i): [string, string][] => (i % 2 === 0 ? [[field, flat[i + 1]!]] : []));
};

const parse = (id: string, text: string): StoredDocument => {
  const [, version = '1', expiry = 'inf', json = 'null'] = /^(\d+) (\S+) ([\s\S]*)$/.exec(text) ?? [];
  const expiresAt = expiry === 'inf' ? Number.POSITIVE_INFINITY : Number(expiry);
  return {id, version: Number(version), expiresAt, value: storedJson(json)};
};

const live = (document: StoredDocument, now: number): StoredDocument | undefined =>
  document.expiresAt > now ? document : undefined;
