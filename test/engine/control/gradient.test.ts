import {describe, expect, test} from 'vitest';
import {
  type GradientOptions,
  type GradientState,
  gradient,
  gradientOf,
  type LongAverage,
  NO_AVERAGE,
  squareRootQueue,
  withSample,
} from '../../../src/engine/control/gradient.ts';

/** As Gradient2Limit is built by default, but for the smallest limit. */
const OPTIONS: GradientOptions = {
  tolerance: 1.5,
  smoothing: 0.2,
  longWindow: 600,
  queue: () => 4,
  min: 1,
  max: 200,
};

const settled = (value: number): LongAverage => ({value, samples: 10});
const step = (
  limit: number,
  long: LongAverage,
  short: number,
  options: Partial<GradientOptions> = {},
  inUse = limit,
): GradientState => gradient({limit, long}, {short, inUse}, {...OPTIONS, ...options});

describe('the long-time average', () => {
  /** The facts that the test of ExpAvgMeasurement states: window 100, warm-up 10. */
  test('is the plain average of the first ten samples, and exponential from then on', () => {
    let average = NO_AVERAGE;
    for (const [i, expected] of [10, 10.5, 11, 11.5, 12, 12.5, 13, 13.5, 14, 14.5].entries()) {
      average = withSample(average, i + 10, 100);
      expect(average.value).toBeCloseTo(expected, 10);
    }
    average = withSample(average, 100, 100);
    expect(average.value).toBeCloseTo(16.2, 1);
    expect(average.value).toBeCloseTo(14.5 * (1 - 2 / 101) + 100 * (2 / 101), 10);
  });

  test('of a window of one is the last sample', () => {
    expect(withSample(settled(10), 70, 1).value).toBe(70);
  });
});

describe('the gradient', () => {
  test.each([
    ['is 1 while responses are as fast as they use to be', 100, 100, 1],
    ['is 1 up to the tolerance', 100, 150, 1],
    ['is tolerance × long ÷ short beyond it', 100, 200, 0.75],
    ['is never below a half', 100, 10_000, 0.5],
    ['is never above 1: faster responses are no reason to grow faster', 100, 1, 1],
  ])('%s', (_, long, short, expected) => {
    expect(gradientOf(long, short, 1.5)).toBeCloseTo(expected, 12);
  });
});

describe('the limit', () => {
  test('grows by smoothing × queue while responses stay fast: 20 → 20.8', () => {
    expect(step(20, settled(100), 100).limit).toBeCloseTo(20.8, 12);
  });

  test('falls to limit × (1 − smoothing) + (limit × gradient + queue) × smoothing: 100 → 92', () => {
    // The average moves towards the sample first: 10,000 × (1 − 2/601) + 30,000 × 2/601.
    const {limit} = step(100, settled(10_000), 30_000, {queue: squareRootQueue, longWindow: 1e9});
    expect(limit).toBeCloseTo(92, 4);
  });

  test('uses √limit as its queue where it is told to: 100 → 102', () => {
    expect(step(100, settled(100), 100, {queue: squareRootQueue}).limit).toBeCloseTo(102, 12);
  });

  test('stays within its bounds', () => {
    expect(step(199.9, settled(100), 100).limit).toBe(200);
    expect(step(1.1, settled(100), 100_000, {queue: () => 0}).limit).toBe(1);
  });

  test('stays while less than half of it is in use, and the average is kept up all the same', () => {
    const {limit, long} = step(100, settled(100), 400, {}, 49);
    expect(limit).toBe(100);
    expect(long.value).toBeGreaterThan(100);
    expect(step(100, settled(100), 100, {}, 50).limit).toBeGreaterThan(100);
  });
});

describe('after a long overload', () => {
  test('the average recovers by a twentieth per step while it is more than twice the response time', () => {
    const before = 1_000;
    const smoothed = before * (1 - 2 / 601) + 100 * (2 / 601);
    expect(step(50, settled(before), 100).long.value).toBeCloseTo(smoothed * 0.95, 9);
    // Twice is not more than twice.
    expect(step(50, settled(200), 100).long.value).toBeCloseTo(200 * (1 - 2 / 601) + 100 * (2 / 601), 9);
  });
});

describe('a step load', () => {
  /** The three states that the source describes: steady, under load, and back to steady. */
  test('steady: the limit is at its ceiling; load: it falls; after the load: it is back', () => {
    let state: GradientState = {limit: 20, long: NO_AVERAGE};
    const run = (short: number, steps: number): readonly number[] => {
      const limits: number[] = [];
      for (let i = 0; i < steps; i++) {
        state = gradient(state, {short, inUse: state.limit}, {...OPTIONS, max: 100});
        limits.push(state.limit);
      }
      return limits;
    };
    expect(run(10_000, 200).at(-1)).toBe(100);
    const load = run(40_000, 60);
    expect(Math.min(...load)).toBeLessThan(15);
    expect(state.long.value).toBeGreaterThan(10_000);
    expect(run(10_000, 200).at(-1)).toBe(100);
  });
});
