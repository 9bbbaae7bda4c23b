import {describe, expect, test} from 'vitest';
import type {LoadSample} from '../../../src/engine/control/control-spec.ts';
import {NO_SAMPLE, pressureOf, worstSample} from '../../../src/engine/control/pressure.ts';
import {S} from '../../support/instants.ts';
import {sampleOf} from './samples.ts';

const TARGETS: LoadSample = {cpu: 0.8, memory: 0.5, eventLoop: undefined, responseTime: 5 * S};

describe('the pressure', () => {
  test.each<[string, Partial<LoadSample>, number, string | undefined]>([
    ['is the worst of measured ÷ target', {cpu: 0.6, responseTime: 6 * S}, 1.2, 'responseTime'],
    ['is 1 at the target', {cpu: 0.8}, 1, 'cpu'],
    ['names the first of two that are equally bad', {cpu: 0.8, memory: 0.5}, 1, 'cpu'],
    ['does not look at what has no target', {eventLoop: 60 * S, cpu: 0.4}, 0.5, 'cpu'],
    ['of an idle process is 0, with the signal that was measured', {cpu: 0}, 0, 'cpu'],
    ['of which nothing was measured has no signal', {}, 0, undefined],
    ['of which only what has no target was measured has none', {eventLoop: S}, 0, undefined],
    ['is a number that JSON can hold', {memory: 1e300}, 1_000_000, 'memory'],
  ])('%s', (_, measured, value, signal) => {
    const pressure = pressureOf(sampleOf(measured), TARGETS);
    expect(pressure.value).toBeCloseTo(value, 12);
    expect(pressure.signal).toBe(signal);
  });
});

describe('the worst sample of several processes', () => {
  test('has the highest of each signal, whoever measured it', () => {
    const worst = worstSample([
      sampleOf({cpu: 0.9, memory: 0.1}),
      sampleOf({cpu: 0.2, memory: 0.7, responseTime: S}),
      NO_SAMPLE,
    ]);
    expect(worst).toEqual({cpu: 0.9, memory: 0.7, eventLoop: undefined, responseTime: S});
  });

  test('of none is that nothing was measured', () => {
    expect(worstSample([])).toEqual(NO_SAMPLE);
  });
});
