import {createServer, type Server, type Socket} from 'node:net';
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import type {RedisTarget, StoreOptions} from '../../../src/store/store-target.ts';
import {expectInTime, msOf, PATIENCE_MS} from '../../support/in-time.ts';
import {type Certificates, makeCertificates} from '../../support/servers/certificates.ts';
import {freePort} from '../../support/servers/free-port.ts';
import {type SentinelServers, startSentinels} from '../../support/servers/redis-sentinel.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {targetOf} from './redis-target.ts';

const SECRET = 'hunter2-secret';

/** A server that answers is not waited for so long, and one that does not is given up by then, ms. */
const IN_TIME = 4_000;
/** For servers that do not answer. */
const HASTY = {timeoutMs: 2_000};

/** How opening fails, in time. */
const failureOf = async (
  target: RedisTarget,
  options: Partial<StoreOptions> = {},
  most = IN_TIME,
): Promise<StoreError> => {
  let error: unknown;
  await expectInTime(most, () =>
    msOf(async () => {
      error = await openRedisStore(target, {access: 'read', timeoutMs: 10_000, ...options}).then(
        (store) => store.close(),
        (failure: unknown) => failure,
      );
    }),
  );
  expect(error).toBeInstanceOf(StoreError);
  const failure = error as StoreError;
  expect(
    JSON.stringify([failure.message, failure.hint, String((failure.cause as Error)?.stack)]),
  ).not.toContain(SECRET);
  expect(failure.hint).toBeTruthy();
  return failure;
};

describe('a store that cannot be opened says why, where and what to do', {
  timeout: 2 * PATIENCE_MS,
}, () => {
  let plain: RedisServer;
  let locked: RedisServer;
  let secure: RedisServer;
  let certificates: Certificates;
  const fakes: Server[] = [];

  const fake = async (onSocket: (socket: Socket) => void): Promise<RedisTarget> => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      onSocket(socket);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    fakes.push(server);
    return targetOf(`redis://127.0.0.1:${port}`);
  };

  beforeAll(async () => {
    certificates = makeCertificates(['DNS:localhost', 'IP:127.0.0.1']);
    const {ca, cert, key} = certificates;
    plain = await startRedis();
    locked = await startRedis({args: ['--requirepass', SECRET]});
    const files = ['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key];
    secure = await startTls(['--tls-auth-clients', 'no', ...files]);
  }, 2 * PATIENCE_MS);

  const startTls = async (args: readonly string[]): Promise<RedisServer> => {
    const port = await freePort();
    return startRedis({port, args: ['--port', '0', '--tls-port', String(port), ...args]});
  };

  afterAll(async () => {
    await Promise.all([plain, locked, secure].map((server) => server.stop()));
    for (const server of fakes) server.close();
    certificates.remove();
  });

  test('nobody listens', async () => {
    const error = await failureOf(targetOf(`redis://app:${SECRET}@127.0.0.1:${await freePort()}/3`));
    expect(error.kind).toBe('unreachable');
    expect(error.message).toMatch(
      /^cannot reach the store: connection refused \(redis:\/\/app:\*\*\*@127\.0\.0\.1:\d+\/3\)$/,
    );
    expect(error.exit).toBe(3);
  });

  test('there is no such host', async () => {
    const error = await failureOf(targetOf('redis://no-such-host.invalid'));
    expect(error.kind).toBe('unreachable');
    expect(error.message).toContain('no such host');
  });

  test('a host that accepts and never answers', async () => {
    const error = await failureOf(await fake(() => {}), HASTY);
    expect(error.kind).toBe('unreachable');
    expect(error.message).toContain('no answer within 2 s');
  });

  test('no password, a wrong one, a wrong user', async () => {
    expect((await failureOf(targetOf(locked.url))).message).toContain('a password is needed');
    const {port} = locked;
    for (const user of ['', 'nobody']) {
      const error = await failureOf(targetOf(`redis://${user}:wrong-${SECRET}@127.0.0.1:${port}`));
      expect(error.kind).toBe('denied');
      expect(error.message).toContain('wrong user or password');
    }
  });

  test('a password that is not needed is no error, and nothing is printed', async () => {
    const warn = vi.spyOn(console, 'warn');
    const store = await openRedisStore(targetOf(`redis://:${SECRET}@127.0.0.1:${plain.port}`), {
      access: 'read',
    });
    await store.close();
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  test('a database that is not there', async () => {
    const error = await failureOf(targetOf(`${plain.url}/99`));
    expect([error.kind, error.exit]).toEqual(['wrong-database', 2]);
    expect(error.message).toContain('no database 99');
  });

  test('something that is not Redis', async () => {
    const http = await fake((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const error = await failureOf(http);
    expect(error.kind).toBe('server');
    expect(error.message).toContain('not Redis');
  });

  test('a server that is too old', async () => {
    const info = '# Server\r\nredis_version:5.0.14\r\n';
    const old = await fake((socket) =>
      socket.on('data', (data) => {
        for (const command of String(data).split(/(?=^\*)/m)) {
          socket.write(/info/i.test(command) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
        }
      }),
    );
    const error = await failureOf(old);
    expect(error.kind).toBe('server');
    expect(error.message).toContain('too old: redis 5.0.14');
  });

  test('TLS where none is spoken, and the other way round', async () => {
    for (const {port} of [plain, locked]) {
      const noTls = await failureOf(targetOf(`rediss://127.0.0.1:${port}`), {timeoutMs: 5_000}, 2_000);
      expect(noTls.kind).toBe('tls');
      expect(noTls.message).toContain('the server does not speak TLS');
      expect(noTls.hint).toContain('redis://');
    }
    const silent = await fake(() => {});
    const none = await failureOf({...silent, tls: true}, HASTY);
    expect(none.message).toContain('does not answer the TLS handshake within 2 s');
    const tls = await failureOf(targetOf(`redis://127.0.0.1:${secure.port}`));
    expect(`${tls.message} ${tls.hint}`).toContain('rediss://');
  });

  test('a certificate of an unknown authority, or for another name', async () => {
    const unknown = await failureOf(targetOf(`rediss://127.0.0.1:${secure.port}`));
    expect(unknown.kind).toBe('tls');
    expect(unknown.hint).toContain('?ca=');
    const query = `ca=${encodeURIComponent(certificates.ca)}&tls-server-name=other.example`;
    const name = await failureOf(targetOf(`rediss://127.0.0.1:${secure.port}?${query}`));
    expect(name.kind).toBe('tls');
    expect(name.hint).toContain('tls-server-name');
    const file = await failureOf(targetOf(`rediss://127.0.0.1:${secure.port}?ca=/no/such/file`));
    expect(file.message).toContain('no such file');
  });

  test('a certificate that has expired', async () => {
    const expired = makeCertificates(['IP:127.0.0.1'], 'expired');
    const {ca, cert, key} = expired;
    const files = ['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key];
    const late = await startTls(['--tls-auth-clients', 'no', ...files]);
    const error = await failureOf(targetOf(`rediss://127.0.0.1:${late.port}?ca=${encodeURIComponent(ca)}`));
    await late.stop();
    expired.remove();
    expect(error).toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('does not hold now'),
      hint: expect.stringContaining('the server needs a new one'),
    });
  });

  test('a certificate that is trusted works, and so does insecure', async () => {
    for (const query of [`ca=${encodeURIComponent(certificates.ca)}`, 'insecure=true']) {
      const store = await openRedisStore(targetOf(`rediss://127.0.0.1:${secure.port}?${query}`), {
        access: 'write',
      });
      expect((await store.facts()).server).toMatch(/^(redis|valkey) \d/);
      await store.close();
    }
  });

  test('a server that wants a certificate of the client', async () => {
    const {ca, cert, key} = certificates;
    const files = ['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key];
    const strict = await startTls(['--tls-auth-clients', 'yes', ...files]);
    const url = `rediss://127.0.0.1:${strict.port}?ca=${encodeURIComponent(ca)}`;
    const error = await failureOf(targetOf(url));
    expect(`${error.kind} ${error.hint}`).toMatch(/tls .*cert=/);
    const store = await openRedisStore(
      targetOf(`${url}&cert=${encodeURIComponent(cert)}&key=${encodeURIComponent(key)}`),
      {
        access: 'read',
      },
    );
    await store.close();
    await strict.stop();
  });

  test('a Cluster where there is none', async () => {
    const error = await failureOf(targetOf(plain.url, {topology: {kind: 'cluster'}}));
    expect(error.kind).toBe('wrong-database');
    expect(error.hint).toContain('redis://');
    const numbered = await failureOf(targetOf(`${plain.url}/1`, {topology: {kind: 'cluster'}}));
    expect(numbered.message).toContain('has no database 1');
  });

  test('a Cluster that nobody answers for', async () => {
    const target = targetOf(`redis://127.0.0.1:${await freePort()}`, {topology: {kind: 'cluster'}});
    const error = await failureOf(target);
    expect(error.kind).toBe('unreachable');
    expect(error.message).toContain('connection refused');
  });

  test('a prefix with braces', async () => {
    const error = await failureOf(targetOf(`${plain.url}?prefix=${encodeURIComponent('{a}:')}`));
    expect(error.message).toContain('"{a}:"');
  });

  describe('with Sentinels', () => {
    let sentinels: SentinelServers;
    beforeAll(async () => {
      sentinels = await startSentinels();
    }, 2 * PATIENCE_MS);
    afterAll(() => sentinels.stop());

    test('a service they do not know, and Sentinels that are not there', async () => {
      const {port} = sentinels.sentinels[0]!;
      const unknown = await failureOf(
        targetOf(`redis://127.0.0.1:${port}`, {topology: {kind: 'sentinel', service: 'other'}}),
      );
      expect(unknown.kind).toBe('wrong-database');
      expect(unknown.message).toContain('do not know the service "other"');
      const nobody = await failureOf(
        targetOf(`redis://127.0.0.1:${await freePort()}`, {topology: {kind: 'sentinel', service: 'other'}}),
      );
      expect(nobody.kind).toBe('unreachable');
      expect(nobody.message).toContain('connection refused');
    });

    test('the replica by its own address takes no writes', async () => {
      const store = await openRedisStore(targetOf(sentinels.replica.url), {access: 'write'});
      await expect(store.announce()).rejects.toMatchObject({kind: 'rights'});
      expect((await store.facts()).remarks.join()).toContain('replica');
      await store.close();
    });
  });
});
