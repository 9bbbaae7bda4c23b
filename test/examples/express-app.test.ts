import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {folderWith, policyOf} from '../e2e/command.ts';
import {type Example, ownStore, startExample} from './example.ts';

const FREE = {'x-api-key': 'key-acme'};
const PRO = {'x-api-key': 'key-umbrella'};

test('a tenant is refused after its burst, told when to come back, and served then', {
  timeout: 60_000,
}, async () => {
  const {url, err} = await startExample('express-app');
  const orders = (headers = FREE): Promise<Response> => fetch(`${url}/v1/orders`, {headers});

  const first = await orders();
  expect(await first.json()).toMatchObject({tenant: 'acme'});
  expect(first.headers.get('ratelimit-policy')).toBe('"per-ip";q=20;w=2, "per-tenant";q=5;w=3');
  expect(first.headers.get('x-ratelimit-limit')).toBe('5');

  let refused = first;
  let askedAt = Date.now();
  for (let i = 0; i < 200 && refused.status === 200; i++) {
    askedAt = Date.now();
    refused = await orders();
  }
  expect(refused.status).toBe(429);
  const retryAfter = Number(refused.headers.get('retry-after'));
  expect(retryAfter).toBe(1);
  expect(refused.headers.get('ratelimit')).toBe('"per-tenant";r=0;t=1');
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(Number(refused.headers.get('x-ratelimit-reset')) * 1_000).toBeGreaterThan(askedAt - 1_000);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  const body = (await refused.json()) as {retryAfterMs: number; resetAt: string};
  expect(body).toMatchObject({
    status: 429,
    limit: 'per-tenant',
    tier: 'free',
    capacity: 5,
    window: '2.5s',
    remaining: 0,
    never: false,
  });
  expect(body.retryAfterMs).toBeGreaterThan(0);
  expect(body.retryAfterMs).toBeLessThanOrEqual(500);
  expect(Date.parse(body.resetAt)).toBeGreaterThan(askedAt);

  // Another tenant from the same address is served.
  expect((await orders(PRO)).status).toBe(200);
  await sleep(retryAfter * 1_000);
  expect((await orders()).status).toBe(200);
  expect(err()).toBe('');
});

test('an address cannot pose as others, and the health check is exempt', {timeout: 60_000}, async () => {
  const {url} = await startExample('express-app');
  const statuses = await Promise.all(
    Array.from({length: 120}, async (_, i) => {
      const headers = {'x-forwarded-for': `198.51.100.${i}`, forwarded: `for=198.51.100.${i}`};
      return (await fetch(`${url}/v1/orders`, {headers})).status;
    }),
  );
  // 20 at once, and 10 more for each second that these requests take: without an API key they end in a 401.
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(120);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  const health = await fetch(`${url}/health`);
  expect(await health.json()).toEqual({ok: true, store: 'ok'});
  expect(health.headers.has('ratelimit')).toBe(false);
});

test('behind a trusted proxy, clients are told apart', {timeout: 60_000}, async () => {
  const {url} = await startExample('express-app', {...ownStore(), TRUSTED_PROXIES: 'loopback'});
  const left = async (address: string): Promise<string | null> => {
    const response = await fetch(`${url}/v1/orders`, {headers: {'x-forwarded-for': address}});
    return response.headers.get('x-ratelimit-remaining');
  };
  expect([await left('198.51.100.1'), await left('198.51.100.2')]).toEqual(['19', '19']);
});

test('one export at a time: the slot is free again when it is done', {timeout: 60_000}, async () => {
  const {url} = await startExample('express-app');
  const exported = (): Promise<Response> => fetch(`${url}/v1/export`, {headers: PRO});
  const both = await Promise.all([exported(), exported()]);
  const [first, second] = both.sort((a, b) => a.status - b.status);
  expect([second!.status, await second!.json()]).toEqual([
    429,
    expect.objectContaining({limit: 'exports', scope: 'concurrency', capacity: 1}),
  ]);
  expect(await first!.text()).toBe('id,item\n1,anvil\n');
  // The slot goes back to the store behind the answer, far before its timeout of 30 s.
  let next = await exported();
  for (let i = 0; i < 500 && next.status === 429; i++) {
    await sleep(20);
    next = await exported();
  }
  expect(await next.text()).toBe('id,item\n1,anvil\n');
});

test('two processes share the limits, and state survives a restart', {timeout: 60_000}, async () => {
  const policy = folderWith({
    'ratectl.yaml': policyOf(
      '{name: hourly, key: "{tenant}", algorithm: fixed-window, limit: 3, window: 1h, align: first-hit}',
    ),
  });
  const env = {...ownStore(), RATE_LIMIT_POLICY: join(policy, 'ratectl.yaml')};
  const status = async ({url}: Example): Promise<number> =>
    (await fetch(`${url}/v1/orders`, {headers: FREE})).status;
  const [a, b] = await Promise.all([startExample('express-app', env), startExample('express-app', env)]);
  const statuses = await Promise.all(Array.from({length: 8}, (_, i) => status(i % 2 === 0 ? a : b)));
  expect(statuses.sort()).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
  a.child.kill('SIGTERM');
  expect(await once(a.child, 'exit')).toEqual([0, null]);
  expect(a.err()).toBe('');
  expect(await status(await startExample('express-app', env))).toBe(429);
});
