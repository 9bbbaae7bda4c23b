import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createSchedule, type ScheduleOptions} from '../../src/bench/schedule.ts';

const starts = (options: Partial<ScheduleOptions>, count: number): readonly number[] => {
  const schedule = createSchedule({arrivals: 'constant', rate: 1_000, seed: 1, index: 0, of: 1, ...options});
  return Array.from({length: count}, () => schedule.next());
};

describe('intended start times', () => {
  test('evenly spread ones are a period apart', () => {
    expect(starts({rate: 500}, 4)).toEqual([0, 2_000, 4_000, 6_000]);
  });

  test('do not drift: the millionth is where the rate puts it', () => {
    expect(starts({rate: 3}, 1_000_000).at(-1)).toBeCloseTo((999_999 * 1_000_000) / 3, 0);
  });

  test('of several processes interleave', () => {
    const both = [...starts({rate: 500, of: 2}, 3), ...starts({rate: 500, index: 1, of: 2}, 3)];
    expect(both.sort((a, b) => a - b)).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  test('of independent clients have the rate on average, and gaps that scatter as much', () => {
    const times = starts({arrivals: 'poisson', rate: 1_000}, 100_000);
    const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
    const mean = times.at(-1)! / times.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean).toBeGreaterThan(980);
    expect(mean).toBeLessThan(1_020);
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });

  test('never go back, and are the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('constant' as const, 'poisson' as const),
        fc.integer({min: 1, max: 1_000_000}),
        fc.nat(1_000_000),
        fc.integer({min: 0, max: 7}),
        (arrivals, rate, seed, index) => {
          const options = {arrivals, rate, seed, index, of: 8};
          const times = starts(options, 200);
          expect(times.every((at, i) => i === 0 || at >= times[i - 1]!)).toBe(true);
          expect(starts(options, 200)).toEqual(times);
        },
      ),
    );
  });

  test('of processes with the same seed are not the same', () => {
    const first = starts({arrivals: 'poisson', of: 2}, 50);
    expect(starts({arrivals: 'poisson', index: 1, of: 2}, 50)).not.toEqual(first);
  });
});
