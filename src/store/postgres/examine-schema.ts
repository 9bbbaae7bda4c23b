import type {AccessRights, PostgresFacts, PostgresObjects, TableFacts} from '../examination.ts';
import type {Ask} from './examine-postgres.ts';
import {expectedObjects} from './expected-objects.ts';
import {NEWEST} from './migrations/migrations.ts';
import {quotedName} from './schema-name.ts';

type Value<T> = T extends {readonly seen: true; readonly value: infer V} ? V : never;

/** Version 0: nothing of ratectl is there. */
export const migrationFacts = async (
  ask: Ask,
  schema: string,
): Promise<Value<PostgresFacts['migrations']>> => {
  const table = `${quotedName(schema)}.migrations`;
  const [there] = await ask('select to_regclass($1) is not null', [table]);
  if (there![0] !== 't') return {version: 0, newest: NEWEST};
  const [row] = await ask(`select coalesce(max(version), 0) from ${table}`);
  return {version: Number(row![0]), newest: NEWEST};
};

/** The catalogue tells names to everybody, whatever their rights. */
export const objectFacts = async (ask: Ask, schema: string): Promise<PostgresObjects> => {
  const relations = await ask(
    `select c.relname, c.relkind, coalesce(i.indisvalid and i.indisready, true)
     from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_index i on i.indexrelid = c.oid
     where n.nspname = $1 and c.relkind in ('r', 'p', 'i', 'I')`,
    [schema],
  );
  const functions = await ask(
    'select distinct p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = $1',
    [schema],
  );
  const expected = expectedObjects();
  const named = new Set(relations.map(([name]) => name));
  const procedures = new Set(functions.map(([name]) => name));
  return {
    missingTables: expected.tables.filter((name) => !named.has(name)),
    // Of a table that is gone all indexes are: that says it once.
    missingIndexes: expected.indexes.filter((name) => !named.has(name) && hasTable(name, named)),
    invalidIndexes: relations.filter(([, , valid]) => valid === 'f').map(([name]) => name!),
    missingFunctions: expected.functions.filter((name) => !procedures.has(name)),
  };
};

/** Indexes begin with the name of their table. */
const hasTable = (index: string, relations: ReadonlySet<string | null>): boolean =>
  expectedObjects().tables.some((table) => index.startsWith(`${table}_`) && relations.has(table));

export const tableFacts = async (ask: Ask, schema: string): Promise<readonly TableFacts[]> => {
  const rows = await ask(
    `select c.relname, c.relpersistence, coalesce(s.n_live_tup, 0), coalesce(s.n_dead_tup, 0),
       pg_total_relation_size(c.oid),
       floor(extract(epoch from greatest(s.last_autovacuum, s.last_vacuum)) * 1000000),
       coalesce((select option_value::bool from pg_options_to_table(c.reloptions)
         where option_name = 'autovacuum_enabled'), true)
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     left join pg_stat_all_tables s on s.relid = c.oid
     where n.nspname = $1 and c.relkind = 'r' order by c.relname`,
    [schema],
  );
  return rows.map(([name, persistence, live, dead, bytes, vacuumedAt, autovacuum]) => ({
    name: name!,
    unlogged: persistence === 'u',
    live: Number(live),
    dead: Number(dead),
    bytes: Number(bytes),
    autovacuum: autovacuum === 't',
    vacuumedAt: vacuumedAt === null ? undefined : Number(vacuumedAt),
  }));
};

/** Asked for what there is: what is missing is told elsewhere. Undefined: there is no schema of this name. */
export const rightsFacts = async (ask: Ask, schema: string): Promise<AccessRights | undefined> => {
  const [self] = await ask(
    // What holds for sessions of this role from their beginning; this one was made read-only.
    `select current_user, has_schema_privilege($1, 'usage'),
       (select reset_val from pg_settings where name = 'default_transaction_read_only')
     from pg_namespace where nspname = $1`,
    [schema],
  );
  if (self === undefined) return undefined;
  const tables = await ask(
    `select c.relname, has_table_privilege(c.oid, 'select'), has_table_privilege(c.oid, 'insert'),
       has_table_privilege(c.oid, 'update'), has_table_privilege(c.oid, 'delete')
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind = 'r' order by c.relname`,
    [schema],
  );
  const functions = await ask(
    `select p.proname, bool_and(has_function_privilege(p.oid, 'execute'))
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = $1 group by 1 order by 1`,
    [schema],
  );
  const writes = ['INSERT', 'UPDATE', 'DELETE'];
  return {
    user: self[0]!,
    by: 'has_table_privilege',
    missingToRead: [
      ...(self[1] === 't' ? [] : [`USAGE on schema ${schema}`]),
      ...tables.filter(([, select]) => select !== 't').map(([name]) => `SELECT on ${name}`),
    ],
    missingToWrite: [
      ...(self[2] === 'on' ? ['write at all: default_transaction_read_only is on'] : []),
      ...tables.flatMap(([name, , ...granted]) =>
        // Only who migrates writes there.
        name === 'migrations'
          ? []
          : writes.filter((_, i) => granted[i] !== 't').map((right) => `${right} on ${name}`),
      ),
      ...functions.filter(([, execute]) => execute !== 't').map(([name]) => `EXECUTE on ${name}()`),
    ],
    missingForNews: [],
    ...(self[2] === 'on'
      ? {
          remedy:
            'see who sets default_transaction_read_only: ALTER ROLE, ALTER DATABASE, postgresql.conf, or a URL that names a server for reading',
        }
      : {}),
  };
};
