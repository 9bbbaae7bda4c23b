import {writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openPostgresStore} from '../../../src/store/postgres/open-postgres-store.ts';
import type {StoreError} from '../../../src/store/store-error.ts';
import {expectInTime, msOf, PATIENCE_MS} from '../../support/in-time.ts';
import {freePort} from '../../support/servers/free-port.ts';
import {startPostgres} from '../../support/servers/postgres-server.ts';
import {serverForTests, targetOf} from './postgres-place.ts';

const server = serverForTests({
  access: [
    'host all wrongpw 127.0.0.1/32 scram-sha-256',
    'hostssl all tlsonly 127.0.0.1/32 trust',
    'host all tlsonly 127.0.0.1/32 reject',
  ],
});
let silent: Server;
let chatty: Server;
const portOf = (of: Server): number => (of.address() as {port: number}).port;

beforeAll(async () => {
  await server().sql("create role wrongpw login password 'right'; create role tlsonly login");
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  chatty = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  }).listen(0, '127.0.0.1');
});
afterAll(() => {
  silent.close();
  chatty.close();
});

/** How opening fails: a server that answers is not waited for so long, and one that does not is given up by then. */
const failureOf = async (url: string, timeoutMs = 10_000): Promise<StoreError> => {
  let error: unknown;
  await expectInTime(5_000, () =>
    msOf(async () => {
      error = await openPostgresStore(targetOf(url), {access: 'write', timeoutMs}).then(
        (store) => store.close(),
        (error: unknown) => error,
      );
    }),
  );
  return error as StoreError;
};

describe('what goes wrong is said with its real cause and what to do next', {
  timeout: 2 * PATIENCE_MS,
}, () => {
  test.each([
    [
      'a closed port',
      async (): Promise<string> => `postgres://u:secret@127.0.0.1:${await freePort()}/x`,
      'unreachable',
      'connection refused',
    ],
    [
      'a host that does not exist',
      async (): Promise<string> => 'postgres://u:secret@nowhere.invalid:5432/x',
      'unreachable',
      /no such host|cannot be looked up/,
    ],
    [
      'a wrong password',
      async (): Promise<string> => server().urlOf({user: 'wrongpw', password: 'secret'}),
      'denied',
      'refused the password',
    ],
    [
      'no password',
      async (): Promise<string> => server().urlOf({user: 'wrongpw'}),
      'denied',
      'asks for a password, and there is none',
    ],
    [
      'an unknown role',
      async (): Promise<string> => server().urlOf({user: 'nobody', password: 'secret'}),
      'denied',
      'does not exist',
    ],
    [
      'a wrong database',
      async (): Promise<string> => server().urlOf({database: 'nowhere', password: 'secret'}),
      'wrong-database',
      'database "nowhere" does not exist',
    ],
    [
      'TLS where the server speaks none',
      async (): Promise<string> => server().urlOf({password: 'secret', query: 'sslmode=require'}),
      'tls',
      'speaks no TLS',
    ],
    [
      'no TLS where the server wants it',
      async (): Promise<string> =>
        server().urlOf({user: 'tlsonly', password: 'secret', query: 'sslmode=disable'}),
      'tls',
      'no encryption',
    ],
    [
      'a certificate that is not there',
      async (): Promise<string> =>
        server().urlOf({password: 'secret', query: 'sslmode=verify-full&sslrootcert=/nowhere.pem'}),
      'tls',
      'no such file',
    ],
    [
      'a server that says nothing',
      async (): Promise<string> => `postgres://u:secret@127.0.0.1:${portOf(silent)}/x`,
      'unreachable',
      'no answer',
    ],
    [
      'something else that listens',
      async (): Promise<string> => `postgres://u:secret@127.0.0.1:${portOf(chatty)}/x`,
      'server',
      'does not answer like Postgres',
    ],
    [
      'something else that listens, without TLS',
      async (): Promise<string> => `postgres://u:secret@127.0.0.1:${portOf(chatty)}/x?sslmode=disable`,
      'unreachable',
      'closed the connection before it answered',
    ],
  ] as const)('%s', async (name, url, kind, message) => {
    const error = await failureOf(await url(), name === 'a server that says nothing' ? 2_000 : undefined);
    expect(error).toMatchObject({name: 'StoreError', kind, hint: expect.stringMatching(/./)});
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/\(postgres:\/\//);
    expect(`${error.message} ${error.hint}`).not.toContain('secret');
  });

  test('a server that is shutting down or starting', async () => {
    const store = await openPostgresStore(targetOf(`${server().url}?schema=restarted`), {access: 'write'});
    await server().halt();
    await expect(store.generation()).rejects.toMatchObject({kind: 'unreachable'});
    await expect(store.generation()).rejects.toMatchObject({kind: 'unreachable'});
    await store.close();
    expect(await failureOf(server().url)).toMatchObject({kind: 'unreachable'});
    await server().start();
  });

  test('tables that were dropped under an open store', async () => {
    const store = await openPostgresStore(targetOf(`${server().url}?schema=dropped`), {access: 'write'});
    await server().sql('set client_min_messages = error; drop schema dropped cascade');
    await expect(store.generation()).rejects.toMatchObject({
      kind: 'wrong-database',
      message: expect.stringContaining('the tables of ratectl are gone'),
    });
    await store.close();
  });

  test('of several hosts the one that answers is taken', async () => {
    const target = targetOf(`${server().url}?schema=several`);
    const hosts = [{host: '127.0.0.1', port: await freePort()}, ...target.hosts];
    const store = await openPostgresStore({...target, hosts}, {access: 'write'});
    expect(await store.generation()).toBe(0);
    await store.close();
  });
});

test('a standby is called read-only, whether the schema is there or is to be made', async () => {
  const standby = await startPostgres();
  try {
    await (await openPostgresStore(targetOf(standby.url), {access: 'write'})).close();
    await standby.halt();
    writeFileSync(join(standby.dir, 'standby.signal'), '');
    await standby.start();
    const store = await openPostgresStore(targetOf(standby.url), {access: 'write'});
    await expect(store.announce()).rejects.toMatchObject({
      kind: 'rights',
      message: expect.stringMatching(/^read-only: /),
    });
    await store.close();
    const error = await failureOf(`${standby.url}?schema=another`);
    expect(error).toMatchObject({kind: 'rights', message: expect.stringMatching(/^read-only: /)});
    expect(error.hint).toContain('use the URL of the primary');
  } finally {
    await standby.stop();
  }
}, 60_000);
