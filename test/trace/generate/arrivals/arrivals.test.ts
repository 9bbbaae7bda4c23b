import {describe, expect, test} from 'vitest';
import type {ArrivalTimes} from '../../../../src/trace/generate/arrivals/arrival-times.ts';
import {BurstArrivals} from '../../../../src/trace/generate/arrivals/burst.ts';
import {ConstantArrivals} from '../../../../src/trace/generate/arrivals/constant.ts';
import {DiurnalArrivals} from '../../../../src/trace/generate/arrivals/diurnal.ts';
import {PoissonArrivals} from '../../../../src/trace/generate/arrivals/poisson.ts';
import {randomStream} from '../../../../src/trace/generate/random.ts';

const SECOND = 1e6;
const HOUR = 3600 * SECOND;
const perSecond = (count: number) => ({count, period: SECOND});
const random = () => randomStream(5, 'test');

const until = (arrivals: ArrivalTimes, end: number): number[] => {
  const times: number[] = [];
  for (let t = arrivals.next(); t < end; t = arrivals.next()) times.push(t);
  return times;
};

describe('every process', () => {
  const bursts = {size: 100, every: 10 * SECOND, spread: SECOND};
  test.each<[string, ArrivalTimes]>([
    ['constant', new ConstantArrivals(perSecond(300))],
    ['poisson', new PoissonArrivals(perSecond(300), random())],
    ['diurnal', new DiurnalArrivals(perSecond(300), perSecond(0), 60 * SECOND, 0, random())],
    ['burst', new BurstArrivals(perSecond(300), bursts, random())],
    ['burst at one instant', new BurstArrivals(perSecond(300), {...bursts, spread: 0}, random())],
    ['burst without a pause', new BurstArrivals(perSecond(300), {...bursts, spread: 10 * SECOND}, random())],
  ])('%s: whole microseconds that never go back', (_, arrivals) => {
    const times = until(arrivals, 120 * SECOND);
    expect(times.length).toBeGreaterThan(10_000);
    expect(times.every((t, i) => Number.isInteger(t) && t >= (times[i - 1] ?? 0))).toBe(true);
  });
});

describe('constant', () => {
  test('3/s does not drift', () => {
    const times = until(new ConstantArrivals(perSecond(3)), 1000 * SECOND);
    expect(times.slice(0, 4)).toEqual([0, 333_333, 666_666, 1_000_000]);
    expect(times[2997]).toBe(999 * SECOND);
    expect(times).toHaveLength(3000);
  });
});

describe('poisson', () => {
  const times = until(new PoissonArrivals(perSecond(100), random()), 1000 * SECOND);

  test('the mean is the rate', () => {
    // 100,000 ± 4 √100,000
    expect(Math.abs(times.length - 100_000)).toBeLessThan(1265);
  });

  test('counts per second vary as much as their mean', () => {
    const counts = new Array<number>(1000).fill(0);
    for (const t of times) counts[Math.floor(t / SECOND)]!++;
    const mean = times.length / 1000;
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / 999;
    expect(variance / mean).toBeGreaterThan(0.85);
    expect(variance / mean).toBeLessThan(1.15);
  });

  test('a share of 1/e of the gaps is longer than the mean', () => {
    const long = times.filter((t, i) => t - (times[i - 1] ?? 0) > 10_000).length;
    expect(long / times.length).toBeCloseTo(Math.exp(-1), 2);
  });
});

describe('diurnal', () => {
  const hours = (start: number): number[] => {
    const arrivals = new DiurnalArrivals(perSecond(9), perSecond(1), 24 * HOUR, start, random());
    const counts = new Array<number>(24).fill(0);
    for (const t of until(arrivals, 24 * HOUR)) counts[Math.floor(((start + t) % (24 * HOUR)) / HOUR)]!++;
    return counts;
  };

  test.each([0, 20_458 * 24 * HOUR, 20_458 * 24 * HOUR + 13 * HOUR])(
    'started at %d µs: each hour fits the sine',
    (start) => {
      const counts = hours(start);
      counts.forEach((count, hour) => {
        const middle = (hour + 0.5) / 24 - 1 / 6;
        const expected = 3600 * (5 - 4 * Math.cos(2 * Math.PI * middle));
        expect(Math.abs(count - expected)).toBeLessThan(4.5 * Math.sqrt(expected) + 0.01 * expected);
      });
      expect(counts.reduce((sum, n) => sum + n, 0) / 86_400).toBeCloseTo(5, 1);
    },
  );
});

describe('burst', () => {
  test('size requests every interval, on top of the base', () => {
    const arrivals = new BurstArrivals(
      perSecond(10),
      {size: 500, every: 60 * SECOND, spread: SECOND},
      random(),
    );
    const counts = new Array<number>(300).fill(0);
    for (const t of until(arrivals, 300 * SECOND)) counts[Math.floor(t / SECOND)]!++;
    const loud = counts.flatMap((n, second) => (n > 100 ? [second] : []));
    expect(loud).toEqual([60, 120, 180, 240]);
    for (const second of loud) expect(Math.abs(counts[second]! - 510)).toBeLessThan(16);
    const quiet = counts.filter((n) => n <= 100).reduce((sum, n) => sum + n, 0);
    expect(Math.abs(quiet - 2960)).toBeLessThan(220);
  });
});
