import {expect} from 'vitest';
import {leakRate} from '../../src/engine/algorithms/leaky-bucket.ts';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';

/** A request that was admitted. */
export interface Admitted {
  readonly t: number;
  readonly cost: number;
  readonly hold: number;
}

type SpecOf<K extends AlgorithmSpec['kind']> = Extract<AlgorithmSpec, {kind: K}>;

/** Calls `holds(cost admitted from i to j, instant of i, instant of j)` for all i ≤ j. */
const forAllSpans = (
  admitted: readonly Admitted[],
  holds: (cost: number, from: number, to: number) => void,
): void => {
  admitted.forEach((first, i) => {
    let cost = 0;
    for (const {t, cost: own} of admitted.slice(i)) {
      cost += own;
      holds(cost, first.t, t);
    }
  });
};

/** What was admitted in (from, to]. */
const sumOver = (admitted: readonly Admitted[], from: number, to: number): number =>
  admitted.reduce((sum, {t, cost}) => (t > from && t <= to ? sum + cost : sum), 0);

/** burst + rate × span, one step more where tokens come in steps, a rounding error where they are fractions. */
const withinBucket = (spec: SpecOf<'token-bucket' | 'gcra'>, admitted: readonly Admitted[]): void => {
  const refill = spec.kind === 'gcra' ? {kind: 'continuous' as const} : spec.refill;
  const step = refill.kind === 'stepped' ? refill.every : 0;
  const rounding = refill.kind === 'burst-penalty' || refill.kind === 'smoothed' ? 1e-6 : 0;
  forAllSpans(admitted, (cost, from, to) => {
    expect((cost - spec.burst - rounding) * spec.per).toBeLessThanOrEqual((to - from + step) * spec.count);
  });
};

const withinLeakyBucket = (spec: SpecOf<'leaky-bucket'>, admitted: readonly Admitted[]): void =>
  forAllSpans(admitted, (cost, from, to) => {
    const ms = Math.floor(to / 1_000) - Math.floor(from / 1_000);
    expect((cost - spec.burst - 1) * 1_000_000).toBeLessThanOrEqual(ms * leakRate(spec.count, spec.per));
  });

/** The limit in each window of the grid; twice that around a boundary. */
const withinFixedWindow = ({limit, window}: SpecOf<'fixed-window'>, admitted: readonly Admitted[]): void => {
  if (window.align === 'calendar') throw new Error('calendar windows are not drawn here');
  const {length, align} = window;
  forAllSpans(admitted, (cost, from, to) => {
    if (to - from < length) expect(cost).toBeLessThanOrEqual(2 * limit);
    const sameWindow = align === 'epoch' && Math.floor(from / length) === Math.floor(to / length);
    if (sameWindow) expect(cost).toBeLessThanOrEqual(limit);
  });
};

/** current + previous × (window − e) ÷ window ≤ limit, at every admission. */
const withinSlidingWindow = (
  {limit, window}: SpecOf<'sliding-window'>,
  admitted: readonly Admitted[],
): void =>
  admitted.forEach(({t}, i) => {
    const soFar = admitted.slice(0, i + 1);
    const start = t - (t % window);
    const current = sumOver(soFar, start - 1, t);
    const previous = sumOver(soFar, start - window - 1, start - 1);
    expect(previous * (window - (t - start))).toBeLessThanOrEqual((limit - current) * window);
  });

const withinSlidingLog = ({limit, window}: SpecOf<'sliding-log'>, admitted: readonly Admitted[]): void =>
  admitted.forEach(({t}) => {
    expect(sumOver(admitted, t - window, t)).toBeLessThanOrEqual(limit);
  });

const withinConcurrency = ({max, timeout}: SpecOf<'concurrency'>, admitted: readonly Admitted[]): void =>
  admitted.forEach(({t}, i) => {
    const live = admitted.slice(0, i + 1).filter((other) => other.t + Math.min(other.hold, timeout) > t);
    expect(live.reduce((sum, {cost}) => sum + cost, 0)).toBeLessThanOrEqual(max);
  });

/** Fails when more was admitted in some window than the algorithm promises. Requests are in time order. */
export const expectWithinBudget = (spec: AlgorithmSpec, admitted: readonly Admitted[]): void => {
  switch (spec.kind) {
    case 'token-bucket':
    case 'gcra':
      withinBucket(spec, admitted);
      break;
    case 'leaky-bucket':
      withinLeakyBucket(spec, admitted);
      break;
    case 'fixed-window':
      withinFixedWindow(spec, admitted);
      break;
    case 'sliding-window':
      withinSlidingWindow(spec, admitted);
      break;
    case 'sliding-log':
      withinSlidingLog(spec, admitted);
      break;
    case 'concurrency':
      withinConcurrency(spec, admitted);
      break;
  }
};
