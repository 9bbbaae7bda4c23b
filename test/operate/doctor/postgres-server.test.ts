import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {expectedObjects} from '../../../src/store/postgres/expected-objects.ts';
import {openTestStore, randomSchema, serverForTests, targetOf} from '../../store/postgres/postgres-place.ts';
import {eventually, PATIENCE_MS} from '../../support/in-time.ts';
import {lookAt} from './look-at.ts';

/** Durable, as production is: else that is what is found. */
const server = serverForTests({
  durability: 'on',
  settings: ['max_connections=30', 'max_prepared_transactions=4'],
});

const place = async (query = '') => {
  const schema = randomSchema();
  const url = server().urlOf({query: `schema=${schema}${query}`});
  const store = await openTestStore(url, {schema});
  await store.close();
  return {schema, url, target: targetOf(url)};
};
const sql = (text: string) => server().sql(text);

test('of a healthy schema nothing is found', async () => {
  const {target} = await place();
  const {found, check, examination} = await lookAt(target);
  expect(found).toEqual({});
  expect(check('postgres/schema').evidence[0]?.value).toBe(check('postgres/schema').evidence[1]?.value);
  expect(check('store/latency').evidence[0]).toEqual({name: 'pings', value: 20, unit: 'count'});
  expect(examination.rights).toMatchObject({seen: true, value: {user: 'ratectl', missingToWrite: []}});
});

test('what is expected to be there is all that the migrations make', async () => {
  const {schema} = await place();
  const rows = await sql(
    `select relname, relkind from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = '${schema}' and relkind in ('r', 'i') and relname !~ '^migrations'`,
  );
  const names = (kind: string) =>
    rows
      .filter(({relkind}) => relkind === kind)
      .map(({relname}) => relname as string)
      .sort();
  const functions = await sql(
    `select distinct proname from pg_proc where pronamespace = '${schema}'::regnamespace order by 1`,
  );
  const expected = expectedObjects();
  expect([...expected.tables].sort()).toEqual(names('r'));
  expect([...expected.indexes].sort()).toEqual(names('i'));
  expect([...expected.functions].sort()).toEqual(functions.map(({proname}) => proname).sort());
});

test('an index that was dropped, one that is invalid, a table and a function that are gone', async () => {
  const {schema, target} = await place();
  await sql(`drop index ${schema}.hot_until`);
  await sql(
    `update pg_index set indisvalid = false where indexrelid = '${schema}.queue_items_due'::regclass`,
  );
  const {found, check} = await lookAt(target);
  expect(found).toEqual({'postgres/indexes': 'error'});
  expect(check('postgres/indexes').findings.map(({what}) => what)).toEqual([
    'the index hot_until is missing',
    'the index queue_items_due is invalid, and not used',
  ]);
  for (const {next} of check('postgres/indexes').findings) await sql(next);
  expect((await lookAt(target)).found).toEqual({});
  await sql(`drop table ${schema}.hot; drop function ${schema}.sweep`);
  expect((await lookAt(target)).check('postgres/objects').findings.map(({what}) => what)).toEqual([
    '1 table of ratectl is missing: hot',
    '1 function of ratectl is missing: sweep',
  ]);
});

test('a schema that is not there, one to be migrated and one that is newer', async () => {
  const {schema, target} = await place();
  await sql(`insert into ${schema}.migrations (version, name) values (99, 'later')`);
  expect((await lookAt(target)).found).toEqual({'postgres/schema': 'error'});
  await sql(`delete from ${schema}.migrations where version > 4`);
  expect((await lookAt(target)).found).toEqual({'postgres/schema': 'warning'});
  const none = targetOf(server().urlOf({query: 'schema=nowhere'}));
  const {found, check} = await lookAt(none);
  expect(found).toEqual({'postgres/schema': 'note'});
  expect(check('store/rights-read')).toMatchObject({
    result: 'unknown',
    why: 'there is no schema "nowhere" yet',
  });
});

test('rights that were revoked, and those that are documented', async () => {
  const {schema, target: owner} = await place();
  const role = `${schema}_app`;
  await sql(`create role ${role} login`);
  const as = () => ({...targetOf(server().urlOf({user: role, query: `schema=${schema}`}))});
  const nothing = await lookAt(as());
  expect(nothing.check('store/rights-read').findings[0]?.what).toContain(`USAGE on schema ${schema}`);
  await sql(
    `grant usage on schema ${schema} to ${role}; grant select on all tables in schema ${schema} to ${role}`,
  );
  const reader = await lookAt(as());
  expect(reader.check('store/rights-read').result).toBe('ok');
  expect(reader.check('store/rights-write').findings[0]?.what).toContain('INSERT on');
  await sql(
    `grant insert, update, delete on all tables in schema ${schema} to ${role}; grant execute on all functions in schema ${schema} to ${role}`,
  );
  expect((await lookAt(as())).check('store/rights-write').result).toBe('ok');
  await sql(`revoke update on ${schema}.state from ${role}`);
  expect((await lookAt(as())).check('store/rights-write').findings[0]?.what).toContain('UPDATE on state');
  expect((await lookAt(owner)).check('store/rights-write').result).toBe('ok');
});

test('a role whose transactions begin read-only may not write, whatever was granted', async () => {
  const {schema} = await place();
  const role = `${schema}_reader`;
  await sql(
    `create role ${role} login; alter role ${role} set default_transaction_read_only = on; grant usage on schema ${schema} to ${role}; grant all on all tables in schema ${schema} to ${role}`,
  );
  const {check} = await lookAt(targetOf(server().urlOf({user: role, query: `schema=${schema}`})));
  expect(check('store/rights-write').findings[0]?.what).toContain('default_transaction_read_only is on');
});

test('a table that autovacuum leaves out', async () => {
  const {schema, target} = await place();
  await sql(`alter table ${schema}.hot set (autovacuum_enabled = off)`);
  const {found, check} = await lookAt(target);
  expect(found).toEqual({'postgres/autovacuum': 'warning'});
  await sql(check('postgres/autovacuum').findings[0]!.next);
  expect((await lookAt(target)).found).toEqual({});
});

test('UNLOGGED counters are a warning, or a note where the URL asks for them', async () => {
  const asked = await place('&unlogged=true');
  expect((await lookAt(asked.target)).found).toEqual({'postgres/unlogged': 'note'});
  const {schema, target} = await place();
  await sql(`alter table ${schema}.state set unlogged`);
  expect((await lookAt(target)).found).toEqual({'postgres/unlogged': 'warning'});
});

test(
  'dead rows that nobody removed',
  async () => {
    const {schema, target} = await place();
    await sql(`alter table ${schema}.state set (autovacuum_enabled = false)`);
    await sql(
      `insert into ${schema}.state select decode(lpad(to_hex(i), 8, '0'), 'hex'), 'l', '', '', 't', '{}', 0 from generate_series(1, 20000) i`,
    );
    expect((await lookAt(target)).check('postgres/bloat').result).toBe('ok');
    await sql(`delete from ${schema}.state`);
    await expect
      .poll(async () => (await lookAt(target)).found['postgres/bloat'], {timeout: PATIENCE_MS, interval: 200})
      .toBe('warning');
    await sql(`vacuum ${schema}.state`);
    await expect
      .poll(async () => (await lookAt(target)).found['postgres/bloat'], {timeout: PATIENCE_MS, interval: 200})
      .toBeUndefined();
  },
  3 * PATIENCE_MS,
);

test('commits that do not wait', async () => {
  const {target} = await place('&synchronous_commit=off');
  expect((await lookAt(target)).found).toEqual({'postgres/durability': 'note'});
});

test('a pooler in transaction mode is told, and looked through', async () => {
  const {target} = await place('&pgbouncer=true');
  const {found, check} = await lookAt(target);
  expect(found).toEqual({'postgres/pooler': 'note'});
  expect(check('store/rights-write').result).toBe('ok');
});

test('a prepared transaction that nobody ended', async () => {
  const {target} = await place();
  await sql(`begin; create table left_behind (x int); prepare transaction 'left'`);
  expect((await lookAt(target)).found).toEqual({'postgres/transactions': 'warning'});
  await sql(`rollback prepared 'left'`);
  expect((await lookAt(target)).found).toEqual({});
});

test('a slot that nobody reads is looked at, and one that keeps little is no finding', async () => {
  const {target} = await place();
  await sql(`select pg_create_physical_replication_slot('idle', true)`);
  const {examination} = await lookAt(target);
  expect(examination.details).toMatchObject({idleSlots: {seen: true, value: [{name: 'idle'}]}});
  await sql(`select pg_drop_replication_slot('idle')`);
});

describe('nearly all connections taken', () => {
  const others: pg.Client[] = [];
  beforeAll(async () => {
    for (let i = 0; i < 23; i++) {
      const client = new pg.Client({connectionString: server().url});
      client.on('error', () => {});
      await client.connect();
      others.push(client);
    }
  });
  afterAll(() => Promise.all(others.map((client) => client.end())));

  test('is a finding', async () => {
    const {target} = await place();
    expect((await lookAt(target)).found['postgres/connections']).toMatch(/warning|error/);
  });
});

test('a role that may not see the sessions of others cannot tell: unknown, and its connections are counted', async () => {
  const {schema} = await place();
  const role = `${schema}_blind`;
  await sql(`create role ${role} login; grant usage on schema ${schema} to ${role}`);
  const other = new pg.Client({connectionString: server().url});
  await other.connect();
  try {
    const blind = targetOf(server().urlOf({user: role, query: `schema=${schema}`}));
    const {check} = await lookAt(blind);
    expect(check('postgres/transactions')).toMatchObject({
      result: 'unknown',
      why: expect.stringContaining('GRANT pg_read_all_stats'),
    });
    expect(check('postgres/schema').result).toBe('unknown');
    // Those of earlier tests may still be on their way out.
    await eventually(async () => {
      const {details} = (await lookAt(blind)).examination;
      const used =
        details.kind === 'postgres' && details.connections.seen ? details.connections.value.used : 0;
      const [counted] = await sql(
        `select count(*)::int as n from pg_stat_activity where backend_type = 'client backend'`,
      );
      // One of them asked and is gone, another one asks now.
      expect(used).toBe(counted!['n']);
    });
  } finally {
    await other.end();
  }
});

test('a transaction that is idle for long is measured', async () => {
  const {target} = await place();
  const idle = new pg.Client({connectionString: server().url, application_name: 'forgetful'});
  await idle.connect();
  try {
    await idle.query('begin; select 1');
    const {examination} = await lookAt(target);
    expect(examination.details).toMatchObject({
      activity: {
        seen: true,
        value: {oldestName: 'forgetful', oldestState: 'idle in transaction', oldestAge: expect.any(Number)},
      },
    });
  } finally {
    await idle.end();
  }
});

test('looking writes nothing: a role that may only read can look at everything of ours', async () => {
  const {schema, target} = await place();
  const before = await sql(
    `select sum(n_tup_ins + n_tup_upd + n_tup_del) as n from pg_stat_xact_user_tables where schemaname = '${schema}'`,
  );
  await lookAt(target);
  expect(
    await sql(
      `select sum(n_tup_ins + n_tup_upd + n_tup_del) as n from pg_stat_xact_user_tables where schemaname = '${schema}'`,
    ),
  ).toEqual(before);
});
