import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createAlgorithm} from '../../src/engine/create-algorithm.ts';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';
import {shareOfLimit} from '../../src/guard/share-of-limit.ts';
import {check} from '../support/check.ts';

const CONTINUOUS = {kind: 'continuous'} as const;

describe('the share of one process', () => {
  test.each<[string, AlgorithmSpec, number, Partial<AlgorithmSpec>]>([
    [
      'alone it is all',
      {kind: 'gcra', count: 10, per: 1_000_000, burst: 5},
      1,
      {count: 10, per: 1_000_000, burst: 5},
    ],
    [
      'a rate that divides',
      {kind: 'gcra', count: 10, per: 1_000_000, burst: 5},
      2,
      {count: 5, per: 1_000_000, burst: 2},
    ],
    [
      'a rate that does not',
      {kind: 'gcra', count: 10, per: 1_000_000, burst: 5},
      3,
      {count: 10, per: 3_000_000, burst: 1},
    ],
    ['at least 1', {kind: 'sliding-log', limit: 2, window: 1_000_000}, 5, {limit: 1}],
    ['slots', {kind: 'concurrency', max: 10, timeout: 1}, 4, {max: 2}],
    [
      'an initial level',
      {kind: 'token-bucket', count: 1, per: 1_000_000, burst: 100, initial: 50, refill: CONTINUOUS},
      4,
      {count: 1, per: 4_000_000, burst: 25, initial: 12},
    ],
    [
      'a leak',
      {kind: 'leaky-bucket', count: 10, per: 1_000_000, burst: 9, delayFrom: Number.POSITIVE_INFINITY},
      5,
      {count: 2, burst: 1, delayFrom: Number.POSITIVE_INFINITY},
    ],
    [
      'a leak too slow to be divided keeps its pace',
      {kind: 'leaky-bucket', count: 1, per: 1_000_000_000, burst: 9, delayFrom: 0},
      5,
      {count: 1, per: 1_000_000_000, burst: 1},
    ],
  ])('%s', (_, spec, instances, share) => {
    expect(shareOfLimit(spec, instances)).toMatchObject(share);
  });

  test('can be computed, and is never more than the whole', () => {
    const rate = fc.record({
      count: fc.integer({min: 1, max: 1e6}),
      per: fc.constantFrom(1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000),
      burst: fc.integer({min: 1, max: 20_000}),
    });
    check(fc.tuple(rate, fc.integer({min: 1, max: 10_000})), ([numbers, instances]) => {
      for (const kind of ['gcra', 'token-bucket'] as const) {
        const spec: AlgorithmSpec =
          kind === 'gcra'
            ? {kind, ...numbers}
            : {kind, ...numbers, initial: numbers.burst, refill: CONTINUOUS};
        const share = shareOfLimit(spec, instances) as typeof spec;
        createAlgorithm(share);
        expect(share.burst).toBeLessThanOrEqual(spec.burst);
        expect(share.burst).toBeGreaterThanOrEqual(1);
        // Beyond 101 days per unit it cannot be computed exactly, and keeps its own pace.
        if (spec.per * instances < 2 ** 43)
          expect(share.count * spec.per * instances).toBe(spec.count * share.per);
        else expect(share.count / share.per).toBeLessThanOrEqual(spec.count / spec.per);
      }
    });
  });
});
