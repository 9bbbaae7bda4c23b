import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type AdaptiveState, idleAdaptive} from '../../../src/engine/control/adaptive.ts';
import {type DegradationState, normalDegradation} from '../../../src/engine/control/degradation.ts';
import {readAdaptiveState, readDegradationState, readLoad} from '../../../src/engine/control/state-reader.ts';
import {check} from '../../support/check.ts';
import {sampleOf} from './samples.ts';

const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const ADAPTIVE: AdaptiveState = {
  ...idleAdaptive,
  share: 0.42,
  longTerm: 1_234.5,
  samples: 10,
  steppedAt: 7,
  pressure: 1.2,
  signal: 'cpu',
};
const MANUAL = {mode: 'closed', by: 'ada@ops-1', reason: 'drill', at: 1, until: 2} as const;
const DEGRADATION: DegradationState = {
  ...normalDegradation,
  mode: 'shed-low',
  since: 5,
  pressure: 0.9,
  signal: 'memory',
  steppedAt: 6,
};

describe('the state of an adaptive entry', () => {
  test.each([ADAPTIVE, idleAdaptive])('is read as it was written: %j', (state) => {
    expect(readAdaptiveState(stored(state))).toEqual(state);
  });

  test.each([
    undefined,
    null,
    [],
    {},
    {...ADAPTIVE, share: 0},
    {...ADAPTIVE, share: 1.01},
    {...ADAPTIVE, share: '0.5'},
    {...ADAPTIVE, share: null},
    {...ADAPTIVE, longTerm: -1},
    {...ADAPTIVE, samples: 11},
    {...ADAPTIVE, samples: 0.5},
    {...ADAPTIVE, steppedAt: 1e300},
    {...ADAPTIVE, steppedAt: undefined},
    {...ADAPTIVE, pressure: Number.NaN},
    {...ADAPTIVE, pressure: 1e308},
    {...ADAPTIVE, longTerm: 1e308},
    {...ADAPTIVE, signal: 'disk'},
  ])('is none: %j', (value) => {
    expect(readAdaptiveState(value)).toBeUndefined();
  });
});

describe('the state of the degradation', () => {
  test.each([DEGRADATION, normalDegradation, {...DEGRADATION, manual: MANUAL}])(
    'is read as it was written: %j',
    (state) => {
      expect(readDegradationState(stored(state))).toEqual(state);
    },
  );

  test.each([
    undefined,
    null,
    'closed',
    {},
    {...DEGRADATION, mode: 'open'},
    {...DEGRADATION, mode: 'toString'},
    {...DEGRADATION, since: -1},
    {...DEGRADATION, aboveSince: 0.5},
    {...DEGRADATION, aboveAtLeast: Number.POSITIVE_INFINITY},
    {...DEGRADATION, belowSince: '1'},
    {...DEGRADATION, signal: 3},
    {...DEGRADATION, manual: true},
    {...DEGRADATION, manual: {...MANUAL, mode: 'open'}},
    {...DEGRADATION, manual: {...MANUAL, until: null}},
    {...DEGRADATION, manual: {...MANUAL, by: 1}},
  ])('is none: %j', (value) => {
    expect(readDegradationState(value)).toBeUndefined();
  });
});

describe('what a process measured', () => {
  test('is read as it was written; what was not measured may be null', () => {
    const load = {sample: sampleOf({cpu: 0.5, responseTime: 12.5}), at: 3};
    expect(readLoad(stored(load))).toEqual(load);
    expect(readLoad({sample: {cpu: null, memory: 0}, at: 3})).toEqual({sample: sampleOf({memory: 0}), at: 3});
  });

  test.each([
    undefined,
    null,
    1,
    {},
    {at: 1},
    {sample: {}, at: -1},
    {sample: {cpu: 1e308}, at: 1},
    {sample: {cpu: '1'}, at: 1},
    {sample: {cpu: -0.5}, at: 1},
  ])('is none: %j', (value) => {
    expect(readLoad(value)).toBeUndefined();
  });
});

test('anything at all is a state or none', () => {
  check(fc.jsonValue(), (value) => {
    for (const read of [readAdaptiveState, readDegradationState, readLoad]) read(value);
  });
});
