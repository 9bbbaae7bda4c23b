import {expect} from 'vitest';
import {leakRate} from '../../src/engine/algorithms/leaky-bucket.ts';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';

/** A request that was admitted. */
export interface Admitted {
  readonly t: number;
  readonly cost: number;
  readonly hold: number;
}

/** Calls `holds(cost admitted from i to j, span from i to j)` for all i ≤ j. */
const forAllSpans = (admitted: readonly Admitted[], holds: (cost: number, span: number, from: number, to: number) => void): void => {
  admitted.forEach((first, i) => {
    let cost = 0;
    for (const {t, cost: own} of admitted.slice(i)) {
      cost += own;
      holds(cost, t - first.t, first.t, t);
    }
  });
};

const sumOver = (admitted: readonly Admitted[], from: number, to: number): number =>
  admitted.reduce((sum, {t, cost}) => (t > from && t <= to ? sum + cost : sum), 0);

/** Fails when more was admitted in some window than the algorithm promises. */
export const expectWithinBudget = (spec: AlgorithmSpec, admitted: readonly Admitted[]): void => {
  switch (spec.kind) {
    case 'token-bucket':
    case 'gcra': {
      const step = spec.kind === 'token-bucket' && spec.refill.kind === 'stepped' ? spec.refill.every : 0;
      const slack = spec.kind === 'token-bucket' && (spec.refill.kind === 'burst-penalty' || spec.refill.kind === 'smoothed') ? 1e-6 : 0;
      return forAllSpans(admitted, (cost, span) => expect((cost - spec.burst) * spec.per).toBeLessThanOrEqual((span + step) * spec.count + slack * spec.per));
    }
    case 'leaky-bucket':
      return forAllSpans(admitted, (cost, _span, from, to) => {
        const ms = Math.floor(to / 1_000) - Math.floor(from / 1_000);
        expect((cost - spec.burst - 1) * 1_000_000).toBeLessThanOrEqual(ms * leakRate(spec.count, spec.per));
      });
    case 'fixed-window': {
      if (spec.window.align === 'calendar') throw new Error('not drawn here');
      const {length, align} = spec.window;
      return forAllSpans(admitted, (cost, span, from, to) => {
        if (span < length) expect(cost).toBeLessThanOrEqual(2 * spec.limit);
        if (align === 'epoch' && Math.floor(from / length) === Math.floor(to / length)) expect(cost).toBeLessThanOrEqual(spec.limit);
      });
    }
    case 'sliding-window':
      return admitted.forEach(({t}, i) => {
        const soFar = admitted.slice(0, i + 1);
        const start = t - (t % spec.window);
        const current = sumOver(soFar, start - 1, t);
        const previous = sumOver(soFar, start - spec.window - 1, start - 1);
        expect((spec.limit - current) * spec.window).toBeGreaterThanOrEqual(previous * (spec.window - (t - start)));
      });
    case 'sliding-log':
      return admitted.forEach(({t}) => expect(sumOver(admitted, t - spec.window, t)).toBeLessThanOrEqual(spec.limit));
    case 'concurrency':
      return admitted.forEach(({t}, i) => {
        const live = admitted.slice(0, i + 1).filter(other => other.t + Math.min(other.hold, spec.timeout) > t);
        expect(live.reduce((sum, {cost}) => sum + cost, 0)).toBeLessThanOrEqual(spec.max);
      });
  }
};
