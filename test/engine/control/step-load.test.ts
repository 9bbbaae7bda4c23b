import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import type {Interval} from '../../support/queue-model.ts';
import {BASE, CAPACITY, goodput, LOAD, stepLoad, stepLoadSvg} from '../../support/step-load.ts';

const LOADED = stepLoad();
const CONTROLLED = ['aimd', 'gradient'] as const;
/** From where on the first queue is worked off. */
const SETTLED = 240;

const between = (intervals: readonly Interval[], from: number, to: number): readonly Interval[] =>
  intervals.filter(({at}) => at > from && at <= to);
const limits = (intervals: readonly Interval[]): readonly number[] =>
  intervals.map(({share}) => share * BASE);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a step load on a server with a limit that is twice too high', () => {
  test('without control the queue grows as long as the load lasts, and nobody is served in time', () => {
    const times = between(LOADED.none, LOAD.from, LOAD.to).map(({responseTime = 0}) => responseTime);
    expect(times.at(-1)).toBeGreaterThan(200);
    expect(goodput(LOADED.none)).toBe(0);
  });

  test.each(CONTROLLED)('%s: before the step the limit is whole', (name) => {
    expect(new Set(limits(between(LOADED[name], 0, LOAD.from)))).toEqual(new Set([BASE]));
  });

  test.each(CONTROLLED)(
    '%s: the limit falls below the capacity, so that the queue can be worked off',
    (name) => {
      expect(Math.min(...limits(between(LOADED[name], LOAD.from, SETTLED)))).toBeLessThan(CAPACITY * 0.6);
    },
  );

  test.each(CONTROLLED)('%s: then it stays around the capacity', (name) => {
    const settled = limits(between(LOADED[name], SETTLED, LOAD.to));
    expect(mean(settled)).toBeGreaterThan(CAPACITY * 0.85);
    expect(mean(settled)).toBeLessThan(CAPACITY * 1.1);
    expect(Math.min(...settled)).toBeGreaterThan(CAPACITY * 0.6);
    expect(Math.max(...settled)).toBeLessThan(CAPACITY * 1.4);
    const busy = mean(between(LOADED[name], SETTLED, LOAD.to).map(({busy}) => busy));
    expect(busy).toBeGreaterThan(0.88);
  });

  test.each(CONTROLLED)('%s: more than two thirds of the later responses are in time', (name) => {
    const later = between(LOADED[name], SETTLED, LOAD.to);
    const inTime = later.filter(({responseTime = 0}) => responseTime <= 1);
    expect(inTime.length / later.length).toBeGreaterThan(2 / 3);
    expect(goodput(LOADED[name])).toBeGreaterThan(50);
  });

  test('aimd is a sawtooth: falls of a tenth, rises of a twentieth of the base', () => {
    const settled = between(LOADED.aimd, SETTLED, LOAD.to).map(({share}) => share);
    const steps = settled.slice(1).map((share, i) => ({from: settled[i]!, to: share}));
    // In force are whole percent of the share.
    for (const {from, to} of steps)
      if (to > from) expect(to - from).toBeCloseTo(0.05, 1);
      else expect(to / from).toBeCloseTo(0.9, 1);
    const falls = steps.filter(({from, to}) => to < from).length;
    expect(falls).toBeGreaterThan(steps.length / 4);
    expect(falls).toBeLessThan(steps.length * 0.75);
  });

  test('the gradient moves less from interval to interval than aimd does', () => {
    const moves = (intervals: readonly Interval[]): number => {
      const settled = limits(between(intervals, SETTLED, LOAD.to));
      return mean(settled.slice(1).map((limit, i) => Math.abs(limit - settled[i]!)));
    };
    expect(moves(LOADED.gradient)).toBeLessThan(moves(LOADED.aimd) / 1.5);
  });

  test('after the step the limit is whole again: aimd in one minute, the gradient in three', () => {
    const wholeAt = (intervals: readonly Interval[]): number =>
      between(intervals, LOAD.to, 900).find(({share}) => share === 1)!.at - LOAD.to;
    expect(wholeAt(LOADED.aimd)).toBeLessThanOrEqual(65);
    expect(wholeAt(LOADED.gradient)).toBeLessThanOrEqual(180);
  });
});

test('the graph in the documents is the one that is drawn: `node test/bench/adaptive-graph.ts` draws it anew', () => {
  const file = new URL('../../../docs/images/adaptive-step.svg', import.meta.url);
  expect(readFileSync(file, 'utf8') === stepLoadSvg(LOADED), 'docs/images/adaptive-step.svg is stale').toBe(
    true,
  );
});
