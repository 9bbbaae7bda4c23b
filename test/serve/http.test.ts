import {once} from 'node:events';
import {readFileSync, writeFileSync} from 'node:fs';
import {type IncomingMessage, request} from 'node:http';
import {connect} from 'node:net';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {toRfc3339} from '../../src/base/micros.ts';
import type {StatusReport} from '../../src/view/model/status-report.ts';
import {settle} from '../cli/held-provider.ts';
import {eventually} from '../support/in-time.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type Serving, serve, tempFolder, until} from './served.ts';
import {fillStore, HOSTILE, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const API = '/api/rate-limit-status';
const TOKEN = 'a-token-of-32-characters-or-more';

interface Body {
  readonly schema: string;
  readonly context: string | null;
  readonly data: StatusReport;
}

const served = async (
  kind: 'sqlite' | 'redis' = 'sqlite',
  args: readonly string[] = [],
  env = {},
): Promise<Serving> => {
  const store = storeUrl(kind);
  await fillStore(await openedStore(store));
  return serve(args, {store, policy: SERVED_POLICY, env});
};

const statusOf = async (serving: Serving, query = ''): Promise<StatusReport> => {
  const response = await serving.get(`${API}${query}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as Body).data;
};

/** What `fetch` does not let one send: the Host header among others. */
const raw = (
  serving: Serving,
  headers: Readonly<Record<string, string>>,
  {method = 'GET', path = API} = {},
): Promise<{status: number; headers: Readonly<Record<string, unknown>>; text: string}> =>
  new Promise((resolve, reject) => {
    const asked = request(`${serving.url}${path}`, {method, headers}, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({status: response.statusCode!, headers: response.headers, text}));
    });
    asked.on('error', reject);
    asked.end();
  });

describe('/api/rate-limit-status', {timeout: 60_000}, () => {
  test.each(['sqlite', 'redis'] as const)('is the JSON of "status --json" (%s)', async (kind) => {
    const serving = await served(kind);
    const response = await serving.get(API);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const body = (await response.json()) as Body;
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../docs/json/status.schema.json'), 'utf8'),
    ) as Parameters<typeof schemaErrors>[0];
    expect(schemaErrors(schema, body)).toEqual([]);
    expect(body.data.keys[0]).toMatchObject({limit: 'per-ip', key: '192.0.2.44', state: 'blocked'});
    expect(body.data.totals.states).toMatchObject({
      blocked: 1,
      limited: 4,
      'shadow-limited': 2,
      near: 2,
      ok: 2,
    });
    expect(body.data.alerts.map(({kind: what}) => what)).toContain('token-reauthorise');
  });

  test('?limit, ?state and ?filter choose keys, and the totals tell of those', async () => {
    const serving = await served();
    expect((await statusOf(serving, '?limit=2')).keys).toHaveLength(2);
    expect((await statusOf(serving, '?limit=2')).totals).toMatchObject({shown: 2, matching: 11});
    expect((await statusOf(serving, '?state=near')).keys.map(({key}) => key)).toEqual([
      '203.0.113.8',
      HOSTILE[1],
    ]);
    // A filter has 100 ms: where a machine stands still for longer it is refused, and asked for again.
    const filtered = (filter: string): Promise<StatusReport> =>
      eventually(() => statusOf(serving, `?filter=${encodeURIComponent(filter)}`));
    expect((await filtered('^plan/')).totals).toMatchObject({matching: 2, shown: 2});
    expect((await filtered('!^per-')).keys.map(({limit}) => limit)).toEqual(['plan', 'plan']);
  });

  test('?selector is one key, also one that is not in the index', async () => {
    const serving = await served();
    const {keys, scope} = await statusOf(serving, `?selector=${encodeURIComponent('per-ip/203.0.113.7')}`);
    expect(scope).toEqual({kind: 'exact', selector: 'per-ip/203.0.113.7'});
    expect(keys).toMatchObject([{key: '203.0.113.7', state: 'limited'}]);
    expect((await statusOf(serving, '?selector=per-ip/never-seen')).keys).toEqual([]);
  });

  test.each([
    ['?limit=many', 'a whole number from 0 to 10000'],
    ['?limt=3', 'did you mean "limit"'],
    ['?limit=1&limit=2', 'given twice'],
    ['?filter=(', 'is not a regular expression'],
    ['?selector=per-ip', 'names no limit'],
    ['?selector=per-up/1', 'unknown limit'],
    ['?state=slow', 'unknown state'],
    [`?filter=${'a'.repeat(201)}`, 'longer than 200'],
  ])('%s is refused with what was expected', async (query, words) => {
    const serving = await served();
    const response = await serving.get(`${API}${query}`);
    expect(response.status).toBe(400);
    const {error} = (await response.json()) as {error: {message: string; hint: string}};
    expect(error.message).toContain(words);
    expect(error.hint).not.toBe('');
  });

  test('a filter that would run for years is ended, and nobody waits long', async () => {
    const store = storeUrl('sqlite');
    const opened = await openedStore(store);
    const now = await opened.now();
    const address = {limit: 'per-ip', key: `${'a'.repeat(40)}!`, tier: '', shape: 't'};
    await opened.record({limits: [], keys: [{address, denied: 1, shadow: false, until: now + 60_000_000}]});
    const serving = await serve([], {store, policy: SERVED_POLICY});
    const began = performance.now();
    const response = await serving.get(`${API}?filter=${encodeURIComponent('(a+)+$')}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('takes too long');
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('a flood of questions costs the store one look a second', async () => {
    const serving = await served('redis');
    const began = performance.now();
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({length: 50}, (_, i) => statusOf(serving, `?limit=${i}`)));
    const metrics = await (await serving.get('/metrics')).text();
    const seconds = (performance.now() - began) / 1_000;
    const looks = Number(/^ratectl_looks_total\{outcome="seen"\} (\d+)$/m.exec(metrics)![1]);
    expect(looks).toBeLessThanOrEqual(Math.ceil(seconds) + 2);
  });

  test('questions about single keys are bounded: 429 beyond ten a second', async () => {
    const serving = await served();
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({length: 100}, (_, i) => serving.get(`${API}?selector=per-ip/${i}`)),
    );
    const seconds = (performance.now() - began) / 1_000;
    const codes = answers.map(({status}) => status);
    expect(codes.filter((code) => code === 200).length).toBeLessThanOrEqual(10 * (Math.ceil(seconds) + 1));
    const refused = answers.find(({status}) => status === 429)!;
    expect(refused.headers.get('retry-after')).toBe('1');
  });

  test('HEAD has the length and no body', async () => {
    const serving = await served();
    const {status, headers, text} = await raw(serving, {}, {method: 'HEAD'});
    expect([status, text]).toEqual([200, '']);
    expect(Number(headers['content-length'])).toBeGreaterThan(1_000);
  });

  test('a policy that is published while it runs is taken up', async () => {
    const store = storeUrl('sqlite');
    const opened = await openedStore(store);
    const serving = await serve([], {store});
    expect((await statusOf(serving)).policy).toBeNull();
    await opened.put('policy', 'current', {source: SERVED_POLICY, file: 'app.yaml', at: 0});
    await until(async () => (await statusOf(serving)).policy?.file === 'app.yaml');
  }, 60_000);

  test('a policy file that is broken while it runs leaves the one before in force, with a warning', async () => {
    const store = storeUrl('sqlite');
    await fillStore(await openedStore(store), 'calm');
    const serving = await serve([], {store, policy: SERVED_POLICY});
    expect((await statusOf(serving)).policy?.file).toBe('ratectl.yaml');
    writeFileSync(join(serving.context.cwd, 'ratectl.yaml'), 'version: 1\nlimits: [{');
    let body: {data: StatusReport; warnings: string[]} | undefined;
    await until(async () => {
      body = (await (await serving.get(API)).json()) as typeof body;
      return body!.warnings.join().includes('the policy that was read before is still used');
    });
    expect(body!.data.totals.states.limited).toBe(4);
  }, 60_000);
});

describe('who is answered', {timeout: 60_000}, () => {
  test.each([
    ['evil.example', 421],
    ['evil.example:9464', 421],
    ['localhost:1', 200],
    ['[::1]:80', 200],
    ['127.0.0.1', 200],
    ['LOCALHOST', 200],
    ['127.0.0.1.evil.example', 421],
    ['127.0.0.1@evil.example', 421],
  ])('on loopback Host %j gets %i', async (host, status) => {
    const serving = await served();
    expect((await raw(serving, {host})).status).toBe(status);
  });

  test('--allow-host NAME is answered, too', async () => {
    const serving = await served('sqlite', ['--allow-host', 'limits.example']);
    expect((await raw(serving, {host: 'limits.example'})).status).toBe(200);
    expect((await raw(serving, {host: 'other.example'})).status).toBe(421);
  });

  test('a page of another origin gets 403', async () => {
    const serving = await served();
    expect((await raw(serving, {origin: 'https://evil.example'})).status).toBe(403);
    expect((await raw(serving, {origin: 'null'})).status).toBe(403);
    expect((await raw(serving, {origin: serving.url})).status).toBe(200);
  });

  test('with a token: 401 without it, with a wrong one, and with it elsewhere than in the header', async () => {
    const serving = await served('sqlite', [], {RATECTL_SERVE_TOKEN: TOKEN});
    for (const headers of [
      {},
      {authorization: `Bearer ${TOKEN}x`},
      {authorization: TOKEN},
      {authorization: 'Bearer '},
    ]) {
      for (const path of [API, '/metrics', `${API}?token=${TOKEN}`]) {
        const {
          status,
          headers: answered,
          text,
        } = await raw(serving, headers as Record<string, string>, {path});
        expect(status).toBe(401);
        expect(answered['www-authenticate']).toBe('Bearer realm="ratectl"');
        expect(text).not.toContain('per-ip');
      }
    }
    expect((await raw(serving, {authorization: `Bearer ${TOKEN}`})).status).toBe(200);
    expect((await raw(serving, {authorization: `bearer ${TOKEN}`}, {path: '/metrics'})).status).toBe(200);
  });

  test('without the token there are the frame of the page, which holds no data, and bare health', async () => {
    const serving = await served('sqlite', [], {RATECTL_SERVE_TOKEN: TOKEN});
    const page = await serving.get('/');
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain('203.0.113.7');
    expect(await (await serving.get('/healthz')).json()).toEqual({
      status: 'ok',
      reasons: [],
      checks: {process: 'ok', store: 'ok'},
    });
  });

  test('off loopback it listens with a token only, for whatever Host, never without the token', async () => {
    const file = join(tempFolder(), 'token');
    writeFileSync(file, `${TOKEN}\nsecond line\n`, {mode: 0o600});
    const store = storeUrl('sqlite');
    await openedStore(store);
    const serving = await serve(['--token-file', file], {store, listen: ['--listen', '0.0.0.0:0']});
    const there = {...serving, url: serving.url.replace('0.0.0.0', '127.0.0.1')};
    expect((await raw(there, {host: 'limits.example'})).status).toBe(401);
    expect((await raw(there, {host: 'limits.example', authorization: `Bearer ${TOKEN}`})).status).toBe(200);
    expect(serving.context.written.err).not.toContain(TOKEN);
  });
});

describe('what is answered', {timeout: 60_000}, () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is 405', async (method) => {
    const serving = await served();
    for (const path of [API, '/metrics', '/', '/healthz']) {
      const {status, headers} = await raw(serving, {}, {method, path});
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
  });

  test('a path that is none is 404 and says which there are; /mcp is none without --mcp', async () => {
    const serving = await served();
    for (const path of ['/nothing', '/mcp', '/../etc/passwd', '/api/rate-limit-status/']) {
      const {status, text} = await raw(serving, {}, {path});
      expect(status).toBe(404);
      expect(text).toContain('/api/rate-limit-status');
    }
  });

  test('every answer forbids to guess, frame, share and keep it', async () => {
    const serving = await served();
    for (const path of [API, '/metrics', '/', '/nothing', '/healthz']) {
      const {headers} = await serving.get(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('headers of more than 16 KB are refused, and the server goes on', async () => {
    const serving = await served();
    expect((await raw(serving, {'x-long': 'a'.repeat(20_000)})).status).toBe(431);
    expect((await serving.get('/livez')).status).toBe(200);
  });

  test('a request that never ends its head is cut off', async () => {
    const serving = await served();
    const socket = connect(Number(new URL(serving.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    const began = performance.now();
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n');
    await new Promise((resolve) => socket.on('data', () => undefined).on('close', resolve));
    expect(performance.now() - began).toBeLessThan(30_000);
  }, 60_000);
});

describe('the end', {timeout: 60_000}, () => {
  test('SIGTERM: what is under way is answered, nobody else is, exit 143', async () => {
    const serving = await served();
    expect((await serving.get('/readyz')).status).toBe(200);
    const asked = request(`${serving.url}${API}`);
    const answered = once(asked, 'response');
    asked.end();
    // It is on its way once it was handed over: a connection that is only being made may find nobody any more.
    await once(asked, 'finish');
    await settle();
    expect(await serving.stop()).toBe(143);
    const [response] = (await answered) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    await expect(serving.get('/readyz')).rejects.toThrow();
    expect(serving.lines().map(({event}) => event)).toEqual(['listening', 'stopping', 'stopped']);
  });

  test('a connection that is kept open does not keep it from ending', async () => {
    const serving = await served();
    const socket = connect(Number(new URL(serving.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await settle();
    const began = performance.now();
    await serving.stop();
    // Else it would be cut off after the 10 s that a head may take.
    expect(performance.now() - began).toBeLessThan(9_500);
    socket.destroy();
  });
});

test('instants of the answer are those of the store', async () => {
  const serving = await served('redis');
  const {store} = await statusOf(serving);
  expect(toRfc3339(Date.parse(store.now) * 1_000)).toBe(store.now);
});
