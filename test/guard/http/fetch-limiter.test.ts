import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {describe, expect, test} from 'vitest';
import {fetchLimiter, limitFetch} from '../../../src/guard/http/fetch-limiter.ts';
import {eventually} from '../support.ts';
import {CountingLimiter} from './counting-limiter.ts';
import {WaitingLimiter} from './waiting-limiter.ts';

const get = (path = '/', headers: Record<string, string> = {}): Request =>
  new Request(`http://api.example.com${path}`, {headers});

describe('fetchLimiter', () => {
  test('answers refusals and lets the rest go on', async () => {
    const guard = fetchLimiter(new CountingLimiter(1));
    expect(await guard(get())).toBeUndefined();
    const refused = await guard(get());
    expect(refused?.status).toBe(429);
    expect(refused?.headers.get('retry-after')).toBe('1');
  });

  test('asks with the address that the server tells', async () => {
    const limiter = new CountingLimiter();
    const guard = fetchLimiter<[{remote: string}]>(limiter, {
      peerAddress: (_request, info) => info.remote,
      identity: {trustedProxies: ['203.0.113.0/24']},
    });
    await guard(get('/a?b', {host: 'other', 'x-forwarded-for': '198.51.100.9'}), {remote: '203.0.113.7'});
    await guard(get('/%61'), {remote: 'pipe'});
    expect(limiter.asked.map(({attributes}) => attributes)).toEqual([
      {ip: '198.51.100.9', key: '198.51.100.9', method: 'GET', path: '/a', host: 'other'},
      {ip: undefined, key: undefined, method: 'GET', path: '/a', host: undefined},
    ]);
  });

  test('what fails in the check fails for the caller', async () => {
    const limiter = new CountingLimiter();
    limiter.error = new Error('broken');
    await expect(fetchLimiter(limiter)(get())).rejects.toThrow('broken');
  });
});

describe('limitFetch', () => {
  test('its answers have the headers, refused ones are not asked of the handler', async () => {
    let calls = 0;
    const handle = limitFetch((_request: Request, name: string) => {
      calls++;
      return new Response(`hello ${name}`);
    }, new CountingLimiter(1));
    const first = await handle(get(), 'Ada');
    expect([first.status, await first.text()]).toEqual([200, 'hello Ada']);
    expect(first.headers.get('ratelimit')).toBe('"per-ip";r=7;t=2');
    expect((await handle(get(), 'Ada')).status).toBe(429);
    expect(calls).toBe(1);
  });

  test('answers whose headers cannot be changed get them, too', async () => {
    const handle = limitFetch(
      () => Response.redirect('http://api.example.com/x', 303),
      new CountingLimiter(),
    );
    const answer = await handle(get());
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'http://api.example.com/x']);
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('7');
  });

  test('answers that cannot be copied go as they are', async () => {
    const handle = limitFetch(() => Response.error(), new CountingLimiter());
    expect((await handle(get())).type).toBe('error');
  });

  test('requests that are skipped are not touched', async () => {
    const answer = new Response('free');
    const limiter = new CountingLimiter(0);
    const handle = limitFetch(() => answer, limiter, {skip: ({url}) => url.endsWith('/health')});
    expect(await handle(get('/health'))).toBe(answer);
    expect(limiter.asked).toEqual([]);
  });

  test('slots are held until the body has been read', async () => {
    const limiter = new CountingLimiter();
    const handle = limitFetch(() => new Response('body', {status: 201}), limiter);
    const answer = await handle(get());
    expect([answer.status, limiter.held]).toEqual([201, 1]);
    expect(await answer.text()).toBe('body');
    expect(limiter.held).toBe(0);
  });

  test('slots are given back when there is no body, nobody reads it, or the handler fails', async () => {
    const limiter = new CountingLimiter();
    await limitFetch(() => new Response(null, {status: 204}), limiter)(get());
    expect(limiter.held).toBe(0);
    const unread = await limitFetch(() => new Response('body'), limiter)(get());
    await unread.body?.cancel();
    expect(limiter.held).toBe(0);
    const failing = limitFetch(() => Promise.reject(new Error('theirs')), limiter);
    await expect(failing(get())).rejects.toThrow('theirs');
    expect(limiter.held).toBe(0);
    const torn = new ReadableStream({pull: (controller) => controller.error(new Error('torn'))});
    const answer = await limitFetch(() => new Response(torn), limiter)(get());
    await expect(answer.text()).rejects.toThrow('torn');
    expect(limiter.held).toBe(0);
    await limitFetch(() => new Response('never'), new CountingLimiter(0))(get());
    expect(limiter.held).toBe(0);
  });

  test('slots are given back when a HEAD request was answered, and when the client hangs up before the body was read', async () => {
    const limiter = new CountingLimiter();
    const handle = limitFetch(() => new Response('body'), limiter);
    await handle(new Request('http://x/', {method: 'HEAD'}));
    expect(limiter.held).toBe(0);
    const gone = new AbortController();
    await handle(new Request('http://x/', {signal: gone.signal}));
    expect(limiter.held).toBe(1);
    gone.abort();
    expect(limiter.held).toBe(0);
    const before = new AbortController();
    const hungUp = limitFetch(() => {
      before.abort();
      return new Response('body');
    }, limiter);
    await hungUp(new Request('http://x/', {signal: before.signal}));
    expect(limiter.held).toBe(0);
  });

  test('slots are given back when the answer was dropped without a word', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const limiter = new CountingLimiter();
    const handle = limitFetch(() => new Response('body'), limiter);
    await (async () => {
      await handle(get());
    })();
    expect(limiter.held).toBe(1);
    await eventually(() => {
      collect();
      return limiter.held;
    }).toBe(0);
  });

  test('a client that hangs up while it waits is answered 499, which nobody reads', async () => {
    const limiter = new WaitingLimiter();
    const gone = new AbortController();
    const request = (): Request => new Request('http://x/', {signal: gone.signal});
    const answers = [
      limitFetch(() => new Response('body'), limiter)(request()),
      fetchLimiter(limiter)(request()),
    ];
    await eventually(() => limiter.waiting).toBe(2);
    gone.abort(new Error('hung up'));
    expect((await Promise.all(answers)).map((answer) => answer?.status)).toEqual([499, 499]);
  });

  test('a large body passes unchanged', async () => {
    const bytes = Uint8Array.from({length: 1_000_000}, (_, i) => i % 251);
    const handle = limitFetch(() => new Response(bytes), new CountingLimiter());
    expect(Buffer.compare(Buffer.from(await (await handle(get())).arrayBuffer()), bytes)).toBe(0);
  });
});
