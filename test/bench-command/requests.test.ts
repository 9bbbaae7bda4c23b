import {describe, expect, test} from 'vitest';
import {type Distribution, keyChooser} from '../../src/bench/key-chooser.ts';
import {requestAttributes} from '../../src/bench/request-attributes.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';

const drawn = (distribution: Distribution, keys: number, count = 20_000, index = 0): readonly number[] => {
  const next = keyChooser(distribution, keys, {seed: 7, index});
  return Array.from({length: count}, next);
};
const shareOf = (numbers: readonly number[], key: number): number =>
  numbers.filter((one) => one === key).length / numbers.length;

describe('keys', () => {
  test.each(['uniform', 'zipf', 'hot'] as const)('%s: within bounds, the same for the same seed', (kind) => {
    const numbers = drawn(kind, 100);
    expect(Math.min(...numbers)).toBe(1);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(100);
    expect(drawn(kind, 100)).toEqual(numbers);
    expect(drawn(kind, 100, 20_000, 1)).not.toEqual(numbers);
    expect(new Set(drawn(kind, 1))).toEqual(new Set([1]));
  });

  test('uniform: all alike', () => expect(shareOf(drawn('uniform', 10), 3)).toBeCloseTo(0.1, 1));
  test('zipf: the first of 1,000 gets 13.4 %', () =>
    expect(shareOf(drawn('zipf', 1_000), 1)).toBeCloseTo(0.134, 1));
  test('hot: one gets 90 %', () => expect(shareOf(drawn('hot', 1_000), 1)).toBeCloseTo(0.9, 1));
});

describe('requests', () => {
  const policyOf = (limits: string) => parsePolicy(`version: 1\nlimits:\n${limits}`, 'p.yaml').policy;

  test('have a value for every attribute that a key is made of', () => {
    const policy = policyOf(
      `  - {name: a, key: "{ip}", rate: 1/s}\n  - {name: b, key: "{tenant}:{user}", rate: 1/s}`,
    );
    expect(requestAttributes(policy, {})(300)).toEqual({
      key: 'bench-300',
      tenant: 'bench-300',
      user: 'bench-300',
      ip: '10.0.1.44',
    });
  });

  test('have what is given as it is given', () => {
    const policy = policyOf(`  - {name: a, key: "{tenant}", rate: 1/s}`);
    expect(requestAttributes(policy, {tenant: 'acme', plan: 'free'})(3)).toEqual({
      key: 'bench-3',
      tenant: 'acme',
      plan: 'free',
    });
  });

  test('of different numbers have different addresses', () => {
    const of = requestAttributes(policyOf(`  - {name: a, key: "{ip}", rate: 1/s}`), {});
    const seen = new Set([1, 255, 256, 65_535, 65_536, 16_000_000].map((n) => of(n)['ip']));
    expect(seen.size).toBe(6);
  });
});
