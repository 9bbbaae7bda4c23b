import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {adaptedBackoff, failedShare} from '../../src/engine/adaptive-backoff.ts';
import {countCalls} from '../../src/engine/breaker-window.ts';
import {check} from '../support/check.ts';
import {MS, S} from '../support/instants.ts';

const SPEC = {first: 100 * MS, most: 20 * S};

describe('a backoff that adapts', () => {
  test.each([
    // failed share, the longest first wait in ms
    [0, 100],
    [0.5, 283],
    [1, 800],
  ])('a share of %d: %d ms', (share, ms) => {
    expect(Math.round(adaptedBackoff(SPEC, share).first / MS)).toBe(ms);
  });

  test('is never longer than the longest wait', () => {
    expect(adaptedBackoff({first: 5 * S, most: 20 * S}, 1)).toEqual({first: 20 * S, most: 20 * S});
  });

  test('a few attempts say nothing; it recovers as the window forgets', () => {
    const four = countCalls([], 10 * S, 0, {calls: 4, failures: 4});
    expect(failedShare(four, 10 * S, 0)).toBe(0);
    const five = countCalls(four, 10 * S, 0, {calls: 1, failures: 1});
    expect(failedShare(five, 10 * S, 0)).toBe(1);
    const after = countCalls(five, 10 * S, 5 * S, {calls: 5, failures: 0});
    expect(failedShare(after, 10 * S, 5 * S)).toBe(0.5);
    expect(failedShare(after, 10 * S, 10 * S)).toBe(0);
  });

  test('grows with the share, from once to eight times', () => {
    check(
      fc.tuple(fc.double({min: 0, max: 1, noNaN: true}), fc.double({min: 0, max: 1, noNaN: true})),
      ([a, b]) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map(
          (share) => adaptedBackoff(SPEC, share).first,
        );
        expect(less).toBeLessThanOrEqual(more!);
        expect(less).toBeGreaterThanOrEqual(SPEC.first);
        expect(more).toBeLessThanOrEqual(8 * SPEC.first);
      },
    );
  });
});
