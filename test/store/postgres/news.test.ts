import {execFile} from 'node:child_process';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import {resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import type {StoreOptions} from '../../../src/store/store-target.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();
/** ms; far below the 500 ms between two questions of who is not told. */
const AT_ONCE = 250;

const open = async (
  options: Partial<StoreOptions> & {schema?: string} = {},
  url = server().url,
): Promise<Store> => {
  const store = await openTestStore(url, {connection: 'reconnect', ...options});
  onTestFinished(() => store.close());
  return store;
};

const listenTo = async (store: Store) => {
  const times: number[] = [];
  const stop = await store.listen(() => times.push(performance.now()));
  return {times, stop};
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

/** A way to the server on which the connections there are can fall silent without an end, as behind a firewall that forgot them. */
const silencedWay = async () => {
  const sockets: Socket[] = [];
  const way = createServer((client) => {
    const upstream = connect(server().port, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.pipe(upstream).pipe(client);
    sockets.push(client, upstream);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => way.once('listening', resolve));
  onTestFinished(() => {
    way.close();
    for (const socket of sockets) socket.destroy();
  });
  const {port} = way.address() as AddressInfo;
  return {
    url: server().url.replace(`:${server().port}`, `:${port}`),
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
};

describe('announcements', () => {
  test('are pushed: heard sooner than anybody asks', async () => {
    const schema = randomSchema();
    const [store, other] = [await open({schema}), await open({schema, access: 'read'})];
    const {times} = await listenTo(other);
    for (let i = 0; i < 5; i++) {
      const announced = performance.now();
      await store.announce();
      await expect.poll(() => times.length, {interval: 5}).toBe(i + 1);
      expect(times.at(-1)! - announced).toBeLessThan(AT_ONCE);
    }
  });

  test('of another schema of the database are not heard', async () => {
    const [store, other] = [await open(), await open()];
    const {times} = await listenTo(store);
    await other.announce();
    await sleep(AT_ONCE);
    expect(times).toEqual([]);
  });

  test('take one connection as long as somebody listens, whatever the number of listeners, and then none', async () => {
    const clientName = `listeners-${randomSchema()}`;
    const store = await open({clientName, connection: 'once'});
    expect(await listening(clientName)).toBe(1);
    const listeners = [await listenTo(store), await listenTo(store), await listenTo(store)];
    expect(await listening(clientName)).toBe(2);
    await Promise.all(listeners.map(({stop}) => stop()));
    await expect.poll(() => listening(clientName)).toBe(1);
    const {stop} = await listenTo(store);
    expect(await listening(clientName)).toBe(2);
    await store.close();
    await expect.poll(() => listening(clientName)).toBe(0);
    await stop();
    await expect(store.listen(() => {})).rejects.toMatchObject({message: expect.stringContaining('closed')});
  });

  test('a lost connection is made anew by itself: the listener is called once, and then told at once again', async () => {
    const schema = randomSchema();
    const clientName = `lost-${schema}`;
    const [store, other] = [await open({schema, clientName}), await open({schema})];
    const {times} = await listenTo(store);
    await endAll(clientName);
    await expect.poll(() => times.length, {timeout: 3_000}).toBe(1);
    await sleep(1_200);
    expect(times).toHaveLength(1);
    const announced = performance.now();
    await other.announce();
    await expect.poll(() => times.length, {interval: 5}).toBe(2);
    expect(times[1]! - announced).toBeLessThan(AT_ONCE);
  });

  test('topics: a lost connection is made anew by itself, and while there is none listeners look by themselves', async () => {
    const clientName = `topics-${randomSchema()}`;
    const store = await open({clientName});
    const times: number[] = [];
    const stop = await store.listen(() => times.push(performance.now()), 'pool api');
    await store.notify('pool api');
    await expect.poll(() => times.length, {timeout: AT_ONCE, interval: 5}).toBe(1);
    await endAll(clientName);
    await expect.poll(() => times.length, {timeout: 2_000, interval: 5}).toBeGreaterThan(1);
    await sleep(300);
    // Told again: no more calls than notifications.
    const before = times.length;
    await store.notify('pool api');
    await expect.poll(() => times.length, {timeout: AT_ONCE, interval: 5}).toBe(before + 1);
    await sleep(200);
    expect(times.length).toBe(before + 1);
    await stop();
  });

  test('a connection that fell silent is found out within a quarter of a minute', async () => {
    const schema = randomSchema();
    const {url, silence} = await silencedWay();
    const other = await open({schema});
    const {times} = await listenTo(await open({schema, timeoutMs: 500}, url));
    silence();
    await other.announce();
    await expect.poll(() => times.length, {timeout: 15_000}).toBeGreaterThan(0);
    await sleep(1_200);
    const before = times.length;
    const announced = performance.now();
    await other.announce();
    await expect.poll(() => times.length, {interval: 5}).toBe(before + 1);
    expect(times.at(-1)! - announced).toBeLessThan(AT_ONCE);
  }, 30_000);

  test('are heard by asking while there is no connection to spare, and pushed when there is one', async () => {
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
    const {times} = await listenTo(reader);
    await owner.announce();
    await expect.poll(() => times.length, {timeout: 2_000}).toBe(1);
    expect(await listening(clientName)).toBe(1);
    await server().sql(`alter role ${role} connection limit 5`);
    await expect.poll(() => listening(clientName), {timeout: 8_000}).toBe(2);
    await expect.poll(() => times.length).toBe(2);
    const announced = performance.now();
    await owner.announce();
    await expect.poll(() => times.length, {interval: 5}).toBe(3);
    expect(times[2]! - announced).toBeLessThan(AT_ONCE);
  }, 20_000);

  test('whoever listens and has nothing else to do ends: also with the store still open', async () => {
    const module = resolve('src/store/postgres/open-postgres-store.ts');
    const script = `
      const {openPostgresStore} = await import(${JSON.stringify(module)});
      const store = await openPostgresStore({kind: 'postgres', hosts: [{host: '127.0.0.1', port: ${server().port}}],
        username: 'ratectl', password: undefined, database: 'postgres',
        parameters: new Map([['schema', '${randomSchema()}']])}, {access: 'write', connection: 'reconnect'});
      await store.listen(() => {});
      console.log('listens');`;
    const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 8_000,
    });
    expect(stdout).toBe('listens\n');
  }, 10_000);

  test.each(['halt', 'kill'] as const)(
    'are heard again after a restart of the server (%s)',
    async (end) => {
      const schema = randomSchema();
      const [store, other] = [await open({schema}), await open({schema})];
      const {times} = await listenTo(store);
      await server()[end]();
      await sleep(700);
      await server().start();
      await expect.poll(() => times.length, {timeout: 8_000}).toBeGreaterThan(0);
      await sleep(1_000);
      const before = times.length;
      const announced = performance.now();
      await other.announce();
      await expect.poll(() => times.length, {interval: 5}).toBe(before + 1);
      expect(times.at(-1)! - announced).toBeLessThan(AT_ONCE);
    },
    20_000,
  );
});
