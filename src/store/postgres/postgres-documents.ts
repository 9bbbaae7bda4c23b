import type {PutOptions, StoredDocument} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import {bytea, nowSql, type Server, textOf} from './server.ts';
import type {Statement} from './statement.ts';

/** Documents in the table `documents`; values are JSON text, for `jsonb` refuses a NUL in a text. */
export class PostgresDocuments {
  readonly #server: Server;
  readonly #get: Statement;
  readonly #list: Statement;
  readonly #put: Statement;
  readonly #replace: Statement;
  readonly #remove: Statement;
  readonly #sweep: Statement;

  constructor(server: Server) {
    this.#server = server;
    const {schema} = server;
    const columns = 'id, version, expires_at, value';
    this.#get = {
      name: 'ratectl_get',
      text: `select ${columns} from ${schema}.documents where kind = $1 and id = $2::bytea and expires_at > ${nowSql(3)}`,
    };
    this.#list = {
      name: 'ratectl_list',
      text: `select ${columns} from ${schema}.documents where kind = $1 and expires_at > ${nowSql(2)} order by id`,
    };
    // $6: any version will do; else there must be none. One that has ended is none, and its version begins anew.
    this.#put = {
      name: 'ratectl_put',
      text: `insert into ${schema}.documents as d (kind, id, version, expires_at, value)
        select $1, $2::bytea, 1, $3::float8, $4
        on conflict (kind, id) do update set
          version = case when d.expires_at > ${nowSql(5)} then d.version + 1 else 1 end,
          expires_at = excluded.expires_at, value = excluded.value
        where $6::boolean or d.expires_at <= ${nowSql(5)}
        returning ${columns}`,
    };
    this.#replace = {
      name: 'ratectl_replace',
      text: `update ${schema}.documents set version = version + 1, expires_at = $3::float8, value = $4
        where kind = $1 and id = $2::bytea and expires_at > ${nowSql(5)} and version = $6::bigint returning ${columns}`,
    };
    this.#remove = {
      name: 'ratectl_remove',
      text: `delete from ${schema}.documents where kind = $1 and id = $2::bytea and expires_at > ${nowSql(3)}
        and ($4::bigint is null or version = $4) returning 1`,
    };
    this.#sweep = {
      name: 'ratectl_sweep_documents',
      text: `delete from ${schema}.documents where (kind, id) in (
        select kind, id from ${schema}.documents where expires_at <= ${nowSql(1)} limit 1000 for update skip locked) returning 1`,
    };
  }

  async get(kind: string, id: string): Promise<StoredDocument | undefined> {
    const [row] = await this.#server.query(this.#get, [kind, bytea(Buffer.from(id)), this.#server.now()]);
    return row === undefined ? undefined : documentOf(row);
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    const rows = await this.#server.query(this.#list, [kind, this.#server.now()]);
    return rows.map(documentOf);
  }

  async put(
    kind: string,
    id: string,
    value: unknown,
    {expiresAt = Number.POSITIVE_INFINITY, ifVersion}: PutOptions = {},
  ): Promise<StoredDocument | undefined> {
    const named = [kind, bytea(Buffer.from(id)), expiresAt, JSON.stringify(value), this.#server.now()];
    const rows =
      ifVersion === undefined || ifVersion === 0
        ? await this.#server.query(this.#put, [...named, ifVersion === undefined])
        : await this.#server.query(this.#replace, [...named, ifVersion]);
    return rows[0] === undefined ? undefined : documentOf(rows[0]);
  }

  async remove(kind: string, id: string, ifVersion?: number): Promise<boolean> {
    const rows = await this.#server.query(this.#remove, [
      kind,
      bytea(Buffer.from(id)),
      this.#server.now(),
      ifVersion ?? null,
    ]);
    return rows.length > 0;
  }

  async sweep(): Promise<number> {
    return (await this.#server.query(this.#sweep, [this.#server.now()])).length;
  }
}

const documentOf = ([id, version, expiresAt, value]: readonly (string | null)[]): StoredDocument => ({
  id: textOf(id!),
  version: Number(version),
  expiresAt: Number(expiresAt),
  value: storedJson(value!),
});
