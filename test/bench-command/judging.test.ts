import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {accuracyShare, judgeAccuracy} from '../../src/bench/accuracy.ts';
import {findKnee, type KneeOptions} from '../../src/bench/knee-search.ts';
import {judge, median, spread} from '../../src/bench/noise.ts';

const S = 1_000_000;

describe('the accuracy of decisions on one key', () => {
  /** `+`: allowed, `-`: refused, a number: ms that pass. */
  const decided = (...events: readonly ('+' | '-' | number)[]) => {
    const now: number[] = [];
    const allowed: number[] = [];
    let at = 1_000 * S;
    for (const event of events) {
      if (typeof event === 'number') at += event * 1_000;
      else {
        now.push(at);
        allowed.push(event === '+' ? 1 : 0);
      }
    }
    return {now: Float64Array.from(now), allowed: Uint8Array.from(allowed)};
  };
  const budget = {rate: 10, burst: 2};

  test.each([
    [
      'a burst, then what the rate brings',
      ['+', '+', '-', 100, '+', '-', 99, '-', 1, '+'],
      {admitted: 4, budget: 4, falsePositives: 0, falseNegatives: 0},
    ],
    [
      'refused with a unit left: a false positive',
      ['+', '-', '-'],
      {admitted: 1, budget: 2, falsePositives: 2, falseNegatives: 0},
    ],
    [
      'admitted without a unit: too many',
      ['+', '+', '+'],
      {admitted: 3, budget: 2, falsePositives: 0, falseNegatives: 1},
    ],
    [
      'nobody asked: what overflowed is no budget',
      ['+', '+', 10_000, '+', '+', '-'],
      {admitted: 4, budget: 4, falsePositives: 0, falseNegatives: 0},
    ],
    [
      'what was admitted too much is paid back',
      ['+', '+', '+', 100, '-'],
      {admitted: 3, budget: 3, falsePositives: 0, falseNegatives: 1},
    ],
    ['nothing', [], {admitted: 0, budget: 0, falsePositives: 0, falseNegatives: 0}],
  ] as const)('%s', (_, events, expected) => {
    expect(judgeAccuracy(decided(...events), budget)).toMatchObject(expected);
  });

  test('an exact bucket is found exact, whatever it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 5_000}),
        fc.integer({min: 1, max: 500}),
        fc.array(fc.nat(5_000), {maxLength: 300}),
        (rate, burst, gaps) => {
          // GCRA in whole numbers: another arithmetic than the judge's.
          let tat = 0;
          let at = 0;
          const now: number[] = [];
          const allowed: number[] = [];
          for (const gap of gaps) {
            at += gap;
            const due = Math.max(tat, at * rate);
            const fits = due + S - at * rate <= burst * S;
            if (fits) tat = due + S;
            now.push(at);
            allowed.push(fits ? 1 : 0);
          }
          const judged = judgeAccuracy(
            {now: Float64Array.from(now), allowed: Uint8Array.from(allowed)},
            {rate, burst},
          );
          expect(judged).toMatchObject({falsePositives: 0, falseNegatives: 0, budget: judged.admitted});
          expect(judged.budget).toBeLessThanOrEqual(burst + (rate * at) / S);
          expect(accuracyShare(judged)).toBe(1);
        },
      ),
    );
  });
});

describe('noise', () => {
  test.each([
    [[], 0, undefined],
    [[5], 5, undefined],
    [[1, 2], 1.5, 1 / 1.5],
    [[90, 110, 100], 100, 0.2],
    [[0, 0], 0, undefined],
  ] as const)('of %j: median %d, spread %s', (values, middle, wide) => {
    expect(median(values)).toBe(middle);
    expect(spread(values)).toBe(wide);
  });
});

describe('a change against before', () => {
  const high = {good: 'high', most: 0.1, resolution: 0, presumed: 0} as const;
  const low = {good: 'low', most: 0.1, resolution: 1, presumed: 0} as const;

  test.each([
    ['within what is allowed', [100], [91], high, 'same'],
    ['slower', [100], [89], high, 'worse'],
    ['faster', [100], [111], high, 'better'],
    ['latency up', [1_000], [1_200], low, 'worse'],
    ['latency down', [1_000], [800], low, 'better'],
    ['a microsecond, which the clock cannot tell', [2], [3], low, 'same'],
    ['worse, but runs of the same settings differ as much', [100, 140, 120], [80, 100, 90], high, 'unclear'],
    ['worse by more than runs differ', [100, 102, 101], [70, 72, 71], high, 'worse'],
    ['better, but within the noise', [100, 140, 120], [140, 160, 145], high, 'unclear'],
    ['decisions where there were none', [0], [5], high, 'better'],
    ['a latency where it was too short to be told', [0], [5], low, 'worse'],
    ['a single run on both sides, within what is presumed', [100], [80], {...high, presumed: 0.3}, 'unclear'],
    ['a single run on both sides, beyond it', [100], [60], {...high, presumed: 0.3}, 'worse'],
    ['more than the spread, but runs overlap', [100, 101, 119], [117, 126, 127], low, 'unclear'],
    ['no run as good as the worst before', [100, 101, 116], [117, 126, 127], low, 'worse'],
  ] as const)('%s', (_, before, after, options, verdict) => {
    expect(judge(before, after, options).verdict).toBe(verdict);
  });

  const runs = fc.array(fc.integer({min: 1, max: 1_000_000}), {minLength: 1, maxLength: 7});

  test('against itself is none', () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(high, low), (values, options) => {
        expect(judge(values, values, options)).toMatchObject({change: 0, verdict: 'same'});
      }),
    );
  });

  test('is never worse by less than the threshold or than the noise, and does not depend on the unit', () => {
    fc.assert(
      fc.property(runs, runs, fc.constantFrom(high, {...low, resolution: 0}), (before, after, options) => {
        const judged = judge(before, after, options);
        const worse = (options.good === 'high' ? -1 : 1) * judged.change!;
        if (judged.verdict === 'worse') {
          expect(worse).toBeGreaterThan(options.most);
          expect(worse).toBeGreaterThan(judged.noise ?? 0);
        }
        const scaled = judge(
          before.map((value) => value * 1_024),
          after.map((value) => value * 1_024),
          options,
        );
        expect(scaled.verdict).toBe(judged.verdict);
      }),
    );
  });
});

describe('the search for the knee', () => {
  const search = async (
    holds: (rate: number) => boolean,
    more: Partial<KneeOptions> = {},
  ): Promise<{rate: number | undefined; isBounded: boolean; tried: readonly number[]}> => {
    const {rate, isBounded, steps} = await findKnee({
      from: 1_000,
      most: 1_000_000,
      precision: 0.05,
      steps: 50,
      measure: async (at) => (holds(at) ? 'holds' : 'slow'),
      ...more,
    });
    return {rate, isBounded, tried: steps.map((step) => step.rate)};
  };

  test('doubles, then bisects; what fails is tried twice', async () => {
    expect(await search((rate) => rate <= 5_000, {precision: 0.2})).toEqual({
      rate: 5_000,
      isBounded: true,
      tried: [1_000, 2_000, 4_000, 8_000, 8_000, 6_000, 6_000, 5_000],
    });
  });

  test('halves until a rate holds', async () => {
    expect(await search((rate) => rate <= 100)).toMatchObject({rate: expect.any(Number), isBounded: true});
    expect(await search(() => false)).toMatchObject({rate: undefined, isBounded: true});
  });

  test('ends at the highest rate there is', async () => {
    expect(await search(() => true, {most: 5_000})).toEqual({
      rate: 5_000,
      isBounded: false,
      tried: [1_000, 2_000, 4_000, 5_000],
    });
  });

  test('one failure is a pause of the machine', async () => {
    let failed = false;
    const {rate} = await search((at) => {
      if (at !== 4_000 || failed) return at <= 6_000;
      failed = true;
      return false;
    });
    expect(rate).toBeGreaterThan(5_700);
  });

  test('ends with what it has when it is stopped', async () => {
    let left = 3;
    const {rate} = await search(() => true, {measure: async () => (left-- > 0 ? 'holds' : undefined)});
    expect(rate).toBe(4_000);
  });

  test('finds the knee of any store to the precision, from anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 900_000}),
        fc.integer({min: 1, max: 1_000_000}),
        async (knee, from) => {
          const {rate, tried} = await search((at) => at <= knee, {from});
          expect(rate).toBeLessThanOrEqual(knee);
          expect(rate).toBeGreaterThanOrEqual(Math.floor(knee / 1.05) - 1);
          expect(tried.length).toBeLessThan(60);
        },
      ),
    );
  });
});
