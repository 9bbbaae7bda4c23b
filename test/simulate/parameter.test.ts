import {describe, expect, test} from 'vitest';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {describeLimit} from '../../src/simulate/describe-limit.ts';
import {findParameter} from '../../src/simulate/parameter.ts';

const limit = (yaml: string) => parsePolicy(`version: 1\nlimits: [{name: a, ${yaml}}]`, 'policy.yaml').policy;

describe('a number of a policy that --solve varies', () => {
  test.each([
    // What follows by default follows the new value; what was written stays.
    ['rate: 10/s', 'rate', 10, 'token bucket 20/s, burst 20'],
    ['rate: 10/s, burst: 30', 'rate', 10, 'token bucket 20/s, burst 30'],
    ['rate: 10/s, burst: 30, initial: 5', 'burst', 30, 'token bucket 10/s, burst 20, initial 5'],
    ['rate: 10/s, burst: 30, initial: 25', 'burst', 30, 'token bucket 10/s, burst 20'],
    ['rate: 10/s, refill: { every: 2s }', 'burst', 10, 'token bucket 10/s, burst 20, every 2s'],
    ['algorithm: gcra, rate: 10/s', 'rate', 10, 'GCRA 20/s, burst 20'],
    ['algorithm: gcra, rate: 10/s', 'burst', 10, 'GCRA 10/s, burst 20'],
    ['algorithm: fixed-window, limit: 3, window: 1m', 'limit', 3, 'fixed window 20/m'],
    [
      'algorithm: fixed-window, limit: 3, window: day, align: calendar',
      'limit',
      3,
      'fixed window 20 per calendar day (UTC)',
    ],
    ['algorithm: sliding-window, limit: 3, window: 10s', 'limit', 3, 'sliding window 20/10s'],
    ['algorithm: sliding-log, limit: 3, window: 1m', 'limit', 3, 'sliding log 20/m'],
    ['algorithm: leaky-bucket, rate: 10/s, nodelay: true', 'rate', 10, 'leaky bucket 20/s, burst 0, nodelay'],
    [
      'algorithm: leaky-bucket, rate: 10/s, burst: 3, delay: 2',
      'burst',
      3,
      'leaky bucket 10/s, burst 20, delay 2',
    ],
    ['algorithm: concurrency, max: 3', 'max', 3, 'concurrency 20, leases of 30s'],
  ])('%s: %s is %i, and 20 gives "%s"', (yaml, field, current, described) => {
    const parameter = findParameter(limit(yaml), `limit.a.${field}`);
    expect(parameter.current).toBe(current);
    expect(describeLimit(parameter.with(20).limits[0]!)).toBe(described);
  });

  test.each([
    ['rate: 10/s', 'limit.a.bursts', 'a token-bucket limit has no "bursts" (did you mean "burst"?)'],
    ['rate: 10/s', 'limit.a.constructor', 'it can be solved for rate or burst'],
    ['rate: 10/s', 'limit.b.rate', 'the policy has no limit "b"'],
    ['rate: 10/s', 'rate', 'expected limit.NAME.FIELD, got "rate"'],
    ['buckets: [{rate: 1/s}, {rate: 9/m}]', 'limit.a.rate', 'limit "a" has several buckets'],
  ])('%s has no %s', (yaml, path, message) => {
    expect(() => findParameter(limit(yaml), path)).toThrow(message);
  });
});
