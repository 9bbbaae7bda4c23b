import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {reset} from '../../src/engine/breaker.ts';
import {readBreakerState} from '../../src/engine/breaker-reader.ts';
import {check} from '../support/check.ts';

describe('what a store holds', () => {
  const state = {...reset(), slots: [{at: 0, calls: 1, failures: 1}], probes: [{id: 1, until: 2}]};

  test('is a state', () => {
    expect(readBreakerState(state)).toEqual(state);
    expect(readBreakerState({...state, more: 1})).toEqual(state);
  });

  test('is a state also without the fields that earlier versions did not write', () => {
    const {failedProbes: _failedProbes, openedBy: _openedBy, check: _check, ...earlier} = state;
    expect(readBreakerState(JSON.parse(JSON.stringify(earlier)))).toEqual(state);
    expect(readBreakerState({...state, openedBy: 'magic'})).toEqual(state);
    expect(readBreakerState({...state, check: {id: 1, at: 2}})).toMatchObject({check: {id: 1, at: 2}});
  });

  test.each([
    undefined,
    null,
    'closed',
    [],
    {},
    {...state, kind: 'ajar'},
    {...state, failures: -1},
    {...state, failures: 0.5},
    {...state, failures: '3'},
    {...state, openedAt: Number.NaN},
    {...state, lastProbe: undefined},
    {...state, slots: undefined},
    {...state, slots: {}},
    {...state, slots: [null]},
    {...state, slots: [{at: 0, calls: 1, failures: 2}]},
    {...state, slots: Array.from({length: 101}, () => ({at: 0, calls: 1, failures: 1}))},
    {...state, probes: [{id: 1}]},
    {...state, probes: [1]},
    {...state, failedProbes: -1},
    {...state, check: 1},
    {...state, check: {id: 1}},
  ])('is none: %j', (value) => {
    expect(readBreakerState(value)).toBeUndefined();
  });

  test('is a state or none, whatever it is', () => {
    check(fc.jsonValue(), (value) => {
      readBreakerState(value);
    });
  });
});
