import {describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {HOUR} from '../../support/instants.ts';
import {policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();
const router = new RequestRouter(policyOf([{name: 'limit', buckets: [tokenBucketSpec(1, HOUR, 3)]}]));
const check = router.route({key: 'a'}, {cost: 1, now: 0, hold: 0});

describe('the schema', () => {
  test('is made once by eight that start at the same time', async () => {
    const schema = randomSchema();
    const stores = await Promise.all(Array.from({length: 8}, () => openTestStore(server().url, {schema})));
    await Promise.all(stores.map((store) => store.check([check])));
    expect((await stores[0]!.check([check]))[0]!.verdicts[0]!.kind).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
    const versions = await server().sql(`select version from ${schema}.migrations order by version`);
    expect(versions.map(({version}) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('that is newer is refused, for reading and for writing', async () => {
    const schema = randomSchema();
    await (await openTestStore(server().url, {schema})).close();
    await server().sql(`insert into ${schema}.migrations values (99, 'from the future')`);
    for (const access of ['read', 'write'] as const)
      await expect(openTestStore(server().url, {schema, access})).rejects.toMatchObject({
        kind: 'wrong-database',
        message: expect.stringContaining('newer than this ratectl (version 99'),
      });
  });

  test('that is missing is said clearly by a reader, and not made', async () => {
    const schema = randomSchema();
    await expect(openTestStore(server().url, {schema, access: 'read'})).rejects.toMatchObject({
      kind: 'wrong-database',
      message: expect.stringContaining(
        `no ratectl state in this database yet: there is no schema "${schema}" with tables of ratectl`,
      ),
    });
    await expect(openTestStore(`${server().url}?migrate=never`, {schema})).rejects.toMatchObject({
      kind: 'rights',
      hint: expect.stringContaining('GRANT CREATE ON DATABASE'),
    });
    const [found] = await server().sql(`select to_regnamespace('${schema}') as name`);
    expect(found!['name']).toBeNull();
  });

  test.each(['Mixed-Case_1', 'überlauf', 't$x'])('may be called %s', async (schema) => {
    const store = await openTestStore(server().url, {schema: `${schema}${randomSchema()}`});
    expect((await store.check([check]))[0]!.verdicts[0]!.remaining).toBe(2);
    expect((await store.facts()).server).toMatch(/^postgres \d/);
    await store.close();
  });

  test.each(['"', 'a b', '', 'pg_x', '1a', 'a;drop table x', 'x'.repeat(64)])(
    'may not be called %j',
    async (schema) => {
      await expect(openTestStore(server().url, {schema})).rejects.toMatchObject({kind: 'wrong-database'});
    },
  );

  test('may be UNLOGGED, and says so', async () => {
    const store = await openTestStore(`${server().url}?unlogged=true&synchronous_commit=off`);
    expect((await store.facts()).remarks).toEqual([
      'UNLOGGED: a crash of the server forgets all counters',
      'synchronous_commit is off: a crash of the server forgets the last moments',
      'fsync is off: a crash of the machine may lose the whole database',
    ]);
    await store.close();
  });
});

describe('roles', () => {
  test('the documented GRANTs are enough for an application and for a reader, and not more', async () => {
    const schema = randomSchema();
    const app = `app_${schema}`;
    const reader = `reader_${schema}`;
    const owner = await openTestStore(server().url, {schema});
    await server().sql(`
      create role ${app} login; create role ${reader} login;
      revoke execute on all functions in schema ${schema} from public;
      grant usage on schema ${schema} to ${app}, ${reader};
      grant select, insert, update, delete on all tables in schema ${schema} to ${app};
      grant execute on all functions in schema ${schema} to ${app};
      grant select on all tables in schema ${schema} to ${reader};`);
    const as = (user: string): string => server().urlOf({user, query: 'sslmode=disable'});
    const application = await openTestStore(as(app), {schema});
    await application.check([check]);
    await application.put('override', 'a', 1);
    await application.append('audit', [1]);
    await application.announce();
    await application.record({
      limits: [{limit: 'limit', allowed: 1, denied: 0, shadowDenied: 0}],
      keys: [{address: check.layers[0]!.address, denied: 1, shadow: false, until: Number.MAX_SAFE_INTEGER}],
    });
    await application.sweep();
    const item = {class: 'normal', rank: 1, notBefore: 0, payload: 1};
    await application.enqueue('mail', [item, item, item]);
    const [done, dead] = await application.claim('mail', {count: 2, leaseFor: HOUR});
    expect(await application.extend('mail', done!, HOUR)).toBe(true);
    expect(await application.settle('mail', done!, {kind: 'done'})).toBe(true);
    expect(await application.settle('mail', dead!, {kind: 'dead', error: 'x'})).toBe(true);
    expect(await application.drain('mail', 'dead')).toHaveLength(1);
    await (await application.listen(() => {}))();
    const reading = await openTestStore(as(reader), {schema, access: 'read'});
    expect((await reading.read([check.layers[0]!.address]))[0]!.words).toHaveLength(3);
    expect(await reading.list('override')).toHaveLength(1);
    expect(await reading.hot(10)).toHaveLength(1);
    expect(await reading.latest('audit', 1)).toHaveLength(1);
    expect(await reading.generation()).toBe(1);
    expect(await reading.now()).toBeGreaterThan(0);
    expect(await reading.queues()).toMatchObject([{queue: 'mail', due: 1, claimed: 0, dead: 0}]);
    expect(await reading.items('mail', 'waiting', 10)).toHaveLength(1);
    await (await reading.listen(() => {}))();
    await expect(reading.enqueue('mail', [item])).rejects.toMatchObject({kind: 'rights'});
    await expect(reading.claim('mail', {count: 1, leaseFor: HOUR})).rejects.toMatchObject({kind: 'rights'});
    await expect(reading.drain('mail', 'waiting')).rejects.toMatchObject({kind: 'rights'});
    await expect(reading.announce()).rejects.toMatchObject({kind: 'rights'});
    await expect(reading.check([check])).rejects.toMatchObject({kind: 'rights'});
    await expect(openTestStore(as(reader), {schema: randomSchema()})).rejects.toMatchObject({kind: 'rights'});
    const writing = await openTestStore(as(reader), {schema});
    await expect(writing.announce()).rejects.toMatchObject({kind: 'rights'});
    await Promise.all([owner, application, reading, writing].map((store) => store.close()));
  });

  test('a handle for reading writes nothing even for a role that may', async () => {
    const schema = randomSchema();
    await (await openTestStore(server().url, {schema})).close();
    const reading = await openTestStore(server().url, {schema, access: 'read'});
    await expect(reading.put('override', 'a', 1)).rejects.toMatchObject({
      kind: 'rights',
      message: expect.stringContaining('read-only'),
    });
    await reading.close();
  });
});
