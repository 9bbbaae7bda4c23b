import {describe, expect, test} from 'vitest';
import {randomStream} from '../../../src/trace/generate/random.ts';
import {WeightedChoice} from '../../../src/trace/generate/weighted-choice.ts';
import {chiSquare, chiSquareLimit} from './chi-square.ts';

describe('weighted choice', () => {
  test.each([
    {weights: [1]},
    {weights: [1, 1, 1, 1]},
    {weights: [50, 30, 15, 5]},
    {weights: [0, 3, 0, 1, 96]},
    {weights: [0.001, 1, 10, 100, 1000, 0.5]},
  ])('$weights', ({weights}) => {
    const choice = new WeightedChoice(weights);
    const random = randomStream(3, 'weights');
    const counts = weights.map(() => 0);
    for (let i = 0; i < 100_000; i++) counts[choice.next(random)]!++;
    const total = weights.reduce((sum, w) => sum + w, 0);
    weights.forEach((weight, i) => {
      if (weight === 0) expect(counts[i]).toBe(0);
    });
    const some = weights.flatMap((weight, i) => (weight > 0 ? [i] : []));
    if (some.length === 1) return;
    const statistic = chiSquare(
      some.map((i) => counts[i]!),
      some.map((i) => (weights[i]! / total) * 100_000),
    );
    expect(statistic).toBeLessThan(chiSquareLimit(some.length - 1));
  });
});
