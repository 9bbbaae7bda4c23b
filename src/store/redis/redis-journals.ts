import type {JournalEntry} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import type {RedisCommand, RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';
import type {ServerClock} from './server-clock.ts';

/** Entries that are kept at least; a stream is cut in whole blocks, so a few more are there. */
const KEPT = 10_000;

/** A stream per journal. The server numbers the entries by its clock; with a given clock the instant is kept beside the value. */
export class RedisJournals {
  readonly #connection: RedisConnection;
  readonly #keys: RowKeys;
  readonly #clock: ServerClock;

  constructor(connection: RedisConnection, keys: RowKeys, clock: ServerClock) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  async append(journal: string, values: readonly unknown[]): Promise<void> {
    const given = this.#clock.given?.();
    const time = given === undefined ? [] : ['t', String(given)];
    const answers = await this.#connection.many(
      values.map(
        (value): RedisCommand => [
          'xadd',
          this.#nameOf(journal),
          ...['MAXLEN', '~', KEPT, '*'],
          ...['v', JSON.stringify(value), ...time],
        ],
      ),
    );
    for (const answer of answers) if (answer instanceof Error) throw this.#connection.failure(answer);
  }

  async latest(journal: string, count: number, since: number): Promise<readonly JournalEntry[]> {
    if (count === 0) return [];
    const from = this.#clock.given === undefined && since > 0 ? String(Math.floor(since / 1_000)) : '-';
    const [answer] = await this.#connection.many([
      ['xrevrange', this.#nameOf(journal), '+', from, 'COUNT', Math.min(count, 2 * KEPT)],
    ]);
    if (answer instanceof Error) throw this.#connection.failure(answer);
    return (answer as [Buffer, Buffer[]][])
      .map(entryOf)
      .filter(({at}) => at >= Math.floor(since / 1_000) * 1_000);
  }

  #nameOf(journal: string): string {
    return this.#keys.own(`journal:${journal}`);
  }
}

const entryOf = ([id, fields]: [Buffer, Buffer[]]): JournalEntry => {
  const texts = fields.map(String);
  const given = texts[2] === 't' ? Number(texts[3]) : undefined;
  const [millis = '0'] = id.toString().split('-');
  return {id: id.toString(), at: given ?? Number(millis) * 1_000, value: storedJson(texts[1])};
};
