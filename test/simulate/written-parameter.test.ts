import {describe, expect, test} from 'vitest';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {describeLimit} from '../../src/simulate/describe-limit.ts';
import {findParameter} from '../../src/simulate/parameter.ts';
import {solve} from '../../src/simulate/solve.ts';

const load = (limit: string) => parsePolicy(`version: 1\nlimits: [{name: a, ${limit}}]`, 'policy.yaml');

const parameterOf = (limit: string, field: string) => {
  const loaded = load(limit);
  return findParameter(loaded.policy, `limit.a.${field}`, loaded);
};

describe('a number that --solve varies in the text of a policy', () => {
  test.each([
    // What the text leaves to the default follows; what it says stays, also where it equals the default.
    ['rate: 5/s', 'rate', 15, 'rate: 15/s'],
    ['rate: 5/s, burst: 5', 'rate', 15, 'rate: 15/s, burst: 5'],
    ['algorithm: gcra, rate: 5/s, burst: 5', 'rate', 15, 'algorithm: gcra, rate: 15/s, burst: 5'],
    ['rate: 5/s, burst: 5, initial: 5', 'burst', 9, 'rate: 5/s, burst: 9, initial: 5'],
    ['rate: 5/s', 'burst', 9, 'rate: 5/s, burst: 9'],
    ['rate: 1.67/s', 'rate', 15, 'rate: 15/s'],
    ['rate: 20/10s', 'rate', 15, 'rate: 15/10s'],
    ['rate: { count: 167, per: 100s }', 'rate', 200, 'rate: { count: 200, per: 100s }'],
    ['buckets: [{ rate: 5/s, burst: 5 }]', 'rate', 15, 'buckets: [{ rate: 15/s, burst: 5 }]'],
    ['<<: { rate: 5/s, burst: 5 }', 'rate', 15, 'rate: 15/s, burst: 5'],
    [
      'algorithm: sliding-window, limit: 3, window: 1m, overrides: { vip: { window: 1h } }',
      'limit',
      8,
      'algorithm: sliding-window, limit: 8, window: 1m, overrides: { vip: { window: 1h } }',
    ],
    [
      'rate: 5/s, burst: 5, overrides: { vip: { burst: 50 }, other: { rate: 1/s } }',
      'rate',
      15,
      'rate: 15/s, burst: 5, overrides: { vip: { burst: 50 }, other: { rate: 1/s } }',
    ],
  ])('%s: with %s %i it is "%s"', (limit, field, value, written) => {
    expect(parameterOf(limit, field).with(value)).toEqual(load(written).policy);
  });

  test('a bucket that limits share by an alias is changed in one of them', () => {
    const text = 'version: 1\nlimits: [{name: a, buckets: [&b {rate: 5/s}]}, {name: b, buckets: [*b]}]';
    const loaded = parsePolicy(text, 'policy.yaml');
    const {limits} = findParameter(loaded.policy, 'limit.b.rate', loaded).with(7);
    expect(limits.map(describeLimit)).toEqual(['token bucket 5/s, burst 5', 'token bucket 7/s, burst 7']);
  });

  test('is read from JSON, too', () => {
    const loaded = parsePolicy(
      '{"version": 1, "limits": [{"name": "a", "rate": "5/s", "burst": 5}]}',
      'p.json',
    );
    const {limits} = findParameter(loaded.policy, 'limit.a.rate', loaded).with(7);
    expect(limits.map(describeLimit)).toEqual(['token bucket 7/s, burst 5']);
  });

  test.each([
    ['rate: 10/s', 'rate', 10],
    ['rate: 1.67/s', 'rate', 2],
    ['rate: { count: 167, per: 100s }', 'rate', 167],
    ['rate: 1.67/s', 'burst', 2],
    ['algorithm: concurrency, max: 3', 'max', 3],
  ])('of %s the %s is %i to begin with', (limit, field, current) => {
    expect(parameterOf(limit, field).current).toBe(current);
  });

  test.each([
    ['algorithm: concurrency, max: 3', 'max', 1_000_000, 1_000_001],
    ['rate: 5/s, burst: 50, initial: 40', 'burst', 40, 39],
  ])('%s: %s may be %i, but not %i', (limit, field, allowed, refused) => {
    const parameter = parameterOf(limit, field);
    expect([parameter.allows(allowed), parameter.allows(refused)]).toEqual([true, false]);
  });
});

describe('solving among the values that a policy may have', () => {
  const trials = (smallest: number) => async (value: number) => ({actual: value, pass: value >= smallest});

  test('tries the largest of them before it gives up', async () => {
    const {value, tried} = await solve(3, trials(2_000_000), (tried) => tried <= 1_000_000);
    expect(value).toBeNull();
    expect(tried.at(-1)).toEqual({value: 1_000_000, actual: 1_000_000, pass: false});
  });

  test('finds the smallest that passes near the largest', async () => {
    const {value} = await solve(3, trials(999_999), (tried) => tried <= 1_000_000);
    expect(value).toBe(999_999);
  });

  test('tries none that is too small', async () => {
    const {value, tried} = await solve(50, trials(1), (tried) => tried >= 40);
    expect(value).toBe(40);
    expect(tried.every((trial) => trial.value >= 40)).toBe(true);
  });
});
