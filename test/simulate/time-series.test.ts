import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {MOST_BUCKETS, TimeSeries} from '../../src/simulate/time-series.ts';

const SECOND = 1_000_000;

const seriesOf = (times: readonly number[]) => {
  const series = new TimeSeries();
  for (const t of times) series.add(t, true);
  return series.result();
};

describe('the series of a replay', () => {
  it('has no buckets for an empty trace', () => {
    expect(seriesOf([])).toEqual({bucketMs: 1, buckets: []});
  });

  it('counts allowed and denied apart', () => {
    const series = new TimeSeries();
    series.add(1_700_000_000 * SECOND, true);
    series.add(1_700_000_000 * SECOND, false);
    expect(series.result().buckets).toEqual([{t: '2023-11-14T22:13:20.000Z', allowed: 1, denied: 1}]);
  });

  it('widens its buckets until the span needs at most 120 of them', () => {
    expect(seriesOf([0, 119 * SECOND]).bucketMs).toBe(1_000);
    expect(seriesOf([0, 120 * SECOND]).bucketMs).toBe(10_000);
    expect(seriesOf([0, 119_000]).bucketMs).toBe(1);
  });

  it('spans from 1970 to 2255 without running out of memory', () => {
    expect(seriesOf([0, Number.MAX_SAFE_INTEGER]).buckets.length).toBe(2);
  });

  it('does not depend on the order of the requests', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 0, max: 1e12}), {maxLength: 60}), (times) => {
        const series = seriesOf(times);
        expect(series).toEqual(seriesOf([...times].reverse()));
        expect(series.buckets.length).toBeLessThanOrEqual(MOST_BUCKETS);
        expect(series.buckets.reduce((sum, {allowed}) => sum + allowed, 0)).toBe(times.length);
      }),
    );
  });
});
