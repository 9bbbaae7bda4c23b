import {describe, expect, test} from 'vitest';
import {denialBody} from '../../../src/guard/http/answers.ts';
import {ProtectedDecision, refusalBy} from '../../../src/guard/protect/protected-decision.ts';

const NOW = 1_760_000_000_000_000;

const refused = (view: ReturnType<typeof refusalBy>): ProtectedDecision =>
  new ProtectedDecision(view, {
    priority: 'normal',
    waitedMs: 0,
    signal: new AbortController().signal,
    end: async () => undefined,
  });

/** Who refused, and what HTTP and JSON-RPC say of it. */
const ANSWERS = [
  {
    title: 'a full pool',
    view: refusalBy('concurrency', {name: 'api', capacity: 10, retryAfterMs: 1_200, now: NOW}),
    status: 429,
    type: 'quota-exceeded',
    detail: 'limit api allows 10 requests at the same time; try again in 2s',
    rpc: 'concurrency_limit',
  },
  {
    title: 'a breaker before a service',
    view: refusalBy('breaker', {name: 'payments', retryAfterMs: 59_001, now: NOW}),
    status: 503,
    type: 'temporary-reduced-capacity',
    detail: 'refused by breaker payments: it keeps failing; try again in 1m',
    rpc: 'circuit_breaker',
  },
  {
    title: 'the breaker of one client',
    view: refusalBy('breaker', {name: 'abuse', key: 'acme', retryAfterMs: 1_000, now: NOW}),
    status: 429,
    type: 'abnormal-usage-detected',
    detail: 'refused by breaker abuse: too many requests were refused or failed before; try again in 1s',
    rpc: 'circuit_breaker',
  },
  {
    title: 'a mode of degradation',
    view: refusalBy('degradation', {name: 'shed-low', retryAfterMs: 30_000, now: NOW}),
    status: 503,
    type: 'temporary-reduced-capacity',
    detail: 'requests of this priority are not served at present; try again in 30s',
    rpc: 'degraded',
  },
] as const;

describe.each(ANSWERS)('a refusal by $title', ({view, status, type, detail, rpc}) => {
  const decision = refused(view);

  test('over HTTP has its status, problem type, words and Retry-After', async () => {
    const response = decision.toResponse();
    const body = denialBody(decision);
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(String(Math.ceil(view.retryAfterMs / 1_000)));
    expect(await response.json()).toEqual({...body});
    expect(body.type).toBe(`https://iana.org/assignments/http-problem-types#${type}`);
    expect(body.detail).toBe(detail);
    expect(body.limit).toBe(view.limit);
  });

  test('in JSON-RPC has code −32000, its type and when to come back', () => {
    const {error, id} = decision.toJsonRpc(7);
    expect(id).toBe(7);
    expect(error.code).toBe(-32_000);
    expect(error.data).toMatchObject({type: rpc, limit: view.limit, retryAfterMs: view.retryAfterMs});
    expect(error.data.retryAfter).toBe(Math.ceil(view.retryAfterMs / 1_000));
  });

  test('never tells the key', () => {
    expect(JSON.stringify([denialBody(decision), decision.toJsonRpc(1)])).not.toContain('acme');
  });
});

test('a decision that is allowed is released once, with how the request ended', async () => {
  const ends: string[] = [];
  const decision = new ProtectedDecision(
    {...refusalBy('concurrency', {name: 'api', retryAfterMs: 0, now: NOW}), allowed: true},
    {
      priority: undefined,
      waitedMs: 3,
      signal: new AbortController().signal,
      end: async (outcome) => void ends.push(outcome),
    },
  );
  await decision.release('failure');
  await decision.release('success');
  expect(ends).toEqual(['failure']);
});
