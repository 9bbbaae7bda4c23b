import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {
  type AdaptiveState,
  effectiveShare,
  idleAdaptive,
  stepAdaptive,
} from '../../../src/engine/control/adaptive.ts';
import type {AdaptiveSpec, ControllerSpec, LoadSample} from '../../../src/engine/control/control-spec.ts';
import {NO_SAMPLE} from '../../../src/engine/control/pressure.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {HOUR, MS, S} from '../../support/instants.ts';
import {AIMD, adaptiveSpec, GRADIENT, sampleOf} from './samples.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const START = 1_767_225_600 * S;

/** The states after one step per sample, at the pace of the entry. */
const run = (
  spec: AdaptiveSpec,
  samples: readonly LoadSample[],
  from: AdaptiveState = idleAdaptive,
  start = START,
): readonly AdaptiveState[] => {
  let state = from;
  return samples.map((sample, i) => {
    state = stepAdaptive(state, spec, sample, start + i * spec.every);
    return state;
  });
};

const cpu = (share: number): LoadSample => sampleOf({cpu: share});
const took = (us: number): LoadSample => sampleOf({responseTime: us});
const repeat = (n: number, sample: LoadSample): readonly LoadSample[] =>
  Array.from({length: n}, () => sample);

describe('with aimd', () => {
  test('a share falls by a factor beyond a target, and comes back in equal steps', () => {
    const states = run(adaptiveSpec(), [cpu(0.96), cpu(0.96), cpu(0.5), cpu(0.5), cpu(0.5), cpu(0.5)]);
    expect(states.map((state) => Number(state.share.toFixed(9)))).toEqual([0.9, 0.81, 0.86, 0.91, 0.96, 1]);
    expect(states[0]).toMatchObject({pressure: expect.closeTo(1.2, 9), signal: 'cpu', steppedAt: START});
  });

  test('at the target nothing is overloaded yet', () => {
    expect(run(adaptiveSpec(), [cpu(0.8)]).at(-1)!.share).toBe(1);
  });

  test('the share ends at the floor, and is back after ⌈(1 − floor) ÷ increase⌉ steps', () => {
    const spec = adaptiveSpec({floor: 0.25});
    const low = run(spec, repeat(100, cpu(1))).at(-1)!;
    expect(low.share).toBe(0.25);
    const back = run(spec, repeat(15, cpu(0)), low, START + HOUR);
    expect(back.at(-2)!.share).toBeLessThan(1);
    expect(back.at(-1)!.share).toBe(1);
  });
});

describe('with a gradient', () => {
  const spec = adaptiveSpec({controller: GRADIENT, targets: sampleOf({cpu: 0.8, responseTime: 5 * S})});

  test('a share falls when responses become slower than they use to be, far below their target', () => {
    const usual = run(spec, repeat(20, took(20 * MS))).at(-1)!;
    expect(usual).toMatchObject({share: 1, longTerm: expect.closeTo(20 * MS, 6), samples: 10});
    const slow = run(spec, repeat(10, took(100 * MS)), usual, START + HOUR);
    expect(slow[0]!.share).toBeCloseTo(0.92, 6);
    expect(slow.at(-1)!.share).toBeLessThan(0.55);
    expect(slow.at(-1)!.pressure).toBeLessThan(0.1);
  });

  test('a signal beyond its target shrinks it, too, by no more than a gradient may', () => {
    const [one] = run(spec, [sampleOf({cpu: 1, responseTime: 20 * MS})]);
    expect(one!.share).toBeCloseTo(0.8 + 0.2 * 0.8, 9);
    const [hard] = run(adaptiveSpec({controller: GRADIENT, targets: sampleOf({cpu: 0.1})}), [cpu(1)]);
    expect(hard!.share).toBeCloseTo(0.8 + 0.2 * 0.5, 9);
  });

  test('without a response time a share shrinks when it must, and does not grow', () => {
    const low = {...idleAdaptive, share: 0.5, longTerm: 20 * MS, samples: 10};
    expect(run(spec, [cpu(0.1)], low).at(-1)).toMatchObject({share: 0.5, longTerm: 20 * MS});
    expect(run(spec, [cpu(1)], low).at(-1)!.share).toBeLessThan(0.5);
  });
});

describe.each<[string, ControllerSpec]>([
  ['aimd', AIMD],
  ['gradient', GRADIENT],
])('with any controller: %s', (_, controller) => {
  const spec = adaptiveSpec({controller});
  const low: AdaptiveState = {...idleAdaptive, share: 0.4, longTerm: 50 * MS, samples: 10, steppedAt: START};

  test('nothing measured changes nothing but when it was looked at', () => {
    const next = stepAdaptive(low, spec, NO_SAMPLE, START + spec.every);
    expect(next).toEqual({...low, steppedAt: START + spec.every, pressure: 0, signal: undefined});
  });

  test('before its time no step is made', () => {
    expect(stepAdaptive(low, spec, cpu(1), START + spec.every - 1)).toBe(low);
    expect(stepAdaptive(low, spec, cpu(1), START)).toBe(low);
  });

  test('a pause of many intervals is one step', () => {
    const one = stepAdaptive(low, spec, took(50 * MS), START + spec.every);
    const late = stepAdaptive(low, spec, took(50 * MS), START + 1_000 * spec.every);
    expect(late.share).toBe(one.share);
  });

  test('a clock that stepped back by less than an interval waits; by more, it goes on from there', () => {
    expect(stepAdaptive(low, spec, cpu(1), START - spec.every)).toBe(low);
    const next = stepAdaptive(low, spec, cpu(1), START - spec.every - 1);
    expect(next).toMatchObject({steppedAt: START - spec.every - 1});
    expect(next.share).toBeLessThan(low.share);
  });

  const anySample = fc.record({
    cpu: fc.option(fc.double({min: 0, max: 1, noNaN: true}), {nil: undefined}),
    memory: fc.constant(undefined),
    eventLoop: fc.constant(undefined),
    responseTime: fc.option(fc.integer({min: 0, max: 60 * S}), {nil: undefined}),
  });

  test('a share is always within floor … 1, and what is in force whole percent of it', () => {
    const floors = fc.double({min: 0.001, max: 1, noNaN: true});
    check(fc.tuple(fc.array(anySample, {minLength: 1, maxLength: 80}), floors), ([samples, floor]) => {
      const bounded = {...spec, floor};
      for (const state of run(bounded, samples)) {
        expect(state.share).toBeGreaterThanOrEqual(floor);
        expect(state.share).toBeLessThanOrEqual(1);
        const share = effectiveShare(state, bounded);
        expect(share * 100).toBeCloseTo(Math.round(share * 100), 9);
        expect(share).toBeGreaterThanOrEqual(floor - 1e-8);
        expect(share).toBeLessThanOrEqual(1);
        expect(Math.abs(share - state.share)).toBeLessThanOrEqual(0.01);
      }
    });
  });

  test('a constant load moves a share in one direction only', () => {
    const settings = fc.record({
      sample: anySample,
      share: fc.double({min: 0.1, max: 1, noNaN: true}),
      known: fc.integer({min: 1, max: S}),
    });
    check(settings, ({sample, share, known}) => {
      const from = {...idleAdaptive, share, longTerm: known, samples: 10};
      const shares = [share, ...run(spec, repeat(60, sample), from).map((state) => state.share)];
      const moves = new Set(shares.slice(1).map((value, i) => Math.sign(value - shares[i]!)));
      moves.delete(0);
      // A gradient that got used to slower responses lets the share grow again: down, then up, never up and down.
      const turns = shares.filter(
        (value, i) => i > 1 && value < shares[i - 1]! && shares[i - 1]! > shares[i - 2]!,
      );
      expect(controller.kind === 'aimd' ? moves.size : turns.length).toBeLessThanOrEqual(
        controller.kind === 'aimd' ? 1 : 0,
      );
    });
  });

  test('from any share it is whole again after 100 intervals without load', () => {
    check(fc.double({min: 0.1, max: 1, noNaN: true}), (share) => {
      const states = run(spec, repeat(100, sampleOf({cpu: 0.1, responseTime: 10 * MS})), {...low, share});
      expect(states.at(-1)!.share).toBe(1);
    });
  });
});

describe('what is in force', () => {
  test.each([
    [1, 0.1, 1],
    [0.999, 0.1, 0.99],
    [0.57, 0.1, 0.57],
    [0.1, 0.1, 0.1],
    [0.005, 0.001, 0.01],
    // A floor between two percent is not undercut.
    [0.125, 0.125, 0.13],
    // A policy whose floor was raised is obeyed at once.
    [0.2, 0.5, 0.5],
  ])('of a share of %d with a floor of %d is %d', (share, floor, expected) => {
    expect(effectiveShare({share}, {floor})).toBe(expected);
  });
});
