import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {AuditList} from '../../src/view/model/audit-list.ts';
import type {SchemaChange} from '../../src/view/model/schema-change.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type PostgresServer, startPostgres} from '../support/servers/postgres-server.ts';
import {startRedis} from '../support/servers/redis-server.ts';
import {type LiveCli, liveCli} from './live-cli.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/json/migrate.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

const migrate = async (cli: LiveCli, ...args: readonly string[]): Promise<SchemaChange> => {
  const {out, err} = await cli.run('migrate', '--json', ...args);
  expect(out, err).not.toBe('');
  const answer = JSON.parse(out) as {readonly data: SchemaChange};
  expect(schemaErrors(schema, answer)).toEqual([]);
  return answer.data;
};

describe('migrate on Postgres', {timeout: 60_000}, () => {
  let server: PostgresServer;
  let made = 0;
  beforeAll(async () => {
    server = await startPostgres();
  }, 90_000);
  afterAll(() => server.stop());

  /** A schema of its own, and the command line with it. */
  const place = (query = '') => {
    const name = `migrate_${process.pid}_${++made}`;
    const cli = liveCli({RATECTL_STORE: `${server.url}?schema=${name}${query}`});
    return {
      name,
      cli,
      versions: async () =>
        (await server.sql(`select version from ${name}.migrations order by version`)).map(
          ({version}) => version as number,
        ),
      /** As a ratectl left it that knew fewer migrations. */
      older: async () => {
        await migrate(cli, '--yes');
        await server.sql(`delete from ${name}.migrations where version > 5`);
      },
    };
  };

  test('a dry run says what would be done and makes nothing', async () => {
    const {cli, name} = place();
    const change = await migrate(cli, '--dry-run');
    expect(change).toMatchObject({
      dryRun: true,
      schema: {place: `the schema "${name}"`, before: 0, after: 8},
    });
    expect(change.schema!.migrations.map(({version}) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const [found] = await server.sql(`select to_regnamespace('${name}') as name`);
    expect(found!['name']).toBeNull();
  });

  test('makes the schema, and finds it up to date the next time', async () => {
    const {cli, versions} = place();
    expect(await migrate(cli, '--yes')).toMatchObject({dryRun: false, schema: {before: 0, after: 8}});
    expect(await versions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    // Without --yes: there is nothing to agree to.
    expect(await migrate(cli)).toMatchObject({schema: {before: 8, after: 8, migrations: []}});
    expect((await cli.run('migrate')).out).toContain('up to date, version 8');
  });

  test('brings an older one up to date, and says so in the audit journal', async () => {
    const {cli, name, older, versions} = place();
    await older();
    const {out} = await cli.run('migrate', '--dry-run');
    expect(out).toContain('would be migrated from version 5 to 8');
    expect(out).toContain('6 token buckets that are never full');
    expect(out).toContain('programs with an older ratectl that start from then on are refused');
    const change = await migrate(cli, '--yes', '--reason', 'version 0.2');
    expect(change.schema).toMatchObject({before: 5, after: 8});
    expect(await versions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const audit = JSON.parse((await cli.run('audit', '--json')).out) as {data: AuditList};
    expect(audit.data.entries[0]).toMatchObject({
      action: 'migrate',
      by: 'ada',
      why: 'version 0.2',
      target: `the schema "${name}": 5 to 8`,
    });
  });

  test('goes with migrate=never in the URL, which keeps every other command from it', async () => {
    const {cli, older, versions} = place('&migrate=never');
    await older();
    const other = await cli.run('override', 'set', 'per-ip/a', '--block', '--reason', 'x');
    expect(other).toMatchObject({code: 3, err: expect.stringContaining('run: ratectl migrate')});
    await migrate(cli, '--yes');
    expect(await versions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('without --yes where nobody can be asked it changes nothing: exit 4', async () => {
    const {cli, older, versions} = place();
    await older();
    const {code, out, err} = await cli.run('migrate');
    expect({code, out}).toEqual({code: 4, out: ''});
    expect(err).toContain('--yes is required when nobody can be asked');
    // There are none here.
    expect(err).not.toContain('keys');
    expect(await versions()).toEqual([1, 2, 3, 4, 5]);
  });

  test('a schema that is newer is refused, for a dry run, too: exit 2', async () => {
    const {cli, name} = place();
    await migrate(cli, '--yes');
    await server.sql(`insert into ${name}.migrations values (99, 'from the future')`);
    for (const flag of ['--yes', '--dry-run'])
      expect(await cli.run('migrate', flag)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('newer than this ratectl (version 99'),
      });
  });

  test('a role that may not change the schema is told which may: exit 3, nothing half done', async () => {
    const {cli, name, older, versions} = place();
    await older();
    const reader = `reader_${name}`;
    await server.sql(`create role ${reader} login; grant usage on schema ${name} to ${reader};
      grant select on all tables in schema ${name} to ${reader}`);
    const url = server.urlOf({user: reader, query: `schema=${name}`});
    const {code, err} = await cli.run('migrate', '--yes', '--store', url);
    expect(code).toBe(3);
    expect(err).toMatch(/permission|may not|rights/);
    expect(await versions()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('migrate on other stores', {timeout: 60_000}, () => {
  test('makes the file of an SQLite store when there is none; a dry run does not', async () => {
    const cli = liveCli();
    expect(await migrate(cli, '-n')).toMatchObject({schema: {place: 'state.db', before: 0}});
    expect((await cli.run('status')).err).toContain('there is no state yet');
    expect((await migrate(cli, '--yes')).schema!.migrations).not.toEqual([]);
    expect((await migrate(cli)).schema!.migrations).toEqual([]);
  });

  test('a file that is no state file is refused, untouched: exit 2', async () => {
    const cli = liveCli({}, {'state.db': 'no database'});
    expect(await cli.run('migrate', '--yes')).toMatchObject({code: 2, out: ''});
    expect(readFileSync(join(cli.folder, 'state.db'), 'utf8')).toBe('no database');
  });

  test('there is nothing to do for Redis and memory', async () => {
    const redis = await startRedis();
    try {
      for (const url of [redis.url, 'memory:']) {
        const cli = liveCli({RATECTL_STORE: url});
        expect(await migrate(cli)).toMatchObject({schema: null});
        expect((await cli.run('migrate')).out).toContain('nothing to migrate');
      }
    } finally {
      await redis.stop();
    }
  });
});
