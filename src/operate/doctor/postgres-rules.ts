import type {PostgresFacts, TableFacts} from '../../store/examination.ts';
import {indexStatement} from '../../store/postgres/expected-objects.ts';
import {quotedName} from '../../store/postgres/schema-name.ts';
import {listText, plural} from './amounts.ts';
import {autovacuumOf, bloatOf, tableAutovacuumOf} from './postgres-table-outcomes.ts';
import {all, bytes, count, found, judge, type Outcome, ok, type Rule, text} from './rule.ts';
import {connectionsOutcome} from './server-outcomes.ts';

export interface PostgresRuleFacts extends PostgresFacts {
  /** Without any secret. */
  readonly url: string;
  /** The server's clock, µs. */
  readonly now: number;
}

export const POSTGRES_RULES: readonly Rule<PostgresRuleFacts>[] = [
  {
    id: 'postgres/schema',
    title: 'the schema has the version that is needed',
    why: 'a schema of another version is refused: applications do not start, commands end with an error',
    look: ({migrations, schema, url}) =>
      judge(migrations, ({version, newest}) => {
        const evidence = [count('version', version), count('needed', newest)];
        if (version === newest) return ok(...evidence);
        if (version === 0)
          return found('note', `there is no ratectl in schema "${schema}" yet`, {
            where: url,
            evidence,
            next: 'check the database and ?schema=; an application that checks limits makes it when it starts, and so does: ratectl migrate',
          });
        return version > newest
          ? found(
              'error',
              `this ratectl is older than the schema "${schema}": it is at ${version}, known is ${newest}`,
              {
                where: url,
                evidence,
                next: 'npm install --global ratectl',
              },
            )
          : found(
              'warning',
              `${plural(newest - version, 'migration')} of the schema "${schema}" ${newest - version === 1 ? 'is' : 'are'} pending`,
              {
                where: url,
                evidence,
                next: 'ratectl migrate # as the role that owns the schema',
              },
            );
      }),
  },
  {
    id: 'postgres/objects',
    title: 'tables and functions are there',
    why: 'what calls them ends with an error: applications decide by onStoreError',
    look: ({objects, migrations, schema}) =>
      installed(migrations, () =>
        judge(objects, ({missingTables, missingFunctions}) =>
          all([absentOf('table', missingTables, schema), absentOf('function', missingFunctions, schema)]),
        ),
      ),
  },
  {
    id: 'postgres/indexes',
    title: 'indexes are there and valid',
    why: 'without its index a check reads the whole table: slower with every key, until it is slower than the timeout',
    look: ({objects, migrations, schema}) =>
      installed(migrations, () =>
        judge(objects, ({missingIndexes, invalidIndexes}) =>
          all([
            ...missingIndexes.map((name) =>
              found('error', `the index ${name} is missing`, {
                where: `${schema}.${name}`,
                next: indexStatement(name, schema) ?? 'restore it from a backup, or move to a new ?schema=',
              }),
            ),
            ...invalidIndexes.map((name) =>
              found('error', `the index ${name} is invalid, and not used`, {
                where: `${schema}.${name}`,
                next: `REINDEX INDEX CONCURRENTLY ${quotedName(schema)}.${name};`,
              }),
            ),
          ]),
        ),
      ),
  },
  {
    id: 'postgres/bloat',
    title: 'dead rows are removed',
    why: 'every check writes a row anew: where vacuum does not keep up, tables and answers grow',
    look: ({tables, schema, now}) =>
      judge(tables, (list) =>
        all(
          list.map((table) => bloatOf(table, schema, now)),
          count('dead rows', sum(list, 'dead')),
          bytes('size', sum(list, 'bytes')),
        ),
      ),
  },
  {
    id: 'postgres/autovacuum',
    title: 'autovacuum runs',
    why: 'every check leaves a dead row: without it tables and answers only grow, until the disk is full or transaction ids run out',
    look: ({settings, tables, schema, url}) =>
      all([
        judge(settings, (set) => autovacuumOf(set, url)),
        judge(tables, (list) => all(list.map((table) => tableAutovacuumOf(table, schema)))),
      ]),
  },
  {
    id: 'postgres/unlogged',
    title: 'counters survive a crash',
    why: 'after a crash of the server an UNLOGGED table is empty: every key has a fresh budget',
    look: ({tables, asked, schema}) =>
      judge(tables, (list) => {
        const names = list.filter(({unlogged}) => unlogged).map(({name}) => name);
        if (names.length === 0) return ok();
        return found(
          asked.unlogged ? 'note' : 'warning',
          `${listText(names)} ${names.length === 1 ? 'is' : 'are'} UNLOGGED${asked.unlogged ? ', as ?unlogged=true asks' : ''}`,
          {
            where: names.map((name) => `${schema}.${name}`).join(', '),
            evidence: [text('tables', names.join(', '))],
            next: `${names.map((name) => `ALTER TABLE ${quotedName(schema)}.${name} SET LOGGED;`).join(' ')}`,
          },
        );
      }),
  },
  {
    id: 'postgres/durability',
    title: 'what was answered is on disk',
    why: 'what a crash forgets is admitted once more; with fsync off a crash of the machine can destroy the database',
    look: ({settings, asked, url}) =>
      judge(settings, (set) => {
        const commit = asked.commitOff ? 'off' : (set.get('synchronous_commit') ?? 'on');
        const evidence = ['fsync', 'full_page_writes']
          .map((name) => text(name, set.get(name) ?? 'unknown'))
          .concat(text('synchronous_commit', commit));
        const off = ['fsync', 'full_page_writes'].filter((name) => set.get(name) === 'off');
        if (off.length > 0)
          return found('error', `${off.join(' and ')} ${off.length === 1 ? 'is' : 'are'} off`, {
            where: url,
            evidence,
            next: `ALTER SYSTEM SET ${off[0]} = on; SELECT pg_reload_conf();`,
          });
        return commit === 'off'
          ? found('note', 'synchronous_commit is off: a crash of the server forgets the last moments', {
              where: url,
              evidence,
              next: 'leave ?synchronous_commit=off out, where that matters',
            })
          : ok(...evidence);
      }),
  },
  {
    id: 'postgres/connections',
    title: 'there are connections left',
    why: 'whoever comes when all are taken is refused: applications then decide by onStoreError',
    look: ({connections, url}) =>
      judge(connections, ({used, usable}) =>
        connectionsOutcome(
          used,
          usable,
          url,
          'lower ?pool=, use a pooler such as PgBouncer, or raise max_connections',
        ),
      ),
  },
  {
    id: 'postgres/pooler',
    title: 'the server is reached directly',
    why: 'behind a pooler in transaction mode statements are not kept prepared, reading takes a transaction each, and who waits for changes asks every 500 ms, since nothing can be pushed',
    look: ({session, url}) =>
      session === 'own'
        ? ok(text('sessions', 'own'))
        : found('note', 'a pooler in transaction mode is in between', {
            where: url,
            next: 'give token managers and queues, which wait for news, a URL past the pooler; or pool by session',
          }),
  },
];

/** What is not there yet is told by `postgres/schema`, what is to be migrated cannot be complete. */
const installed = (migrations: PostgresFacts['migrations'], look: () => Outcome): Outcome =>
  judge(migrations, ({version, newest}) => (version === newest ? look() : ok()));

const absentOf = (what: string, names: readonly string[], schema: string): Outcome =>
  names.length === 0
    ? ok()
    : found(
        'error',
        `${plural(names.length, what)} of ratectl ${names.length === 1 ? 'is' : 'are'} missing: ${listText(names)}`,
        {
          where: schema,
          evidence: [text('missing', names.join(', '))],
          next: 'restore the schema from a backup, or drop it and let an application make it anew',
        },
      );

const sum = (tables: readonly TableFacts[], name: 'dead' | 'bytes'): number =>
  tables.reduce((total, table) => total + table[name], 0);
