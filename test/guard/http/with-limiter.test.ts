import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import express from 'express';
import {Hono} from 'hono';
import {afterEach, describe, expect, test} from 'vitest';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import {expressLimiter} from '../../../src/guard/http/express-limiter.ts';
import {limitFetch} from '../../../src/guard/http/fetch-limiter.ts';
import {honoLimiter} from '../../../src/guard/http/hono-limiter.ts';
import {limitJsonRpc} from '../../../src/guard/http/limit-json-rpc.ts';
import type {Limiter} from '../../../src/guard/limiter.ts';
import {until} from '../support.ts';
import {parseList} from './structured-list.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const limiterOf = async (...limits: object[]): Promise<Limiter> => {
  const limiter = await createLimiter({policy: {version: 1, limits}, store: 'memory:'});
  closing.push(() => limiter.close());
  return limiter;
};

const tooFast = {
  name: 'per-tenant',
  key: '{tenant}',
  algorithm: 'fixed-window',
  limit: 2,
  window: '1h',
  align: 'first-hit',
};
const byTenant = {tenant: 'acme'};

describe('with a real limiter', () => {
  test('Express: allowed, refused, and another key allowed', async () => {
    const limiter = await limiterOf(tooFast);
    const app = express();
    app.use(expressLimiter(limiter, {attributes: ({headers}) => ({tenant: String(headers['x-tenant'])})}));
    app.get('/', (_request, response) => void response.send('hello'));
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const get = (tenant: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {headers: {'x-tenant': tenant}});
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await get('acme')).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await get('acme');
    expect(await refused.json()).toMatchObject({
      limit: 'per-tenant',
      window: '1h',
      capacity: 2,
      remaining: 0,
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_590);
    expect((await get('umbrella')).headers.get('ratelimit-policy')).toBe('"per-tenant";q=2;w=3600');
  });

  test('Hono: what is left counts down in the headers', async () => {
    const limiter = await limiterOf(tooFast, {name: 'all', key: 'all', rate: '100/s'});
    const app = new Hono()
      .use(honoLimiter(limiter, {attributes: () => byTenant}))
      .get('/', (c) => c.text('hello'));
    const left: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const response = await app.request('/');
      const [tenant, all] = parseList(response.headers.get('ratelimit')!);
      left.push([response.status, tenant?.params['r'], all?.item]);
    }
    // A refusal names the limit that refused.
    expect(left).toEqual([
      [200, 1, 'all'],
      [200, 0, 'all'],
      [429, 0, undefined],
    ]);
  });

  test('slots: as many answers at a time as there are slots', async () => {
    const limiter = await limiterOf({
      name: 'slots',
      key: 'all',
      algorithm: 'concurrency',
      max: 1,
      timeout: '30s',
    });
    const handle = limitFetch(() => new Response('body'), limiter);
    const request = (): Promise<Response> => handle(new Request('http://localhost/'));
    const first = await request();
    expect(first.headers.get('ratelimit-policy')).toBe('"slots";q=1;qu="concurrent-requests"');
    const second = await request();
    expect([second.status, await second.json()]).toEqual([
      429,
      expect.objectContaining({limit: 'slots', scope: 'concurrency', window: null}),
    ]);
    expect(await first.text()).toBe('body');
    await until(async () => (await limiter.peek({})).allowed);
    const third = await request();
    expect(third.status).toBe(200);
    await third.text();
  });

  test('a leaky bucket with a delay holds requests back', async () => {
    const limiter = await limiterOf({
      name: 'leaky',
      key: 'all',
      algorithm: 'leaky-bucket',
      rate: '20/s',
      burst: 5,
    });
    const handle = limitFetch(() => new Response(), limiter);
    const began = performance.now();
    await Promise.all(Array.from({length: 3}, () => handle(new Request('http://localhost/'))));
    expect(performance.now() - began).toBeGreaterThanOrEqual(95);
  });

  test('JSON-RPC: limits per tool', async () => {
    const limiter = await limiterOf({...tooFast, key: '{tool}:{key}'});
    const handle = limitJsonRpc(() => 'ok', limiter);
    const call = (name: string): Promise<unknown> =>
      handle({jsonrpc: '2.0', id: 1, method: 'tools/call', params: {name}}, {});
    expect([await call('a'), await call('a'), await call('b')]).toEqual(['ok', 'ok', 'ok']);
    expect(await call('a')).toMatchObject({
      id: 1,
      error: {code: -32_000, data: {type: 'rate_limit', limit: 'per-tenant', tier: null, window: '1h'}},
    });
  });

  test('requests without an address are said once, where a limit needs one', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    closing.push(() => process.off('warning', onWarning));
    const app = new Hono().use(honoLimiter(await limiterOf(tooFast))).get('/', (c) => c.text('hello'));
    await app.request('/');
    await sleep(5);
    expect(warnings).toEqual([]);
    const perIp = {name: 'per-ip', key: 'v1:{ip}', rate: '1/s'};
    const limited = new Hono()
      .use(honoLimiter(await limiterOf(tooFast, perIp)))
      .get('/', (c) => c.text('hello'));
    for (let i = 0; i < 3; i++) expect((await limited.request('/')).status).toBe(200);
    await sleep(5);
    expect(warnings.map(({message}) => message)).toEqual([
      expect.stringMatching(
        /^a request has no client address: limits by \{ip\} or \{key\} \(per-ip\) skip it; /,
      ),
    ]);
  });

  test('a limit whose attribute is missing is skipped: nothing is told of it', async () => {
    const limiter = await limiterOf(tooFast);
    const answer = await limitFetch(() => new Response(), limiter)(new Request('http://localhost/'));
    expect([...answer.headers.keys()].filter((name) => name.includes('rate'))).toEqual([]);
  });
});
