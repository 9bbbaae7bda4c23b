import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {DecisionView} from '../../../src/guard/decision-view.ts';
import {responseHeaders} from '../../../src/guard/http/response-headers.ts';
import {allowed, blocked, denied, layerOf, NOON} from './decisions.ts';
import {parseList} from './structured-list.ts';

const noonSeconds = NOON / 1_000_000;

describe('headers of a decision', () => {
  test('allowed answers say what is left, and when the key is as if never used', () => {
    expect(responseHeaders(allowed())).toEqual({
      'RateLimit-Policy': '"per-ip";q=20;w=2',
      RateLimit: '"per-ip";r=7;t=2',
      'X-RateLimit-Limit': '20',
      'X-RateLimit-Remaining': '7',
      'X-RateLimit-Reset': String(noonSeconds + 2),
    });
  });

  test('refusals say when to come back, in whole seconds rounded up', () => {
    expect(responseHeaders(denied())).toEqual({
      'Retry-After': '1',
      'RateLimit-Policy': '"per-ip";q=20;w=2',
      RateLimit: '"per-ip";r=0;t=1',
      'X-RateLimit-Limit': '20',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(noonSeconds + 2),
    });
  });

  test.each([
    [0, '1'],
    [1, '1'],
    [1_000, '1'],
    [1_001, '2'],
    [86_400_000, '86400'],
  ])('a wait of %d ms is Retry-After: %s', (retryAfterMs, expected) => {
    expect(responseHeaders(denied({retryAfterMs}))['Retry-After']).toBe(expected);
  });

  test('Retry-After is missing where waiting does not help, and t with it', () => {
    const headers = responseHeaders(blocked());
    expect(headers).not.toHaveProperty('Retry-After');
    expect(headers['RateLimit']).toBe('"per-ip";r=0');
  });

  test('all limits that count are told; a refusal names the state of the one that refused', () => {
    const layers = [
      layerOf({remaining: 0}),
      layerOf({name: 'per-tenant', capacity: 100, remaining: 40, windowMs: 60_000, resetAfterMs: 59_000}),
      layerOf({name: 'tried-out', shadow: true, remaining: 0}),
    ];
    const policies = '"per-ip";q=20;w=2, "per-tenant";q=100;w=60';
    const open = responseHeaders(allowed({layers}));
    expect(open['RateLimit-Policy']).toBe(policies);
    expect(open['RateLimit']).toBe('"per-ip";r=0;t=2, "per-tenant";r=40;t=59');
    const closed = responseHeaders(denied({layers}));
    expect(closed['RateLimit-Policy']).toBe(policies);
    expect(closed['RateLimit']).toBe('"per-ip";r=0;t=1');
  });

  test('slots are counted in concurrent requests and have no window', () => {
    const slots = layerOf({name: 'slots', capacity: 10, remaining: 4, windowMs: undefined});
    const headers = responseHeaders(allowed({limit: 'slots', scope: 'concurrency', layers: [slots]}));
    expect(headers['RateLimit-Policy']).toBe('"slots";q=10;qu="concurrent-requests"');
    expect(headers['RateLimit']).toBe('"slots";r=4');
  });

  test('a window below a second is told as a second: who keeps to that is never refused', () => {
    const headers = responseHeaders(allowed({layers: [layerOf({windowMs: 250})]}));
    expect(headers['RateLimit-Policy']).toBe('"per-ip";q=20;w=1');
  });

  test('no limit applied: nothing is told', () => {
    expect(responseHeaders(allowed({limit: undefined, layers: []}))).toEqual({});
  });

  test('a quota of a calendar month has no length that could be told', () => {
    const month = layerOf({name: 'month', capacity: 1_000, remaining: 4, windowMs: undefined});
    const headers = responseHeaders(allowed({limit: 'month', layers: [month]}));
    expect(headers['RateLimit-Policy']).toBe('"month";q=1000');
    expect(headers['RateLimit']).toBe('"month";r=4;t=2');
  });

  test('the store is lost and everything is allowed: nobody counts', () => {
    expect(responseHeaders(allowed({source: 'open'}))).toEqual({});
  });

  test('the store is lost and everything is refused: only when to come back', () => {
    const lost = denied({limit: undefined, layers: [], source: 'closed', retryAfterMs: 2_000});
    expect(responseHeaders(lost)).toEqual({'Retry-After': '2'});
  });
});

describe('options', () => {
  test('either family of headers, or none', () => {
    const names = (headers: ('ratelimit' | 'x-ratelimit')[]): string[] =>
      Object.keys(responseHeaders(denied(), {headers}));
    expect(names(['ratelimit'])).toEqual(['Retry-After', 'RateLimit-Policy', 'RateLimit']);
    expect(names(['x-ratelimit'])).toEqual([
      'Retry-After',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
    ]);
    expect(names([])).toEqual(['Retry-After']);
  });

  test('X-RateLimit-Reset as seconds from now', () => {
    expect(responseHeaders(allowed(), {xRateLimitReset: 'delta'})['X-RateLimit-Reset']).toBe('2');
  });

  test('partition keys are told only when asked for, as they are or hashed', () => {
    const pk = (key: string, partitionKey: 'omit' | 'hash' | 'plain'): unknown =>
      parseList(responseHeaders(allowed({key}), {partitionKey})['RateLimit']!)[0]!.params['pk'];
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 18);
    expect(pk('tenant', 'omit')).toBeUndefined();
    expect(pk('tenant', 'plain')).toEqual({bytes_hex: hex('tenant')});
    expect(pk('tenant', 'hash')).toEqual({bytes_hex: hash('tenant')});
    // 64 KB do not fit into a header.
    expect(pk('x'.repeat(65_536), 'plain')).toEqual({bytes_hex: hash('x'.repeat(65_536))});
  });
});

describe('whatever a limit or a key is called', () => {
  const text = fc.oneof(
    fc.string({unit: 'binary'}),
    fc.string({unit: fc.constantFrom('\r', '\n', '"', '\\', ';', ',', '%', 'é', '\u0000', '\ud800', 'a')}),
  );
  const number = fc.oneof(
    fc.double({noNaN: false}),
    fc.integer({min: 0, max: Number.MAX_SAFE_INTEGER}),
    fc.constantFrom(0, Number.POSITIVE_INFINITY, Number.NaN, -1),
  );
  const decision = fc
    .record({
      name: text,
      key: text,
      capacity: number,
      remaining: number,
      resetAfterMs: number,
      retryAfterMs: number,
      windowMs: fc.option(number, {nil: undefined}),
      isAllowed: fc.boolean(),
      never: fc.boolean(),
    })
    .map(({name, isAllowed, never, windowMs, ...rest}): DecisionView => {
      const layers = [layerOf({...rest, name, windowMs}), layerOf({name: 'other'})];
      return allowed({...rest, limit: name, layers, allowed: isAllowed, never: never && !isAllowed});
    });

  test('the fields are what Fetch accepts, and parse as structured fields that hold the name', () => {
    fc.assert(
      fc.property(decision, (any) => {
        const fields = responseHeaders(any, {partitionKey: 'plain'});
        const headers = new Headers(fields);
        for (const [name, value] of Object.entries(fields)) {
          expect(value).toMatch(/^[\x20-\x7e]*$/);
          expect(headers.get(name)).toBe(value);
        }
        for (const field of ['RateLimit-Policy', 'RateLimit']) {
          const [first] = parseList(fields[field]!);
          expect(decodeURIComponent(first!.item as string)).toBe(any.limit!.toWellFormed());
          for (const value of Object.values(first!.params).filter((param) => typeof param === 'number')) {
            expect(Number.isInteger(value) && value >= 0).toBe(true);
          }
        }
      }),
    );
  });

  test('two names never become one', () => {
    const item = (name: string): string =>
      responseHeaders(allowed({limit: name, layers: [layerOf({name})]}))['RateLimit']!;
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(a.toWellFormed() !== b.toWellFormed());
        expect(item(a)).not.toBe(item(b));
      }),
    );
    expect(item('a%41')).not.toBe(item('aA'));
  });
});
