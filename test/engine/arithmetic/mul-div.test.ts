import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {
  MAX_DIVISOR,
  MAX_QUOTIENT,
  mulAddDivCeil,
  mulDivCeil,
  mulDivFloor,
  remainderOf,
} from '../../../src/engine/arithmetic/mul-div.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

/** Whole numbers of every magnitude, and those next to the bounds. */
const whole = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc
      .integer({min: 0, max: Math.ceil(Math.log2(max))})
      .chain((bits) => fc.integer({min, max: Math.max(min, Math.min(max, 2 ** bits))})),
    fc.integer({min: Math.max(min, max - 3), max}),
  );

interface Division {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const inDomain = ({a, b, d}: Division): boolean => (BigInt(a) * BigInt(b)) / BigInt(d) < BigInt(MAX_QUOTIENT);

const MOST = Number.MAX_SAFE_INTEGER;

/** A quotient, and a factor that brings the product next to it from either side. */
const nearQuotient = fc
  .record({
    q: whole(0, MAX_QUOTIENT - 1),
    b: whole(1, MOST),
    d: whole(1, MAX_DIVISOR),
    c: whole(0, MAX_QUOTIENT - 1),
    off: fc.integer({min: -1, max: 1}),
  })
  .map(({q, b, d, c, off}) => ({a: Number((BigInt(q) * BigInt(d)) / BigInt(b)) + off, b, c, d}));

/** Products that are an exact multiple of the divisor, or one beside it: a = q·x, b = y, d = x·y. */
const exactMultiple = fc
  .record({
    q: whole(1, 2 ** 26),
    x: whole(1, 2 ** 25),
    y: whole(1, 2 ** 26),
    c: whole(0, MAX_QUOTIENT - 1),
    off: fc.integer({min: -1, max: 1}),
  })
  .map(({q, x, y, c, off}) => ({a: q * x + off, b: y, c, d: x * y}));

const divisions = fc
  .oneof(nearQuotient, exactMultiple)
  .filter((division) => division.a >= 0 && division.a <= MOST && inDomain(division));

const RUNS = {runs: 50_000};

describe('a × b ÷ d over the whole documented domain', () => {
  test('rounded down equals BigInt', () => {
    check(
      divisions,
      ({a, b, d}) => expect(mulDivFloor(a, b, d)).toBe(Number((BigInt(a) * BigInt(b)) / BigInt(d))),
      RUNS,
    );
  });

  test('rounded up equals BigInt', () => {
    check(
      divisions,
      ({a, b, d}) =>
        expect(mulDivCeil(a, b, d)).toBe(Number((BigInt(a) * BigInt(b) + BigInt(d) - 1n) / BigInt(d))),
      RUNS,
    );
  });

  test('rounded up with an addend equals BigInt', () => {
    check(
      divisions,
      ({a, b, c, d}) =>
        expect(mulAddDivCeil(a, b, c, d)).toBe(
          Number((BigInt(a) * BigInt(b) + BigInt(c) + BigInt(d) - 1n) / BigInt(d)),
        ),
      RUNS,
    );
  });

  test('the remainder is exact for quotients that are two off as well', () => {
    check(
      fc.tuple(divisions, fc.integer({min: -2, max: 2})),
      ([{a, b, d}, off]) => {
        const q = Number((BigInt(a) * BigInt(b)) / BigInt(d)) + off;
        const remainder = BigInt(a) * BigInt(b) - BigInt(q) * BigInt(d);
        if (q >= 0) expect(BigInt(remainderOf(a, b, q, d))).toBe(remainder);
      },
      RUNS,
    );
  });

  test('the example of the documentation: half a day of 1,234,567 per day', () => {
    expect(mulDivFloor(43_200_000_000, 1_234_567, 86_400_000_000)).toBe(617_283);
    expect(mulDivCeil(43_200_000_000, 1_234_567, 86_400_000_000)).toBe(617_284);
  });
});
