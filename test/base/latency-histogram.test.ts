import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {LatencyHistogram} from '../../src/base/latency-histogram.ts';

const of = (values: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

describe('a histogram of latencies', () => {
  test('without values everything is 0', () => {
    const empty = new LatencyHistogram();
    expect([empty.count, empty.mean, empty.max, empty.percentile(0.99)]).toEqual([0, 0, 0, 0]);
  });

  test('below 256 µs percentiles are exact', () => {
    const histogram = of(Array.from({length: 100}, (_, i) => i + 1));
    expect([0, 0.5, 0.9, 0.99, 1].map((share) => histogram.percentile(share))).toEqual([1, 50, 90, 99, 100]);
    expect(histogram.mean).toBe(50.5);
  });

  test('a percentile is that of the sorted values, at most 1 % above it and never below', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({min: 0, max: 2 ** 52}), {minLength: 1, maxLength: 200}),
        fc.double({min: 0, max: 1, noNaN: true}),
        (values, share) => {
          const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1]!;
          const told = of(values).percentile(share);
          expect(told).toBeGreaterThanOrEqual(exact);
          expect(told).toBeLessThanOrEqual(exact * (1 + 1 / 128));
        },
      ),
    );
  });

  test('histograms add up', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e9)), fc.array(fc.nat(1e9)), (a, b) => {
        const sum = of(a);
        sum.addAll(of(b));
        const all = of([...a, ...b]);
        expect([sum.count, sum.mean, sum.max, sum.percentile(0.5)]).toEqual([
          all.count,
          all.mean,
          all.max,
          all.percentile(0.5),
        ]);
      }),
    );
  });

  test('survives the way to another process, and adds up there', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e9)), fc.array(fc.nat(1e9)), (a, b) => {
        const sum = of(a);
        sum.addParts(structuredClone(of(b).parts()));
        const all = of([...a, ...b]);
        expect(sum.parts()).toEqual(all.parts());
        expect([sum.count, sum.mean, sum.max]).toEqual([all.count, all.mean, all.max]);
      }),
    );
  });

  test('counts what is not above a value', () => {
    const histogram = of([0, 5, 5, 100, 1_000, 1e6]);
    expect([-1, 0, 4, 5, 99, 100, 1_000, 1e7].map((us) => histogram.countUpTo(us))).toEqual([
      0, 1, 1, 3, 3, 4, 5, 6,
    ]);
  });
});
