import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import express from 'express';
import {afterEach, describe, expect, test} from 'vitest';
import {type ExpressLimiterOptions, expressLimiter} from '../../../src/guard/http/express-limiter.ts';
import {CountingLimiter} from './counting-limiter.ts';

type Options = ExpressLimiterOptions<express.Request, express.Response>;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

const listen = async (server: Server): Promise<string> => {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** An app with a limiter in front of `GET /hello`; `handler` replaces what answers. */
const appOf = async (
  limiter: CountingLimiter,
  options: Options = {},
  handler: express.RequestHandler = (_request, response) => void response.send('hello'),
): Promise<string> => {
  const app = express();
  app.use(express.json());
  app.use(expressLimiter(limiter, options));
  app.use('/v1', express.Router().all('/hello', handler));
  app.all('/hello', handler);
  const toJson: express.ErrorRequestHandler = (error, _request, response, _next) =>
    void response.status(500).json({failed: String(error)});
  app.use(toJson);
  return listen(createServer(app));
};

/** Waits until it is so: what follows a closed connection takes its time. */
const until = async (isSo: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !isSo(); i++) await sleep(10);
  expect(isSo()).toBe(true);
};

describe('expressLimiter', () => {
  test('sets the headers on allowed answers and answers refusals', async () => {
    const url = await appOf(new CountingLimiter(1));
    const first = await fetch(`${url}/hello`);
    expect(first.status).toBe(200);
    expect(await first.text()).toBe('hello');
    expect(first.headers.get('ratelimit')).toBe('"per-ip";r=7;t=2');
    expect(first.headers.get('x-ratelimit-limit')).toBe('20');
    const second = await fetch(`${url}/hello`);
    expect(second.status).toBe(429);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(second.headers.get('content-type')).toBe('application/problem+json');
    expect(await second.json()).toMatchObject({limit: 'per-ip', status: 429});
  });

  test('a refusal of HEAD has no body', async () => {
    const response = await fetch(`${await appOf(new CountingLimiter(0))}/hello`, {method: 'HEAD'});
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.text()).toBe('');
  });

  test('asks with address, method, host and the whole path, also below a router', async () => {
    const limiter = new CountingLimiter();
    const url = await appOf(limiter);
    await fetch(`${url}/v1/./%68ello?x=1`, {method: 'POST'});
    expect(limiter.asked).toEqual([
      {
        attributes: {
          ip: '127.0.0.1',
          key: '127.0.0.1',
          method: 'POST',
          path: '/v1/hello',
          host: new URL(url).host,
        },
        cost: 1,
      },
    ]);
  });

  test('takes attributes, cost, identity and what to skip from the application', async () => {
    const limiter = new CountingLimiter();
    const url = await appOf(limiter, {
      attributes: async (request) => ({tenant: request.get('x-tenant'), path: '/mine'}),
      cost: (request) => Number(request.query['n'] ?? 1),
      skip: (request) => request.path === '/v1/hello',
      identity: {
        trustedProxies: ['loopback'],
        clientId: {body: 'client', perAddress: Number.POSITIVE_INFINITY},
      },
    });
    const headers = {
      'x-tenant': 'acme',
      'x-forwarded-for': '203.0.113.7',
      'content-type': 'application/json',
    };
    await fetch(`${url}/hello?n=3`, {method: 'POST', headers, body: '{"client":"c-1"}'});
    const skipped = await fetch(`${url}/v1/hello`);
    expect(skipped.headers.has('ratelimit')).toBe(false);
    expect(limiter.asked).toHaveLength(1);
    expect(limiter.asked[0]).toMatchObject({
      attributes: {ip: '203.0.113.7', key: 'id:c-1', tenant: 'acme', path: '/mine'},
      cost: 3,
    });
  });

  test.each<[string, Options, unknown]>([
    ['the limiter', {}, new Error('broken')],
    ['the limiter, with null', {}, null],
    // Express takes these words for "skip the rest", not for an error.
    ['the limiter, with the word route', {}, 'route'],
    [
      'attributes',
      {
        attributes: () => {
          throw new Error('broken');
        },
      },
      undefined,
    ],
    ['attributes, later', {attributes: () => Promise.reject(new Error('broken'))}, undefined],
    [
      'cost',
      {
        cost: () => {
          throw new Error('broken');
        },
      },
      undefined,
    ],
    ['onDenied', {onDenied: () => Promise.reject(new Error('broken'))}, undefined],
  ])('a failure of %s goes to the error handler: no request hangs', async (_what, options, error) => {
    const limiter = new CountingLimiter(0);
    limiter.error = error;
    const response = await fetch(`${await appOf(limiter, options)}/hello`);
    expect(response.status).toBe(500);
    expect(((await response.json()) as {failed: string}).failed).toMatch(
      /^Error: (?:broken|rate limit check)/,
    );
  });

  test('a failure of the application is not passed to next twice', async () => {
    const limiter = new CountingLimiter();
    let calls = 0;
    const url = await appOf(limiter, {}, () => {
      calls++;
      throw new Error('theirs');
    });
    const response = await fetch(`${url}/hello`);
    expect(await response.json()).toEqual({failed: 'Error: theirs'});
    expect(calls).toBe(1);
    await until(() => limiter.held === 0);
  });

  test('the application can answer refusals itself', async () => {
    const url = await appOf(new CountingLimiter(0), {
      onDenied: (decision, _request, response) => void response.send(`later: ${decision.limit}`),
    });
    const response = await fetch(`${url}/hello`);
    expect([response.status, await response.text()]).toEqual([429, 'later: per-ip']);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test('a leaky bucket holds the request back', async () => {
    const limiter = new CountingLimiter();
    limiter.changes = {delayMs: 60};
    const began = performance.now();
    await fetch(`${await appOf(limiter)}/hello`);
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
  });

  test('works as it is for node:http', async () => {
    const limit = expressLimiter(new CountingLimiter(1));
    const server = createServer((request, response) =>
      limit(request, response, (error) => response.end(error === undefined ? 'on' : 'error')),
    );
    const url = await listen(server);
    expect(await (await fetch(url)).text()).toBe('on');
    expect((await fetch(url)).status).toBe(429);
  });
});

describe('slots of concurrency limits', () => {
  test('are held until the answer was sent', async () => {
    const limiter = new CountingLimiter();
    let finish = (): void => undefined;
    const url = await appOf(limiter, {}, (_request, response) => {
      response.write('begun');
      finish = () => void response.end();
    });
    const response = await fetch(`${url}/hello`);
    expect(limiter.held).toBe(1);
    finish();
    await response.text();
    await until(() => limiter.held === 0);
  });

  test('are given back by refusals', async () => {
    const limiter = new CountingLimiter(0);
    await fetch(`${await appOf(limiter)}/hello`);
    expect(limiter.held).toBe(0);
  });

  test('are given back when the client goes away before the answer', async () => {
    const limiter = new CountingLimiter();
    const url = new URL(await appOf(limiter, {}, () => undefined));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('GET /hello HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => limiter.held === 1);
    socket.destroy();
    await until(() => limiter.held === 0);
  });

  test('are given back when the client goes away during the check, and nothing runs for it', async () => {
    const limiter = new CountingLimiter();
    let open = (): void => undefined;
    limiter.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let ran = 0;
    const url = new URL(await appOf(limiter, {}, () => void ran++));
    let closed = 0;
    servers[0]!.on('connection', (connection) => connection.once('close', () => closed++));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('GET /hello HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => limiter.asked.length === 1);
    socket.destroy();
    // The server has to see it before the check ends.
    await until(() => closed === 1);
    open();
    await sleep(20);
    expect([limiter.held, ran]).toEqual([0, 0]);
  });
});
