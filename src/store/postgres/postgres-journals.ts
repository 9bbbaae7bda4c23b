import type {JournalEntry} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import {textsLiteral} from './array-literal.ts';
import {nowSql, type Server} from './server.ts';
import type {Statement} from './statement.ts';

/** Entries of a journal that are kept at least. */
const KEPT = 10_000;
/** The surplus goes each time the ids pass a multiple of this. */
const EVERY = 256;
const ID_DIGITS = 19;

/** Journals in the table `journals`. */
export class PostgresJournals {
  readonly #server: Server;
  readonly #append: Statement;
  readonly #latest: Statement;
  readonly #trim: Statement;

  constructor(server: Server) {
    this.#server = server;
    const {schema} = server;
    this.#append = {
      name: 'ratectl_append',
      text: `insert into ${schema}.journals (journal, at, value)
        select $1, ${nowSql(3)}, value from unnest($2::text[]) with ordinality as u (value, n) order by n returning id`,
    };
    this.#latest = {
      name: 'ratectl_latest',
      text: `select id, at, value from ${schema}.journals
        where journal = $1 and at >= $3::float8 order by id desc limit $2`,
    };
    this.#trim = {
      name: 'ratectl_trim_journal',
      text: `delete from ${schema}.journals where journal = $1 and id in (
        select id from ${schema}.journals where journal = $1 order by id desc offset ${KEPT} limit 1000
        for update skip locked) returning 1`,
    };
  }

  async append(journal: string, values: readonly unknown[]): Promise<void> {
    if (values.length === 0) return;
    const texts = values.map((value) => JSON.stringify(value));
    const rows = await this.#server.query(this.#append, [journal, textsLiteral(texts), this.#server.now()]);
    const ids = rows.map(([id]) => Number(id));
    if (Math.floor(ids[0]! / EVERY) !== Math.floor((ids.at(-1)! + 1) / EVERY)) await this.#trimmed(journal);
  }

  async latest(journal: string, count: number, since = 0): Promise<readonly JournalEntry[]> {
    const rows = await this.#server.query(this.#latest, [journal, count, since]);
    return rows.map(([id, at, value]) => ({
      id: id!.padStart(ID_DIGITS, '0'),
      at: Number(at),
      value: storedJson(value!),
    }));
  }

  async #trimmed(journal: string): Promise<void> {
    while ((await this.#server.query(this.#trim, [journal])).length === 1_000);
  }
}
