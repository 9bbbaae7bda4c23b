import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {DegradationMode, DegradationSpec} from '../../../src/engine/control/control-spec.ts';
import {
  DEGRADATION_MODES,
  type DegradationState,
  type ManualMode,
  modeAt,
  NO_END,
  normalDegradation,
  serves,
  stepDegradation,
  withoutManual,
} from '../../../src/engine/control/degradation.ts';
import {check} from '../../support/check.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {degradationSpec, pressed} from './samples.ts';

const START = 1_767_225_600 * S;
const SPEC = degradationSpec();

type Pressed = number | undefined;

/** One step per pressure, at the pace of the policy. */
const run = (
  pressures: readonly Pressed[],
  {
    spec = SPEC,
    from = normalDegradation,
    start = START,
  }: {spec?: DegradationSpec; from?: DegradationState; start?: number} = {},
): readonly DegradationState[] => {
  let state = from;
  return pressures.map((pressure, i) => {
    state = stepDegradation(state, spec, pressed(pressure), start + i * spec.every);
    return state;
  });
};

const modes = (states: readonly DegradationState[]): string =>
  states.map(({mode}) => ({normal: 'n', 'shed-low': 's', 'essential-only': 'e', closed: 'c'})[mode]).join('');

const times = (n: number, pressure: Pressed): readonly Pressed[] => Array.from({length: n}, () => pressure);

/** A state that was in a mode for a minute, and was looked at until just before `START`. */
const inMode = (mode: DegradationMode): DegradationState => ({
  ...normalDegradation,
  mode,
  since: START - MINUTE,
  steppedAt: START - SPEC.every,
});

/** Every 5 s; n s e c: normal, shed-low, essential-only, closed. */
describe('modes over time', () => {
  test.each<[string, DegradationMode, readonly Pressed[], string]>([
    ['below the first threshold nothing happens', 'normal', times(5, 0.99), 'nnnnn'],
    ['a mode is entered after 10 s at its threshold', 'normal', times(4, 1), 'nnss'],
    ['a peak shorter than that enters nothing', 'normal', [2, 2, 0.9, 2, 2, 0.9], 'nnnnnn'],
    ['a hard overload jumps to the mode whose threshold it met', 'normal', times(4, 1.6), 'nncc'],
    ['… and one in between to the mode in between', 'normal', times(4, 1.3), 'nnee'],
    ['the lowest pressure of the 10 s counts', 'normal', [1.05, 1.6, 1.6, 1.6, 1.6, 1.6], 'nnsscc'],
    ['from shed-low to essential-only', 'shed-low', times(3, 1.2), 'sse'],
    ['from shed-low to closed', 'shed-low', times(3, 1.5), 'ssc'],
    ['from essential-only to closed', 'essential-only', times(3, 1.5), 'eec'],
    ['between its two thresholds a mode stays', 'shed-low', times(20, 0.9), 's'.repeat(20)],
    ['at leave × enter exactly it stays, too', 'shed-low', times(20, 0.8), 's'.repeat(20)],
    ['a mode is left after 30 s below leave × enter', 'shed-low', times(8, 0.79), 'ssssssnn'],
    ['a peak begins the 30 s anew', 'shed-low', [...times(5, 0.5), 0.85, ...times(7, 0.5)], 'ssssssssssssn'],
    ['down goes one mode at a time, each after 30 s', 'closed', times(19, 0), 'cccccceeeeeessssssn'],
    [
      'essential-only is left below 0.96, shed-low below 0.8',
      'essential-only',
      times(14, 0.9),
      'eeeeeessssssss',
    ],
    ['nothing measured enters nothing', 'normal', times(10, undefined), 'n'.repeat(10)],
    ['nothing measured ends what would have entered', 'normal', [2, undefined, 2, 2], 'nnnn'],
    [
      'nothing measured leaves a mode after 30 s, so that closed does not lock itself in',
      'closed',
      times(13, undefined),
      'cccccceeeeees',
    ],
  ])('%s', (_, from, pressures, expected) => {
    expect(modes(run(pressures, {from: inMode(from)}))).toBe(expected);
  });

  test('without `after` and `hold` each step may change the mode', () => {
    const spec = degradationSpec({after: 0, hold: 0});
    expect(modes(run([2, 0, 0, 0, 1.2, 0], {spec}))).toBe('cesnes');
  });

  test('the state says since when, how hard, and by which signal', () => {
    expect(run(times(3, 1.3)).at(-1)).toEqual({
      mode: 'essential-only',
      since: START + 10 * S,
      aboveSince: 0,
      aboveAtLeast: 0,
      belowSince: 0,
      pressure: 1.3,
      signal: 'cpu',
      steppedAt: START + 10 * S,
    });
  });
});

describe('time', () => {
  test('before its time no step is made', () => {
    const [state] = run([2]);
    expect(stepDegradation(state!, SPEC, pressed(2), START + SPEC.every - 1)).toBe(state);
  });

  test('a pause of more than three intervals proves nothing: `after` begins anew', () => {
    const [, before] = run([2, 2]);
    const next = stepDegradation(before!, SPEC, pressed(2), START + HOUR);
    expect(next).toMatchObject({mode: 'normal', aboveSince: START + HOUR});
  });

  test('… and `hold` likewise', () => {
    const before = run(times(5, 0), {from: inMode('closed')}).at(-1)!;
    expect(stepDegradation(before, SPEC, pressed(0), START + HOUR)).toMatchObject({
      mode: 'closed',
      belowSince: START + HOUR,
    });
  });

  test('missed steps of up to three intervals count as watched', () => {
    const [state] = run([2]);
    expect(stepDegradation(state!, SPEC, pressed(2), START + 3 * SPEC.every).mode).toBe('closed');
  });

  test('a clock that is set back by an hour delays a mode by `after`, not by an hour', () => {
    const before = run([2, 2], {start: START + HOUR}).at(-1)!;
    expect(modes(run([2, 2, 2], {from: before}))).toBe('nnc');
  });
});

describe('a mode that is set by hand', () => {
  const manual = (mode: DegradationMode, until = START + MINUTE): ManualMode => ({
    mode,
    by: 'ada@ops-1',
    reason: 'drill',
    at: START - S,
    until,
  });

  test('holds whatever the pressure, and the rules go on beneath it', () => {
    for (const mode of DEGRADATION_MODES) {
      const from = {...normalDegradation, manual: manual(mode)};
      const states = run(times(12, 2), {from});
      for (const [i, state] of states.entries())
        expect(modeAt(state, START + i * SPEC.every)).toMatchObject({
          mode,
          manual: {by: 'ada@ops-1'},
          until: START + MINUTE,
        });
      expect(states.at(-1)!.mode).toBe('closed');
    }
  });

  test('ends at its end, and the mode of the rules is in force', () => {
    const states = run(times(14, 2), {from: {...normalDegradation, manual: manual('normal')}});
    expect(modeAt(states.at(-1)!, START + MINUTE)).toEqual({
      mode: 'closed',
      manual: undefined,
      until: Number.POSITIVE_INFINITY,
    });
    // The first step after it takes it out of the state.
    expect(states.at(-1)!.manual).toBeUndefined();
  });

  test('without an end holds until it is cleared', () => {
    const state = {...normalDegradation, manual: manual('shed-low', NO_END)};
    expect(modeAt(state, START + 1e6 * HOUR)).toMatchObject({
      mode: 'shed-low',
      until: Number.POSITIVE_INFINITY,
    });
    expect(modeAt(withoutManual(state), START).mode).toBe('normal');
    expect(withoutManual(normalDegradation)).toBe(normalDegradation);
  });
});

describe('which classes a mode serves', () => {
  test.each<[DegradationMode, number, string]>([
    ['normal', 4, '1111'],
    ['shed-low', 4, '1110'],
    ['essential-only', 4, '1000'],
    ['closed', 4, '0000'],
    ['shed-low', 2, '10'],
    ['essential-only', 2, '10'],
    // The only class is the most important one.
    ['shed-low', 1, '1'],
    ['essential-only', 1, '1'],
    ['closed', 1, '0'],
  ])('%s, of %d classes', (mode, classes, expected) => {
    const served = Array.from({length: classes}, (_, i) => (serves(mode, i, classes) ? '1' : '0')).join('');
    expect(served).toBe(expected);
  });
});

describe('hysteresis, for any pressure', () => {
  const pressures = fc.array(fc.option(fc.double({min: 0, max: 2, noNaN: true}), {nil: undefined}), {
    minLength: 30,
    maxLength: 120,
  });
  const settings = fc.record({
    pressures,
    after: fc.integer({min: 0, max: 40}).map((s) => s * S),
    hold: fc.integer({min: 0, max: 90}).map((s) => s * S),
  });
  const rank = (mode: DegradationMode): number => DEGRADATION_MODES.indexOf(mode);

  test('no mode is left downwards before it was held for `hold`, nor by more than one mode', () => {
    check(settings, ({pressures, after, hold}) => {
      const spec = degradationSpec({after, hold});
      const states = [normalDegradation, ...run(pressures, {spec})];
      for (const [i, state] of states.slice(1).entries()) {
        const before = states[i]!;
        if (rank(state.mode) >= rank(before.mode)) continue;
        expect(state.since - before.since).toBeGreaterThanOrEqual(hold);
        expect(rank(before.mode) - rank(state.mode)).toBe(1);
      }
    });
  });

  test('a mode is entered only after its threshold was met for all of `after`', () => {
    check(settings, ({pressures, after, hold}) => {
      const spec = degradationSpec({after, hold});
      const states = [normalDegradation, ...run(pressures, {spec})];
      for (const [i, {mode, since}] of states.slice(1).entries()) {
        if (rank(mode) <= rank(states[i]!.mode) || mode === 'normal') continue;
        const span = states.slice(1, i + 2).filter(({steppedAt}) => steppedAt >= since - after);
        expect(span.every(({pressure}) => pressure >= spec.enter[mode])).toBe(true);
      }
    });
  });

  test('without pressure it is normal again after three times `hold` and an interval more each', () => {
    check(fc.tuple(settings, fc.constantFrom(0, undefined)), ([{pressures, after, hold}, nothing]) => {
      const spec = degradationSpec({after, hold});
      const from = run(pressures, {spec}).at(-1)!;
      const steps = 3 * (Math.ceil(hold / spec.every) + 1) + 1;
      const start = START + pressures.length * spec.every;
      expect(run(times(steps, nothing), {spec, from, start}).at(-1)!.mode).toBe('normal');
    });
  });
});
