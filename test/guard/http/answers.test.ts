import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {denialBody, toJsonRpcError, toResponse} from '../../../src/guard/http/answers.ts';
import {allowed, blocked, denied, layerOf} from './decisions.ts';

const lost = denied({limit: undefined, key: undefined, capacity: 0, layers: [], source: 'closed'});

describe('a refusal over HTTP', () => {
  test('names limit, tier, window, what is left and when it resets', async () => {
    const response = toResponse(denied({tier: 'free'}));
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too many requests',
      status: 429,
      detail: 'limit per-ip allows 20 per 2s; try again in 1s',
      'violated-policies': ['per-ip'],
      limit: 'per-ip',
      tier: 'free',
      scope: 'rate',
      capacity: 20,
      window: '2s',
      windowMs: 2_000,
      remaining: 0,
      never: false,
      retryAfterMs: 100,
      resetAfterMs: 2_000,
      resetAt: '2026-01-05T12:00:02.000Z',
    });
  });

  test('that waiting does not help is a 429 without Retry-After, or what was chosen', async () => {
    const response = toResponse(blocked());
    expect(response.status).toBe(429);
    expect(response.headers.has('retry-after')).toBe(false);
    const body = await response.json();
    expect(body).toMatchObject({never: true, retryAfterMs: null, capacity: 0});
    expect(body).toHaveProperty('detail', 'blocked by limit per-ip; waiting does not help');
    expect(toResponse(blocked(), {neverStatus: 403}).status).toBe(403);
    expect(toResponse(denied(), {neverStatus: 403}).status).toBe(429);
  });

  test('a cost above the capacity says so', () => {
    expect(denialBody(blocked({capacity: 20})).detail).toBe(
      'the request costs more than limit per-ip can ever hold (20); waiting does not help',
    );
  });

  test.each([
    [1, 'limit per-ip allows one request at a time; try again in 1s'],
    [10, 'limit per-ip allows 10 requests at the same time; try again in 1s'],
  ])('%d slots are counted as a person would', (capacity, detail) => {
    expect(denialBody(denied({scope: 'concurrency', capacity, layers: []})).detail).toBe(detail);
  });

  test('a lost store is not the client’s doing: 503', async () => {
    const response = toResponse(lost);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      'violated-policies': [],
      limit: null,
      resetAt: null,
    });
  });

  test('instants beyond what a date can hold are null', () => {
    for (const resetAfterMs of [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, 8.64e15])
      expect(denialBody(denied({resetAfterMs})).resetAt).toBeNull();
  });

  test('the key is nowhere in it', async () => {
    const response = toResponse(denied({key: 'secret-tenant'}));
    expect(await response.text()).not.toContain('secret-tenant');
    expect(JSON.stringify([...response.headers])).not.toContain('secret-tenant');
  });

  test('any name makes a body without a raw control character, which reads back as it was', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({unit: 'binary'}), async (name) => {
        const text = await toResponse(denied({limit: name, layers: [layerOf({name})]})).text();
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
        expect(JSON.parse(text)).toHaveProperty('limit', name);
      }),
    );
  });

  test('a decision that allowed is an empty 200 with its headers', async () => {
    const response = toResponse(allowed());
    expect(response.status).toBe(200);
    expect(response.headers.get('ratelimit')).toBe('"per-ip";r=7;t=2');
    expect(await response.text()).toBe('');
  });
});

describe('a refusal over JSON-RPC', () => {
  test('has code −32000, the id of the request and the facts', () => {
    expect(toJsonRpcError(denied({tier: 'free'}), 'call-7')).toEqual({
      jsonrpc: '2.0',
      id: 'call-7',
      error: {
        code: -32_000,
        message: 'rate limit exceeded (per-ip); try again in 1s',
        data: {
          type: 'rate_limit',
          limit: 'per-ip',
          tier: 'free',
          capacity: 20,
          window: '2s',
          windowMs: 2_000,
          remaining: 0,
          never: false,
          retryAfter: 1,
          retryAfterMs: 100,
          resetAfterMs: 2_000,
          resetAt: '2026-01-05T12:00:02.000Z',
        },
      },
    });
  });

  test.each([0, -1, '', 'a', null])('keeps the id %j', (id) => {
    expect(toJsonRpcError(denied(), id).id).toBe(id);
  });

  test('says what kind of refusal it is', () => {
    const typeOf = (...args: Parameters<typeof toJsonRpcError>): string =>
      toJsonRpcError(...args).error.data.type;
    expect(typeOf(denied())).toBe('rate_limit');
    expect(typeOf(denied({scope: 'concurrency'}))).toBe('concurrency_limit');
    expect(typeOf(lost)).toBe('unavailable');
    expect(typeOf(denied(), 1, 'circuit_breaker')).toBe('circuit_breaker');
  });

  test('waiting that does not help has no time', () => {
    const {error} = toJsonRpcError(blocked(), 1);
    expect(error.message).toBe('rate limit exceeded (per-ip); waiting does not help');
    expect(error.data).toMatchObject({never: true, retryAfter: null, retryAfterMs: null});
  });
});
