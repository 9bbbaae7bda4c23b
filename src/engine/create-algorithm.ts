import type {Algorithm} from './algorithm.ts';
import {burstPenalty} from './algorithms/burst-penalty.ts';
import {concurrency} from './algorithms/concurrency.ts';
import {epochGrid, firstHitGrid, fixedWindow, type WindowGrid} from './algorithms/fixed-window.ts';
import {gcra} from './algorithms/gcra.ts';
import {leakyBucket} from './algorithms/leaky-bucket.ts';
import {slidingLog} from './algorithms/sliding-log.ts';
import {slidingWindow} from './algorithms/sliding-window.ts';
import {smoothedRefill} from './algorithms/smoothed-refill.ts';
import {tokenBucket} from './algorithms/token-bucket.ts';
import {calendarGrid} from './calendar-grid.ts';
import type {AlgorithmSpec, WindowSpec} from './policy-model.ts';

const gridOf = (window: WindowSpec): WindowGrid => {
  switch (window.align) {
    case 'epoch':
      return epochGrid(window.length);
    case 'first-hit':
      return firstHitGrid(window.length);
    case 'calendar':
      return calendarGrid(window.unit, window.timeZone);
  }
};

/** The one place where a specification becomes an algorithm. */
export const createAlgorithm = (spec: AlgorithmSpec): Algorithm => {
  switch (spec.kind) {
    case 'token-bucket':
      if (spec.refill.kind === 'burst-penalty') return burstPenalty(spec);
      if (spec.refill.kind === 'smoothed') return smoothedRefill(spec);
      return tokenBucket({...spec, step: spec.refill.kind === 'stepped' ? spec.refill.every : 1});
    case 'gcra':
      return gcra(spec);
    case 'fixed-window':
      return fixedWindow({
        limit: spec.limit,
        grid: gridOf(spec.window),
        refused: spec.countDenied ? 'counted' : 'free',
      });
    case 'sliding-window':
      return slidingWindow(spec);
    case 'sliding-log':
      return slidingLog(spec);
    case 'leaky-bucket':
      return leakyBucket(spec);
    case 'concurrency':
      return concurrency(spec);
  }
};
