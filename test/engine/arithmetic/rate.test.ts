import fc from 'fast-check';
import {expect, test} from 'vitest';
import {gcd} from '../../../src/engine/arithmetic/gcd.ts';
import {reduced} from '../../../src/engine/arithmetic/rate.ts';
import {check} from '../../support/check.ts';

const positive = fc.integer({min: 1, max: Number.MAX_SAFE_INTEGER});

test('the greatest common divisor divides both, and what is left has none', () => {
  check(fc.tuple(positive, positive), ([a, b]) => {
    const divisor = gcd(a, b);
    expect([a % divisor, b % divisor]).toEqual([0, 0]);
    expect(gcd(a / divisor, b / divisor)).toBe(1);
  });
});

test('a rate in lowest terms is the same rate', () => {
  expect(reduced(10, 1_000_000)).toEqual({count: 1, period: 100_000});
  check(fc.tuple(positive, positive), ([count, per]) => {
    const rate = reduced(count, per);
    expect(BigInt(rate.count) * BigInt(per)).toBe(BigInt(count) * BigInt(rate.period));
  });
});
