import {describe, expect, test} from 'vitest';
import {randomStream} from '../../../src/trace/generate/random.ts';
import {Zipf} from '../../../src/trace/generate/zipf.ts';
import {chiSquare, chiSquareLimit} from './chi-square.ts';

const DRAWS = 200_000;

describe('Zipf ranks', () => {
  test.each([
    {n: 1, s: 1.1},
    {n: 2, s: 3},
    {n: 40, s: 0},
    {n: 40, s: 0.5},
    {n: 1000, s: 0.99},
    {n: 1000, s: 1}, // the integral becomes a logarithm
    {n: 1000, s: 1.1},
    {n: 1_000_000, s: 1.2},
    {n: 1000, s: 2.5},
  ])('n = $n, s = $s: frequencies fit k^-s', ({n, s}) => {
    const zipf = new Zipf(n, s, randomStream(7, `zipf ${n} ${s}`));
    const share = Array.from({length: n}, (_, i) => (i + 1) ** -s);
    const total = share.reduce((sum, x) => sum + x, 0);
    // Ranks that are rare share a last cell, so that every cell expects enough.
    const own = share.filter((x) => (x / total) * DRAWS >= 200).length;
    const expected = [...share.slice(0, own), share.slice(own).reduce((sum, x) => sum + x, 0)].map(
      (x) => (x / total) * DRAWS,
    );
    const observed = new Array<number>(own + 1).fill(0);
    let inRange = true;
    for (let i = 0; i < DRAWS; i++) {
      const rank = zipf.next();
      inRange &&= rank >= 1 && rank <= n;
      observed[Math.min(rank, own + 1) - 1]!++;
    }
    expect(inRange).toBe(true);
    if (expected.at(-1) === 0) {
      expected.pop();
      expect(observed.pop()).toBe(0);
    }
    if (n > 1) expect(chiSquare(observed, expected)).toBeLessThan(chiSquareLimit(expected.length - 1));
  });
});
