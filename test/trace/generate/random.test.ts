import {describe, expect, test} from 'vitest';
import {Random, randomStream} from '../../../src/trace/generate/random.ts';
import {chiSquare, chiSquareLimit} from './chi-square.ts';

const draws = (random: Random, n: number): number[] => Array.from({length: n}, () => random.next32());

describe('xoshiro128**', () => {
  test('draws what the reference implementation draws from state 1, 2, 3, 4', () => {
    expect(draws(new Random([1, 2, 3, 4]), 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('the same seed and name give the same stream, another seed or name another one', () => {
    const first = draws(randomStream(42, 'arrivals'), 8);
    expect(draws(randomStream(42, 'arrivals'), 8)).toEqual(first);
    expect(draws(randomStream(43, 'arrivals'), 8)).not.toEqual(first);
    expect(draws(randomStream(42, 'client'), 8)).not.toEqual(first);
  });

  test.each([0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER])('seed %d gives a lively stream', (seed) => {
    expect(new Set(draws(randomStream(seed, ''), 100)).size).toBe(100);
  });

  test('fractions fill [0, 1) evenly', () => {
    const random = randomStream(1, 'fractions');
    const counts = new Array<number>(100).fill(0);
    for (let i = 0; i < 100_000; i++) counts[Math.floor(random.fraction() * 100)]!++;
    expect(
      chiSquare(
        counts,
        counts.map(() => 1000),
      ),
    ).toBeLessThan(chiSquareLimit(99));
  });
});
