import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {reduced} from '../../../src/engine/arithmetic/rate.ts';
import {BucketSet} from '../../../src/engine/bucket-set.ts';
import {scaledMax, scaledSpec} from '../../../src/engine/control/scaled-spec.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {specOf} from '../../support/arbitraries.ts';
import {check} from '../../support/check.ts';
import {DAY, HOUR, MINUTE, S} from '../../support/instants.ts';
import {
  concurrencySpec,
  fixedWindowSpec,
  gcraSpec,
  leakyBucketSpec,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';

describe('a share of a bucket', () => {
  test.each<[string, AlgorithmSpec, number, Partial<Record<string, number>>]>([
    [
      '100/min with a burst of 20',
      tokenBucketSpec(100, MINUTE, 20),
      0.73,
      {count: 73, per: MINUTE, burst: 14},
    ],
    ['1/min: the period grows', tokenBucketSpec(1, MINUTE), 0.3, {count: 3, per: 10 * MINUTE, burst: 1}],
    ['a bucket that starts full still does', tokenBucketSpec(10, S, 10), 0.02, {burst: 1, initial: 1}],
    ['a bucket that starts empty', tokenBucketSpec(10, S, 10, {initial: 0}), 0.5, {burst: 5, initial: 0}],
    ['a bucket that starts half full', tokenBucketSpec(10, S, 10, {initial: 5}), 0.5, {burst: 5, initial: 2}],
    ['gcra', gcraSpec(1_000, HOUR, 50), 0.1, {count: 100, per: HOUR, burst: 5}],
    ['leaky bucket', leakyBucketSpec(10, S, 20, 8), 0.25, {count: 5, per: 2 * S, burst: 5, delayFrom: 2}],
    [
      'leaky bucket that delays nothing',
      leakyBucketSpec(10, S, 20),
      0.5,
      {delayFrom: Number.POSITIVE_INFINITY},
    ],
    [
      'leaky bucket, no slower than a thousandth of a request per second',
      leakyBucketSpec(60, HOUR, 20),
      0.01,
      {count: 1, per: 1_000 * S, burst: 0},
    ],
    ['fixed window', fixedWindowSpec(1_000, HOUR), 0.5, {limit: 500}],
    ['sliding window', slidingWindowSpec(10, MINUTE), 0.99, {limit: 9}],
    ['sliding log', slidingLogSpec(10, MINUTE), 0.01, {limit: 1}],
    ['concurrency', concurrencySpec(8, MINUTE), 0.5, {max: 4}],
  ])('%s', (_, spec, share, expected) => {
    expect(scaledSpec(spec, share)).toMatchObject(expected);
  });

  test('that is whole is the same object', () => {
    check(specOf(), (spec) => {
      expect(scaledSpec(spec, 1)).toBe(spec);
      expect(scaledSpec(spec, 0.996)).toBe(spec);
    });
  });

  const share = fc.integer({min: 1, max: 99}).map((percent) => percent / 100);

  test('has the shape of the whole, so that the rows of keys go on', () => {
    check(fc.tuple(specOf(), share), ([spec, share]) => {
      expect(new BucketSet([scaledSpec(spec, share)]).shape).toBe(new BucketSet([spec]).shape);
    });
  });

  test('lets at least one unit through, and never more than the whole', () => {
    check(fc.tuple(specOf(), share), ([spec, share]) => {
      const part = new BucketSet([scaledSpec(spec, share)]).buckets[0]!.algorithm.capacity;
      expect(part).toBeGreaterThanOrEqual(1);
      expect(part).toBeLessThanOrEqual(new BucketSet([spec]).buckets[0]!.algorithm.capacity);
    });
  });

  test('has exactly that share of the rate, in whole numbers', () => {
    const rate = fc.record({
      count: fc.integer({min: 1, max: 1_000_000}),
      per: fc.constantFrom(S, MINUTE, HOUR, DAY),
    });
    check(fc.tuple(rate, fc.integer({min: 1, max: 99})), ([{count, per}, percent]) => {
      const part = scaledSpec(gcraSpec(count, per, 10), percent / 100) as {count: number; per: number};
      expect(Number.isSafeInteger(part.count) && Number.isSafeInteger(part.per)).toBe(true);
      expect(BigInt(part.count) * BigInt(per) * 100n).toBe(
        BigInt(count) * BigInt(percent) * BigInt(part.per),
      );
    });
  });

  test.each<[string, AlgorithmSpec]>([
    ['997/min', tokenBucketSpec(997, MINUTE, 20)],
    ['99,991/s', tokenBucketSpec(99_991, S, 20)],
    [
      '7,919/min in steps of 10 s',
      tokenBucketSpec(7_919, MINUTE, 20, {refill: {kind: 'stepped', every: 10 * S}}),
    ],
  ])('of a token bucket of %s has a short period: a token, some steps or a second', (_, spec) => {
    check(fc.integer({min: 1, max: 99}), (percent) => {
      const part = scaledSpec(spec, percent / 100) as {count: number; per: number};
      const whole = spec as {count: number; per: number};
      const {count, period} = reduced(part.count, part.per);
      expect(count <= 200 || period <= 10 * S).toBe(true);
      const wanted = (whole.count / whole.per) * (percent / 100);
      expect(Math.abs(part.count / part.per / wanted - 1)).toBeLessThanOrEqual(0.005);
    });
  });

  test('of a rate that is then beyond what can be computed exactly is one that can', () => {
    const spec = tokenBucketSpec(7, 100 * DAY, 5_000_000);
    const part = scaledSpec(spec, 0.37);
    expect(part).toMatchObject({kind: 'token-bucket', burst: 1_850_000});
    expect(() => new BucketSet([part])).not.toThrow();
  });
});

test('of a number of slots a share is whole, and at least one', () => {
  expect([scaledMax(10, 1), scaledMax(10, 0.55), scaledMax(10, 0.01), scaledMax(1, 0.5)]).toEqual([
    10, 5, 1, 1,
  ]);
});
