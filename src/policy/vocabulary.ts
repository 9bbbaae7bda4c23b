import {CALENDAR_UNITS} from '../engine/calendar-grid.ts';
import type {AlgorithmSpec} from '../engine/policy-model.ts';

export type AlgorithmName = AlgorithmSpec['kind'];

/** In the order in which they are documented. */
export const ALGORITHM_NAMES = [
  'token-bucket',
  'gcra',
  'fixed-window',
  'sliding-window',
  'sliding-log',
  'leaky-bucket',
  'concurrency',
] as const satisfies readonly AlgorithmName[];

export const UNITS = CALENDAR_UNITS;
