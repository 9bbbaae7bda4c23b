import {once} from 'node:events';
import {createServer, request as httpRequest, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import express, {type ErrorRequestHandler} from 'express';
import {afterEach, expect, test} from 'vitest';
import {expressLimiter} from '../../../src/guard/http/express-limiter.ts';
import {fetchLimiter, limitFetch} from '../../../src/guard/http/fetch-limiter.ts';
import {limitJsonRpc} from '../../../src/guard/http/limit-json-rpc.ts';
import {limitMcpTransport, type McpTransport} from '../../../src/guard/http/limit-mcp-transport.ts';
import {limitTools} from '../../../src/guard/http/limit-tools.ts';
import {createProtection} from '../../../src/guard/protect/create-protection.ts';
import type {Protection} from '../../../src/guard/protect/protection.ts';
import type {PolicyObject} from '../../../src/policy/given-policy.ts';
import {eventually} from '../support.ts';

const POLICY: PolicyObject = {
  version: 1,
  concurrency: {work: {max: 1, queue: 1, wait: '30s', lease: '30s'}},
  breakers: {pay: {when: {path: '/pay'}, failures: 2, rate: 'none', recovery: '60s'}},
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const protect = async (): Promise<Protection> => {
  const protection = await createProtection({policy: POLICY, store: 'memory:'});
  closing.push(() => protection.close());
  return protection;
};

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

interface Served {
  readonly url: string;
  /** Has `/slow` answer. */
  readonly finish: () => void;
}

/** An application that is as slow, and as broken, as the path says. */
const served = async (protection: Protection, errors: unknown[] = []): Promise<Served> => {
  const {promise: finished, resolve: finish} = Promise.withResolvers<void>();
  const app = express();
  app.use(expressLimiter(protection));
  app.get('/slow', async (_request, response) => {
    await finished;
    response.send('slow');
  });
  app.get('/pay', (_request, response) => {
    response.status(502).send('no');
  });
  app.get('/', (_request, response) => {
    response.send('ok');
  });
  const broken: ErrorRequestHandler = (error, _request, response, _next) => {
    errors.push(error);
    response.status(500).end();
  };
  app.use(broken);
  return {url: await listen(createServer(app)), finish};
};

const waiting = async (protection: Protection): Promise<number> =>
  (await protection.metrics()).queue[0]!.waiting;

const running = async (protection: Protection): Promise<number> =>
  (await protection.metrics()).concurrency[0]!.running;

test('express: one at a time, one waits, the third is refused with 429 and Retry-After', async () => {
  const protection = await protect();
  const {url, finish} = await served(protection);
  const slow = fetch(`${url}/slow`);
  await eventually(() => running(protection)).toBe(1);
  const waits = fetch(`${url}/`);
  await eventually(() => waiting(protection)).toBe(1);
  const refused = await fetch(`${url}/`);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({limit: 'work', scope: 'concurrency', capacity: 1});
  finish();
  expect([(await slow).status, (await waits).status]).toEqual([200, 200]);
});

test('express: statuses of 500 and more open the breaker of their path, which then answers 503', async () => {
  const {url} = await served(await protect());
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) statuses.push((await fetch(`${url}/pay`)).status);
  expect(statuses).toEqual([502, 502, 503]);
  expect((await fetch(`${url}/`)).status).toBe(200);
});

test('express: a client that hangs up leaves the queue, and its work is not begun', async () => {
  const protection = await protect();
  const heard: unknown[] = [];
  const {url, finish} = await served(protection, heard);
  const slow = fetch(`${url}/slow`);
  await eventually(() => running(protection)).toBe(1);
  const gone = httpRequest(`${url}/`);
  gone.on('error', () => undefined);
  gone.end();
  await eventually(() => waiting(protection)).toBe(1);
  gone.destroy();
  await eventually(() => waiting(protection)).toBe(0);
  finish();
  await (await slow).text();
  await eventually(() => running(protection)).toBe(0);
  expect((await protection.metrics()).performance).toMatchObject({succeeded: 1, abandoned: 1});
  expect(heard).toEqual([]);
});

test('express: a client that hangs up in the middle frees the slot, and counts for no breaker', async () => {
  const protection = await protect();
  const {url, finish} = await served(protection);
  for (let i = 0; i < 3; i++) {
    const cut = httpRequest(`${url}/slow`);
    cut.on('error', () => undefined);
    cut.end();
    await eventually(() => running(protection)).toBe(1);
    cut.destroy();
    await eventually(() => running(protection)).toBe(0);
  }
  expect((await protection.metrics()).performance).toMatchObject({failed: 0, abandoned: 3});
  finish();
});

test('fetch: the slot is held until the body was sent, and a handler that throws is a failure', async () => {
  const protection = await protect();
  const handler = limitFetch((request: Request) => {
    if (request.url.endsWith('/pay')) throw new Error('broken');
    return new Response('body');
  }, protection);
  const answer = await handler(new Request('http://x/'));
  expect(await running(protection)).toBe(1);
  await answer.text();
  expect(await running(protection)).toBe(0);
  for (let i = 0; i < 2; i++) await expect(handler(new Request('http://x/pay'))).rejects.toThrow('broken');
  expect((await handler(new Request('http://x/pay'))).status).toBe(503);
});

test('fetch: a body that fails is a failure, one that nobody reads to its end is not', async () => {
  const protection = await protect();
  const torn = (): Response =>
    new Response(new ReadableStream({pull: (controller) => controller.error(new Error('torn'))}));
  const handler = limitFetch(torn, protection);
  await expect((await handler(new Request('http://x/'))).text()).rejects.toThrow('torn');
  const unread = await limitFetch(() => new Response('body'), protection)(new Request('http://x/'));
  await unread.body?.cancel();
  expect((await protection.metrics()).performance).toMatchObject({failed: 1, abandoned: 1, running: 0});
});

test('fetchLimiter is no guard for a protection: its slots would never be given back', async () => {
  const protection = await protect();
  expect(() => fetchLimiter(protection)).toThrow(
    'fetchLimiter: a protection has to be told how requests end',
  );
});

test('tools: a call that is cancelled leaves the queue', async () => {
  const protection = await protect();
  const running = await protection.check({path: '/'});
  const {slow} = limitTools(
    {slow: async (_args: unknown, _extra: {readonly signal: AbortSignal}) => 'done'},
    protection,
  );
  const gone = new AbortController();
  const call = slow({}, {signal: gone.signal});
  await eventually(() => waiting(protection)).toBe(1);
  gone.abort(new Error('cancelled'));
  await expect(call).rejects.toThrow('cancelled');
  await eventually(() => waiting(protection)).toBe(0);
  await running.release();
});

test('MCP: a call that is cancelled leaves the queue, and nothing is answered', async () => {
  const protection = await protect();
  const running = await protection.check({path: '/'});
  const answered: unknown[] = [];
  const wire: McpTransport = {
    onerror: (error) => answered.push(error),
    send: async (message) => void answered.push(message),
  };
  const limited = limitMcpTransport(wire, protection);
  limited.onmessage = (message) => void answered.push(message);
  const say = wire.onmessage as unknown as (message: unknown) => void;
  say({jsonrpc: '2.0', id: 7, method: 'tools/call', params: {name: 'slow'}});
  await eventually(() => waiting(protection)).toBe(1);
  const cancelled = {jsonrpc: '2.0', method: 'notifications/cancelled', params: {requestId: 7}};
  say(cancelled);
  await eventually(() => waiting(protection)).toBe(0);
  expect(answered).toEqual([cancelled]);
  await running.release();
});

test('JSON-RPC: refusals of pools are concurrency_limit, errors of the handler failures', async () => {
  const protection = await protect();
  let finish: (value: unknown) => void = () => undefined;
  const handler = limitJsonRpc(
    (message) => new Promise((resolve) => (finish = () => resolve(message))),
    protection,
  );
  const call = (id: number): unknown => ({jsonrpc: '2.0', id, method: 'tools/call', params: {name: 'x'}});
  const first = handler(call(1), {});
  await eventually(() => running(protection)).toBe(1);
  const second = handler(call(2), {});
  await eventually(async () => (await protection.metrics()).queue[0]!.waiting).toBe(1);
  expect(await handler(call(3), {})).toMatchObject({
    id: 3,
    error: {code: -32_000, data: {type: 'concurrency_limit', limit: 'work'}},
  });
  finish(1);
  await first;
  await eventually(() => running(protection)).toBe(1);
  finish(2);
  await second;
  expect((await protection.metrics()).performance).toMatchObject({succeeded: 2, refused: {concurrency: 1}});
});
