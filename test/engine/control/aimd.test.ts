import {describe, expect, test} from 'vitest';
import {aimd} from '../../../src/engine/control/aimd.ts';

/** Netflix concurrency-limits without its rounding: the settings of AIMDLimit. */
const OPTIONS = {decrease: 0.9, increase: 1, min: 20, max: 200};

describe('additive increase, multiplicative decrease', () => {
  /** The facts that the tests of AIMDLimit state. */
  test.each<[string, number, {overloaded: boolean; inUse: number}, Partial<typeof OPTIONS>, number]>([
    ['adds one on success', 20, {overloaded: false, inUse: 10}, {}, 21],
    ['multiplies by the factor on a drop', 30, {overloaded: true, inUse: 0}, {}, 27],
    ['stays at the maximum', 21, {overloaded: false, inUse: 21}, {min: 0, max: 21}, 21],
    ['stays at the minimum', 20, {overloaded: true, inUse: 20}, {}, 20],
    ['does not grow while less than half is in use', 20, {overloaded: false, inUse: 9}, {}, 20],
    ['falls under overload however little is in use', 100, {overloaded: true, inUse: 0}, {}, 90],
  ])('%s', (_, limit, sample, options, expected) => {
    expect(aimd(limit, sample, {...OPTIONS, ...options})).toBeCloseTo(expected, 12);
  });

  test('is a sawtooth around a capacity, between decrease × and one step above it', () => {
    const capacity = 70;
    const seen: number[] = [];
    let limit = 200;
    for (let i = 0; i < 300; i++) {
      limit = aimd(limit, {overloaded: limit > capacity, inUse: limit}, OPTIONS);
      if (i > 50) seen.push(limit);
    }
    expect(Math.max(...seen)).toBeGreaterThan(capacity);
    expect(Math.max(...seen)).toBeLessThanOrEqual(capacity + 1);
    expect(Math.min(...seen)).toBeGreaterThan(capacity * 0.9);
    expect(Math.min(...seen)).toBeLessThanOrEqual((capacity + 1) * 0.9);
    /** Every fall is followed by rises of one step each, (capacity × 0.1) of them or one more. */
    const falls = seen.flatMap((value, i) => (i > 0 && value < seen[i - 1]! ? [i] : []));
    const periods = falls.slice(1).map((fall, i) => fall - falls[i]!);
    expect([...new Set(periods)].every((period) => period === 8 || period === 9)).toBe(true);
  });

  /** Chiu and Jain, figure 5: whatever the start, additive increase and multiplicative decrease end at equal parts. */
  test('shares a capacity equally in the end, whoever had more of it', () => {
    let [one, other] = [90, 10];
    const options = {...OPTIONS, min: 0};
    for (let i = 0; i < 2_000; i++) {
      const overloaded = one + other > 100;
      one = aimd(one, {overloaded, inUse: one}, options);
      other = aimd(other, {overloaded, inUse: other}, options);
    }
    expect(Math.abs(one - other)).toBeLessThan(0.01);
    expect(one + other).toBeGreaterThan(88);
  });
});
