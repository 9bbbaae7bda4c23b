import {redactedUrl} from '../redacted-url.ts';
import {StoreError} from '../store-error.ts';
import type {PostgresTarget} from '../store-target.ts';
import type {Connections} from './connections.ts';
import {MIGRATIONS, NEWEST} from './migrations/migrations.ts';
import {quotedName} from './schema-name.ts';

export interface MigrateOptions {
  readonly target: PostgresTarget;
  /** Name of the schema, not quoted. */
  readonly schema: string;
  readonly access: 'read' | 'write';
  /** Of each step; the first one waits for other processes that are at it. */
  readonly timeoutMs: number;
}

/**
 * Brings the schema to the version that this ratectl needs; one that is newer, or missing where nothing may be written, is
 * refused. Several processes may do so at once: one at a time changes anything, and each change is one transaction.
 *
 * The role that migrates needs `CREATE` on the database (the schema is made) or owns the schema. Every other role gets by with:
 *
 * - reading (`status`, `explain`, `report`): `GRANT USAGE ON SCHEMA ratectl TO r; GRANT SELECT ON ALL TABLES IN SCHEMA ratectl TO r;`
 * - applications, `reset`, `override`: `GRANT USAGE ON SCHEMA ratectl TO r;
 *   GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ratectl TO r;
 *   GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ratectl TO r;` (the last is what Postgres grants to all by itself)
 */
export const migrate = async (
  connections: Connections,
  {target, schema, access, timeoutMs}: MigrateOptions,
): Promise<void> => {
  const url = redactedUrl(target);
  const version = await versionOf(connections, schema, url);
  if (version > NEWEST) throw newer(version, schema, url);
  if (version === NEWEST) return;
  if (access === 'read') {
    throw new StoreError(
      version === 0
        ? `no ratectl state in this database yet: there is no schema "${schema}" with tables of ratectl`
        : `the schema "${schema}" is older than this ratectl needs (version ${version}, needed ${NEWEST})`,
      {
        kind: 'wrong-database',
        url,
        hint:
          version === 0
            ? 'check the database and ?schema=; an application that checks limits makes the schema when it starts'
            : 'as the role that owns the schema, run: ratectl migrate',
      },
    );
  }
  if (target.parameters.get('migrate') === 'never') {
    throw new StoreError(
      `the schema "${schema}" is at version ${version}, this ratectl needs ${NEWEST}, and migrate=never`,
      {
        kind: 'rights',
        url,
        hint: `as a role that may ${
          version === 0 ? 'create schemas (GRANT CREATE ON DATABASE)' : 'change the schema (its owner)'
        }, run: ratectl migrate`,
      },
    );
  }
  const durability = target.parameters.get('unlogged') === 'true' ? 'unlogged' : 'logged';
  await connections.use((connection) =>
    connection.transaction(
      'read write',
      async (query) => {
        const run = (text: string): Promise<unknown> => query({name: '', text}, []);
        const name = quotedName(schema);
        await query({name: '', text: 'select pg_advisory_xact_lock(hashtext($1))'}, [`ratectl ${schema}`]);
        // Read from the tables: what the server remembers of names may be from before the lock was ours.
        const [found] = await query(
          {
            name: '',
            text: `select exists (select from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = $1 and relname = 'migrations'),
            exists (select from pg_namespace where nspname = $1)`,
          },
          [schema],
        );
        if (found![1] === 'f') await run(`create schema ${name}`);
        if (found![0] === 'f')
          await run(
            `create table ${name}.migrations (version int primary key, name text not null, applied_at timestamptz not null default now())`,
          );
        const [row] = await query(
          {name: '', text: `select coalesce(max(version), 0) from ${name}.migrations`},
          [],
        );
        const reached = Number(row![0]);
        if (reached > NEWEST) throw newer(reached, schema, url);
        for (const migration of MIGRATIONS) {
          if (migration.version <= reached) continue;
          await run(migration.sql({schema: name, durability}));
          await query({name: '', text: `insert into ${name}.migrations (version, name) values ($1, $2)`}, [
            migration.version,
            migration.name,
          ]);
        }
      },
      timeoutMs,
    ),
  );
};

const versionOf = async (connections: Connections, schema: string, url: string): Promise<number> => {
  const name = quotedName(schema);
  const [facts] = await connections.query(
    {
      name: '',
      text: "select current_setting('server_version_num')::int, to_regclass($1) is not null, current_setting('server_version')",
    },
    [`${name}.migrations`],
  );
  if (Number(facts![0]) < 140_000)
    throw new StoreError(`Postgres ${facts![2]} is too old`, {
      kind: 'server',
      url,
      hint: 'ratectl needs Postgres 14 or newer',
    });
  if (facts![1] === 'f') return 0;
  const [row] = await connections.query({
    name: '',
    text: `select coalesce(max(version), 0) from ${name}.migrations`,
  });
  return Number(row![0]);
};

const newer = (version: number, schema: string, url: string): StoreError =>
  new StoreError(
    `the schema "${schema}" is newer than this ratectl (version ${version}, known are those up to ${NEWEST})`,
    {
      kind: 'wrong-database',
      url,
      hint: 'use the ratectl that made it, or a newer one; ?schema= names another schema',
    },
  );
