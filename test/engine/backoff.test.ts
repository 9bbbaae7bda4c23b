import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {backoffCap, backoffDelay} from '../../src/engine/backoff.ts';
import {check} from '../support/check.ts';
import {S} from '../support/instants.ts';

const SPEC = {first: S, most: 10 * S};

describe('backoff', () => {
  test.each([
    // failures in a row, full jitter at random 0, 0.5, 1, equal jitter at the same (s)
    {failures: 0, full: [0, 0, 0], equal: [0, 0, 0]},
    {failures: 1, full: [0, 0.5, 1], equal: [0.5, 0.75, 1]},
    {failures: 2, full: [0, 1, 2], equal: [1, 1.5, 2]},
    {failures: 4, full: [0, 4, 8], equal: [4, 6, 8]},
    {failures: 5, full: [0, 5, 10], equal: [5, 7.5, 10]},
    // 2^5000 is no number that can be computed with.
    {failures: 5_001, full: [0, 5, 10], equal: [5, 7.5, 10]},
  ])('after $failures failures waits $full s, or with a least wait $equal s', ({failures, full, equal}) => {
    const chances = [0, 0.5, 1];
    expect(chances.map((random) => backoffDelay(SPEC, 'full', failures, random) / S)).toEqual(full);
    expect(chances.map((random) => backoffDelay(SPEC, 'equal', failures, random) / S)).toEqual(equal);
  });

  test('waits as long as the other side asks, also beyond its own most', () => {
    expect(backoffDelay(SPEC, 'full', 1, 0.5, 3 * S)).toBe(3 * S);
    expect(backoffDelay(SPEC, 'full', 1, 0.5, 3_600 * S)).toBe(3_600 * S);
    expect(backoffDelay(SPEC, 'equal', 5, 1, 3 * S)).toBe(10 * S);
    expect(backoffDelay(SPEC, 'full', 1, 0, 0.5)).toBe(1);
  });

  test('is a whole number between half the cap, or nothing, and the cap', () => {
    const spec = fc.record({first: fc.integer({min: 0, max: 1e12}), most: fc.integer({min: 0, max: 1e13})});
    const random = fc.double({min: 0, max: 1, noNaN: true});
    check(fc.tuple(spec, fc.nat(3_000), random), ([drawn, failures, chance]) => {
      const cap = backoffCap(drawn, failures);
      expect(cap).toBeLessThanOrEqual(drawn.most);
      expect(cap).toBeLessThanOrEqual(backoffCap(drawn, failures + 1));
      for (const jitter of ['full', 'equal'] as const) {
        const delay = backoffDelay(drawn, jitter, failures, chance);
        expect(Number.isSafeInteger(delay)).toBe(true);
        expect(delay).toBeLessThanOrEqual(cap);
        expect(delay).toBeGreaterThanOrEqual(jitter === 'equal' ? cap / 2 : 0);
      }
    });
  });
});
