import {Hono} from 'hono';
import {streamText} from 'hono/streaming';
import {describe, expect, test} from 'vitest';
import {honoLimiter} from '../../../src/guard/http/hono-limiter.ts';
import {CountingLimiter} from './counting-limiter.ts';
import {WaitingLimiter} from './waiting-limiter.ts';

describe('honoLimiter', () => {
  test('sets the headers on allowed answers and answers refusals', async () => {
    const app = new Hono().use(honoLimiter(new CountingLimiter(1))).get('/', (c) => c.json({hello: true}));
    const first = await app.request('/');
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual({hello: true});
    expect(first.headers.get('content-type')).toBe('application/json');
    expect(first.headers.get('ratelimit')).toBe('"per-ip";r=7;t=2');
    const second = await app.request('/');
    expect(second.status).toBe(429);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await second.json()).toMatchObject({limit: 'per-ip'});
  });

  test('asks with what the runtime and the application know', async () => {
    const limiter = new CountingLimiter();
    const app = new Hono()
      .use(honoLimiter(limiter, {attributes: (c) => ({tenant: c.req.raw.headers.get('x-tenant') ?? ''})}))
      .get('/v1/hello', (c) => c.text('hello'));
    const env = {incoming: {socket: {remoteAddress: '::ffff:203.0.113.7'}}};
    await app.request('/v1/hello?x', {headers: {'x-tenant': 'acme'}}, env);
    await app.request('/v1/hello');
    expect(limiter.asked.map(({attributes}) => attributes)).toMatchObject([
      {ip: '203.0.113.7', key: '203.0.113.7', path: '/v1/hello', tenant: 'acme'},
      {ip: undefined, tenant: ''},
    ]);
  });

  test('answers that fail, and those that are not found, have the headers, too', async () => {
    const app = new Hono()
      .use(honoLimiter(new CountingLimiter()))
      .get('/broken', () => {
        throw new Error('theirs');
      })
      .get('/redirect', (c) => c.redirect('/elsewhere'))
      .get('/foreign', () => Response.redirect('http://localhost/x'));
    app.onError((_error, c) => c.text('sorry', 500));
    for (const [path, status] of [
      ['/broken', 500],
      ['/missing', 404],
      ['/redirect', 302],
      ['/foreign', 302],
    ] as const) {
      const response = await app.request(path);
      expect([response.status, response.headers.get('x-ratelimit-limit')]).toEqual([status, '20']);
    }
  });

  test('what fails in the check goes to the error handler', async () => {
    const limiter = new CountingLimiter();
    limiter.error = new Error('broken');
    const app = new Hono().use(honoLimiter(limiter)).get('/', (c) => c.text('hello'));
    app.onError((error, c) => c.text(error.message, 500));
    const response = await app.request('/');
    expect([response.status, await response.text()]).toEqual([500, 'broken']);
  });

  test('the application can answer refusals itself', async () => {
    const app = new Hono().use(
      honoLimiter(new CountingLimiter(0), {
        onDenied: ({limit}) => new Response(limit ?? null, {status: 420}),
      }),
    );
    const response = await app.request('/');
    expect([response.status, await response.text()]).toEqual([420, 'per-ip']);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test('slots are given back when a HEAD request was answered: nobody reads its body', async () => {
    const limiter = new CountingLimiter();
    const app = new Hono().use(honoLimiter(limiter)).get('/', (c) => c.text('hello'));
    const response = await app.request('/', {method: 'HEAD'});
    expect([response.status, limiter.asked.length, limiter.held]).toEqual([200, 1, 0]);
  });

  test('the error handler hears nothing of clients that hang up while they wait', async () => {
    const heard: unknown[] = [];
    const app = new Hono().use(honoLimiter(new WaitingLimiter())).get('/', (c) => c.text('hello'));
    app.onError((error, c) => {
      heard.push(error);
      return c.text('broken', 500);
    });
    const gone = new AbortController();
    const answer = app.request(new Request('http://x/', {signal: gone.signal}));
    gone.abort();
    expect([(await answer).status, heard]).toEqual([499, []]);
  });

  test('slots are held while the answer is streamed, and given back by refusals', async () => {
    const limiter = new CountingLimiter(1);
    const app = new Hono().use(honoLimiter(limiter)).get('/', (c) =>
      streamText(c, async (stream) => {
        await stream.write('one ');
        await stream.write('two');
      }),
    );
    const response = await app.request('/');
    expect(limiter.held).toBe(1);
    expect(await response.text()).toBe('one two');
    expect(limiter.held).toBe(0);
    expect((await app.request('/')).status).toBe(429);
    expect(limiter.held).toBe(0);
  });
});
