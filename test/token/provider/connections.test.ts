import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer as createHttpsServer} from 'node:https';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {promisify} from 'node:util';
import {afterEach, describe, expect, test} from 'vitest';
import type {ProviderAnswer} from '../../../src/token/provider/provider-client.ts';
import {eventually, expectInTime, msOf, PATIENCE_MS, PATIENTLY} from '../../support/in-time.ts';
import {dropsBefore, issuesAndAnswers} from '../../support/oauth/behaviour.ts';
import {FakeOAuthServer} from '../../support/oauth/fake-oauth-server.ts';
import {makeCertificates} from '../../support/servers/certificates.ts';
import {freePort} from '../../support/servers/free-port.ts';
import {ask, specOf} from './provider-setup.ts';

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

const fakeServer = async (): Promise<FakeOAuthServer> => {
  const fake = await FakeOAuthServer.start();
  ended.push(() => fake.close());
  return fake;
};

/** A server below HTTP. */
const rawServer = async (onConnection: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  ended.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const refreshToken = 'r1';

/** Once more when nothing left in time, as when the process was held up. */
const isLost = (asked: () => Promise<ProviderAnswer>, answer: object): Promise<void> =>
  eventually(async () => expect(await asked()).toMatchObject({kind: 'answer-lost', ...answer}));

describe('nothing was spent when no request left:', () => {
  test('a refused connection', async () => {
    const tokenUrl = `http://127.0.0.1:${await freePort()}/token`;
    expect(await ask(specOf({tokenUrl}), {refreshToken})).toEqual({
      kind: 'failed',
      error: 'ECONNREFUSED',
      retryAfterMs: 0,
    });
  });

  test('a name that nobody has', async () => {
    const answer = await ask(specOf({tokenUrl: 'https://no-such-host.invalid/token'}), {refreshToken});
    expect(answer).toMatchObject({kind: 'failed', error: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/)});
  });

  test('a certificate that is not trusted, and the server gets no byte of the request', async () => {
    const certificates = makeCertificates(['IP:127.0.0.1']);
    let requests = 0;
    const server = createHttpsServer(
      {key: readFileSync(certificates.key), cert: readFileSync(certificates.cert)},
      (_, response) => {
        requests++;
        response.end();
      },
    ).listen(0, '127.0.0.1');
    ended.push(certificates.remove, () => server.close());
    await once(server, 'listening');
    const tokenUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    const code = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
    expect(await ask(specOf({tokenUrl}), {refreshToken})).toMatchObject({kind: 'failed', error: code});
    // A fetch that was given says the same.
    expect(await ask(specOf({tokenUrl}), {refreshToken, fetch})).toMatchObject({kind: 'failed', error: code});
    expect(requests).toBe(0);
  });

  test('a server that does not speak TLS', async () => {
    const port = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const answer = await ask(specOf({tokenUrl: `https://127.0.0.1:${port}/token`}), {refreshToken});
    expect(answer.kind).toBe('failed');
  });

  test('a TLS handshake that takes too long', async () => {
    const port = await rawServer(() => undefined);
    const spec = specOf({tokenUrl: `https://127.0.0.1:${port}/token`, timeout: 200_000});
    expect(await ask(spec, {refreshToken})).toEqual({kind: 'failed', error: 'timeout', retryAfterMs: 0});
  });

  test('a lease that was over before', async () => {
    const fake = await fakeServer();
    const spec = specOf({tokenUrl: fake.tokenUrl});
    const lost = {kind: 'failed', error: 'lease-lost', retryAfterMs: 0};
    expect(await ask(spec, {refreshToken, signal: AbortSignal.abort()})).toEqual(lost);
    expect(await ask(spec, {refreshToken, signal: AbortSignal.abort(), fetch})).toEqual(lost);
    expect(await ask(spec, {refreshToken, isHeld: () => false})).toEqual(lost);
    expect(fake.journal.entries).toEqual([]);
  });

  test('a lease that ends while the connection is made', async () => {
    const fake = await fakeServer();
    let asked = 0;
    // Held when the connection is begun, and not when it stands.
    const isHeld = (): boolean => ++asked === 1;
    const answer = await ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken, isHeld});
    expect(answer).toEqual({kind: 'failed', error: 'lease-lost', retryAfterMs: 0});
    expect(asked).toBe(2);
    await expect.poll(() => fake.connections(), PATIENTLY).toBe(0);
    expect(fake.journal.entries).toEqual([]);
  });

  test('a client secret that cannot be had', async () => {
    const fake = await fakeServer();
    const auth = {kind: 'basic', secret: {kind: 'env', name: 'DESK_SECRET'}} as const;
    expect(await ask(specOf({tokenUrl: fake.tokenUrl, auth}), {refreshToken})).toEqual({
      kind: 'misconfigured',
      error: 'client-secret',
      detail: 'a secret is expected in DESK_SECRET, which is not set',
    });
    expect(fake.journal.entries).toEqual([]);
  });
});

describe('the refresh token may be spent when the request left:', {timeout: 2 * PATIENCE_MS}, () => {
  test('no answer within the timeout', async () => {
    const fake = await fakeServer();
    fake.always = [{afterMs: 600_000}];
    const spec = specOf({tokenUrl: fake.tokenUrl, timeout: 150_000});
    await expectInTime(800, () =>
      msOf(() => isLost(() => ask(spec, {refreshToken}), {error: 'timeout', retryAfterMs: 0})),
    );
    await expect.poll(() => fake.connections(), PATIENTLY).toBe(0);
  });

  test('an answer that never ends', async () => {
    const port = await rawServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"access_token":'),
    );
    const spec = specOf({tokenUrl: `http://127.0.0.1:${port}/token`, timeout: 200_000});
    await isLost(() => ask(spec, {refreshToken}), {error: 'timeout'});
    await isLost(() => ask(spec, {refreshToken, fetch}), {error: 'timeout'});
  });

  test('a lease that ends while the provider works', async () => {
    const fake = await fakeServer();
    fake.next.push({afterMs: 600_000});
    const lease = new AbortController();
    const answer = ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken, signal: lease.signal});
    await expect.poll(() => fake.journal.entries.length, PATIENTLY).toBe(1);
    lease.abort();
    expect(await answer).toMatchObject({kind: 'answer-lost', error: 'lease-lost'});
  });

  test('an answer that is not HTTP', async () => {
    const port = await rawServer((socket) => socket.on('data', () => socket.end('nonsense\r\n\r\n')));
    const answer = await ask(specOf({tokenUrl: `http://127.0.0.1:${port}/token`}), {refreshToken});
    expect(answer).toMatchObject({kind: 'answer-lost', error: expect.stringMatching(/^HPE_/)});
  });

  test('a status beyond all', async () => {
    const port = await rawServer((socket) => socket.on('data', () => socket.end('HTTP/1.1 999 No\r\n\r\n')));
    const answer = await ask(specOf({tokenUrl: `http://127.0.0.1:${port}/token`}), {refreshToken});
    expect(answer).toMatchObject({kind: 'answer-lost', error: 'http-999'});
  });

  test('a cut connection of a fetch that was given', async () => {
    const fake = await fakeServer();
    fake.next.push(dropsBefore);
    const answer = await ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken, fetch});
    expect(answer).toMatchObject({kind: 'answer-lost', error: 'ECONNRESET'});
  });

  test('a given fetch that heeds no signal', async () => {
    const spec = specOf({timeout: 100_000});
    const answer = await ask(spec, {refreshToken, fetch: () => new Promise<Response>(() => undefined)});
    expect(answer).toMatchObject({kind: 'answer-lost', error: 'timeout'});
  });
});

describe('a fetch that was given', () => {
  test('is used, and classified by what its errors tell', async () => {
    const fake = await fakeServer();
    const token = fake.book.begin().refreshToken;
    expect(await ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken: token, fetch})).toMatchObject({
      kind: 'token',
    });
    const tokenUrl = `http://127.0.0.1:${await freePort()}/token`;
    expect(await ask(specOf({tokenUrl}), {refreshToken, fetch})).toMatchObject({
      kind: 'failed',
      error: 'ECONNREFUSED',
    });
  });

  test('may answer more than is read', async () => {
    const fake = await fakeServer();
    fake.next.push(issuesAndAnswers('x'.repeat(3_000_000)));
    const answer = await ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken, fetch});
    expect(answer).toMatchObject({kind: 'answer-lost', error: 'too-long'});
  });
});

describe('a token URL', () => {
  test.each([
    'http://example.com/token',
    'http://127.0.0.1.example.com/',
    'ftp://localhost/',
    'file:///etc',
    'x',
  ])('%s is refused', (tokenUrl) => {
    expect(() => ask(specOf({tokenUrl}))).toThrow(
      expect.objectContaining({code: 'token/insecure-url', exit: 2}),
    );
  });
});

describe('in a process of its own', {timeout: 4 * PATIENCE_MS}, () => {
  /** Asks once, and tells how many ms after the answer the process ended. */
  const askOutside = async (fake: FakeOAuthServer, env: object = {}): Promise<readonly [string, number]> => {
    const setup = new URL('./provider-setup.ts', import.meta.url).pathname;
    const script = `
      import {ask, specOf} from ${JSON.stringify(setup)};
      const answer = await ask(specOf({tokenUrl: ${JSON.stringify(fake.tokenUrl)}, timeout: 60_000_000}),
        {refreshToken: ${JSON.stringify(fake.book.begin().refreshToken)}});
      const at = Date.now();
      process.on('exit', () => console.log(answer.kind, Date.now() - at));`;
    const args = ['--input-type=module', '-e', script];
    const {stdout} = await promisify(execFile)(process.execPath, args, {env: {...process.env, ...env}});
    const [kind = '', ms] = stdout.trim().split(' ');
    return [kind, Number(ms)];
  };

  test('nothing holds it once it has its answer', async () => {
    const fake = await fakeServer();
    await expectInTime(500, async () => {
      const [kind, ms] = await askOutside(fake);
      expect(kind).toBe('token');
      return ms;
    });
  });

  test('a certificate of a trusted authority is taken', async () => {
    const certificates = makeCertificates(['IP:127.0.0.1']);
    const tls = {key: readFileSync(certificates.key, 'utf8'), cert: readFileSync(certificates.cert, 'utf8')};
    const fake = await FakeOAuthServer.start({tls});
    ended.push(certificates.remove, () => fake.close());
    const [kind] = await askOutside(fake, {NODE_EXTRA_CA_CERTS: certificates.ca});
    expect(kind).toBe('token');
  });
});
