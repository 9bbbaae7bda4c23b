import {execFile} from 'node:child_process';
import {resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import type {StoreOptions} from '../../../src/store/store-target.ts';
import {
  eventually,
  expectHeardInTime,
  expectInTime,
  msUntilHeard,
  PATIENCE_MS,
  PATIENTLY,
  untilQuiet,
} from '../../support/in-time.ts';
import {silencedWay} from '../../support/servers/silenced-way.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();
/** ms; far below the 500 ms between two questions of who is not told. */
const AT_ONCE = 250;
/** For tests that wait, and try again. */
const LONG = 4 * PATIENCE_MS;

const open = async (
  options: Partial<StoreOptions> & {schema?: string} = {},
  url = server().url,
): Promise<Store> => {
  const store = await openTestStore(url, {connection: 'reconnect', ...options});
  onTestFinished(() => store.close());
  return store;
};

const listenTo = async (store: Store, topic?: string) => {
  let count = 0;
  const stop = await store.listen(() => count++, topic);
  return {heard: () => count, stop};
};

/** Each announcement is heard, once, and one after the other sooner than anybody asks. */
const expectPushed = async (
  heard: () => number,
  announce: () => Promise<void>,
  rounds = 2,
): Promise<void> => {
  let expected = heard();
  for (let i = 0; i < rounds; i++) {
    await expectInTime(AT_ONCE, () => {
      expected++;
      return msUntilHeard(announce, heard);
    });
    expect(heard()).toBe(expected);
  }
};

/** Connections of a client's name whose last words were those of a listener. */
const listening = async (clientName: string): Promise<number> => {
  const [row] = await server().sql(
    `select count(*) as n from pg_stat_activity where application_name = '${clientName}'`,
  );
  return Number(row!['n']);
};

const endAll = (clientName: string) =>
  server().sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${clientName}'`,
  );

describe('announcements', () => {
  test('are pushed: heard sooner than anybody asks', async () => {
    const schema = randomSchema();
    const [store, other] = [await open({schema}), await open({schema, access: 'read'})];
    const {heard} = await listenTo(other);
    await expectPushed(heard, () => store.announce(), 5);
  });

  test('of another schema of the database are not heard', async () => {
    const [store, other] = [await open(), await open()];
    const {heard} = await listenTo(store);
    await other.announce();
    await sleep(AT_ONCE);
    expect(heard()).toBe(0);
  });

  test('take one connection as long as somebody listens, whatever the number of listeners, and then none', async () => {
    const clientName = `listeners-${randomSchema()}`;
    const store = await open({clientName, connection: 'once'});
    expect(await listening(clientName)).toBe(1);
    const listeners = [await listenTo(store), await listenTo(store), await listenTo(store)];
    expect(await listening(clientName)).toBe(2);
    await Promise.all(listeners.map(({stop}) => stop()));
    await expect.poll(() => listening(clientName), PATIENTLY).toBe(1);
    const {stop} = await listenTo(store);
    expect(await listening(clientName)).toBe(2);
    await store.close();
    await expect.poll(() => listening(clientName), PATIENTLY).toBe(0);
    await stop();
    await expect(store.listen(() => {})).rejects.toMatchObject({message: expect.stringContaining('closed')});
  });

  test(
    'a lost connection is made anew by itself: the listener is called once, and then told at once again',
    async () => {
      const schema = randomSchema();
      const clientName = `lost-${schema}`;
      const [store, other] = [await open({schema, clientName}), await open({schema})];
      const {heard} = await listenTo(store);
      await endAll(clientName);
      await expect.poll(heard, PATIENTLY).toBe(1);
      await sleep(1_200);
      expect(heard()).toBe(1);
      await expectPushed(heard, () => other.announce());
    },
    LONG,
  );

  test(
    'topics: a lost connection is made anew by itself, and while there is none listeners look by themselves',
    async () => {
      const clientName = `topics-${randomSchema()}`;
      const store = await open({clientName});
      const {heard, stop} = await listenTo(store, 'pool api');
      await expectPushed(heard, () => store.notify('pool api'));
      const told = heard();
      await endAll(clientName);
      await expect.poll(heard, PATIENTLY).toBeGreaterThan(told);
      await untilQuiet(heard, 300);
      // Told again: no more calls than notifications.
      await expectPushed(heard, () => store.notify('pool api'));
      const before = heard();
      await sleep(200);
      expect(heard()).toBe(before);
      await stop();
    },
    LONG,
  );

  test(
    'a connection that fell silent is found out within a quarter of a minute',
    async () => {
      const schema = randomSchema();
      const other = await open({schema});
      await expectInTime(15_000, async () => {
        const way = await silencedWay(server().port);
        onTestFinished(() => way.close());
        const url = server().url.replace(`:${server().port}`, `:${way.port}`);
        const {heard} = await listenTo(await eventually(() => open({schema, timeoutMs: 500}, url)));
        way.silence();
        const took = await msUntilHeard(() => other.announce(), heard);
        await untilQuiet(heard, 1_200);
        await expectHeardInTime(AT_ONCE, () => other.announce(), heard);
        return took;
      });
    },
    2 * LONG,
  );

  test(
    'are heard by asking while there is no connection to spare, and pushed when there is one',
    async () => {
      const schema = randomSchema();
      const role = `limited_${schema}`;
      const owner = await open({schema});
      await server().sql(`
      create role ${role} login connection limit 1;
      grant usage on schema ${schema} to ${role}; grant select on all tables in schema ${schema} to ${role}`);
      const clientName = `limited-${schema}`;
      const reader = await open(
        {schema, access: 'read', connection: 'once', clientName},
        server().urlOf({user: role}),
      );
      const {heard} = await listenTo(reader);
      await owner.announce();
      await expect.poll(heard, PATIENTLY).toBe(1);
      expect(await listening(clientName)).toBe(1);
      await server().sql(`alter role ${role} connection limit 5`);
      await expect.poll(() => listening(clientName), PATIENTLY).toBe(2);
      await expect.poll(heard, PATIENTLY).toBe(2);
      await expectPushed(heard, () => owner.announce());
    },
    LONG,
  );

  test(
    'whoever listens and has nothing else to do ends: also with the store still open',
    async () => {
      const module = resolve('src/store/postgres/open-postgres-store.ts');
      const script = `
      const {openPostgresStore} = await import(${JSON.stringify(module)});
      const store = await openPostgresStore({kind: 'postgres', hosts: [{host: '127.0.0.1', port: ${server().port}}],
        username: 'ratectl', password: undefined, database: 'postgres',
        parameters: new Map([['schema', '${randomSchema()}']])}, {access: 'write', connection: 'reconnect'});
      await store.listen(() => {});
      console.log('listens');`;
      const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        timeout: PATIENCE_MS,
      });
      expect(stdout).toBe('listens\n');
    },
    LONG,
  );

  test.each(['halt', 'kill'] as const)(
    'are heard again after a restart of the server (%s)',
    async (end) => {
      const schema = randomSchema();
      const [store, other] = [await open({schema}), await open({schema})];
      const {heard} = await listenTo(store);
      await server()[end]();
      await sleep(700);
      await server().start();
      await expect.poll(heard, PATIENTLY).toBeGreaterThan(0);
      await untilQuiet(heard, 1_000);
      await eventually(() => other.announce());
      await expectHeardInTime(AT_ONCE, () => other.announce(), heard);
    },
    LONG,
  );
});
