import {expect} from 'vitest';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';

/** What a row expects; what is left out is not compared. Spans in µs. */
export interface Expected {
  readonly allowed: boolean;
  readonly never?: boolean;
  readonly remaining?: number;
  readonly retryAfter?: number;
  readonly resetAfter?: number;
  readonly delay?: number;
}

/** Cost, or cost and how long the request takes. */
export type Load = number | {readonly cost: number; readonly hold: number};

/** A step of a trace: when (µs), what is asked, what must be answered, and why. Steps share one key. */
export type Row = readonly [t: number, load: Load, expected: Expected, why: string];

/** An algorithm with its parameters, and a trace. */
export interface TraceTable {
  readonly name: string;
  readonly spec: AlgorithmSpec;
  readonly rows: readonly Row[];
}

export const ok = (remaining: number, resetAfter?: number, delay = 0): Expected => ({
  allowed: true,
  never: false,
  remaining,
  retryAfter: 0,
  delay,
  ...(resetAfter === undefined ? {} : {resetAfter}),
});

export const wait = (retryAfter: number, remaining = 0, resetAfter?: number): Expected => ({
  allowed: false,
  never: false,
  remaining,
  retryAfter,
  delay: 0,
  ...(resetAfter === undefined ? {} : {resetAfter}),
});

export const never = (remaining: number): Expected => ({
  allowed: false,
  never: true,
  remaining,
  retryAfter: 0,
  delay: 0,
});

type Decide = (t: number, cost: number, hold: number) => Expected;

/** Lets a store answer a trace and compares row by row. */
export const run = (rows: readonly Row[], decide: Decide): void => {
  rows.forEach(([t, load, expected, why], i) => {
    const {cost, hold} = typeof load === 'number' ? {cost: load, hold: 0} : load;
    expect(decide(t, cost, hold), `row ${i + 1}, ${t} µs, cost ${cost}: ${why}`).toMatchObject(expected);
  });
};
