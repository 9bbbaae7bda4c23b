import {LatencyHistogram} from '../../src/base/latency-histogram.ts';
import {type MeasuredRun, runOf} from '../../src/bench/figures.ts';
import type {LoadOutage, LoadResult} from '../../src/bench/load-result.ts';
import {benchReport, type MeasuredStore} from '../../src/bench/report-of-bench.ts';
import type {BenchMachine, BenchReport, BenchSettings} from '../../src/view/model/bench-report.ts';

const partsOf = (values: readonly number[]) => {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  return histogram.parts();
};

/** Latencies that look like a store's: many short, few long; `scale` makes a slower one. */
export const latencies = (count: number, scale = 1): readonly number[] =>
  Array.from({length: count}, (_, i) => Math.round(scale * (120 + 40 / (1 - (i + 0.5) / count))));

export interface Made {
  readonly values?: readonly number[];
  readonly seconds?: number;
  readonly outages?: readonly LoadOutage[];
  readonly more?: Partial<LoadResult>;
}

export const resultOf = ({
  values = latencies(2_000),
  seconds = 2,
  outages = [],
  more = {},
}: Made = {}): LoadResult => ({
  allowed: values.length,
  denied: 0,
  remembered: 0,
  withoutStore: 0,
  unsent: 0,
  late: 0,
  errors: new Map(),
  elapsed: seconds * 1_000_000,
  response: partsOf(values),
  service: partsOf(values.map((value) => Math.ceil(value * 0.9))),
  lateness: partsOf(values.map((value) => Math.floor(value * 0.1))),
  steps: Array.from({length: seconds}, (_, i) => {
    const part = values.slice((i * values.length) / seconds, ((i + 1) * values.length) / seconds);
    return {allowed: part.length, denied: 0, withoutStore: 0, latency: partsOf(part)};
  }),
  silence: 4_000,
  outages,
  cpu: 500_000,
  idle: 100_000,
  cpuOver: seconds * 1_000_000,
  decisions: undefined,
  ...more,
});

export const measuredRun = (
  made: Made = {},
  {
    loop = 'open',
    serverCpu = 0.25,
    reachedAt,
  }: {loop?: 'open' | 'closed'; serverCpu?: number | null; reachedAt?: number} = {},
): MeasuredRun => {
  const result = resultOf(made);
  return {
    result,
    run: runOf(result, {
      loop,
      startedAt: '2026-11-21T12:00:00.000Z',
      step: 1_000_000,
      serverCpu: serverCpu ?? undefined,
      ownCpu: 0,
      reachedBetween: () => reachedAt,
      beganAt: 0,
    }),
  };
};

export const store = (more: Partial<MeasuredStore> = {}): MeasuredStore => ({
  name: 'redis',
  url: 'redis://cache:6379',
  server: 'redis 7.0.15',
  remarks: [],
  loop: 'open',
  runs: [measuredRun()],
  sweep: null,
  accuracy: null,
  ...more,
});

export const SETTINGS: BenchSettings = {
  loop: 'open',
  ratePerSecond: 1_000,
  arrivals: 'poisson',
  connections: 4_096,
  processes: 1,
  warmupMs: 1_000,
  durationMs: 2_000,
  runs: 1,
  keys: 10_000,
  distribution: 'zipf',
  seed: 1,
  policyFile: null,
  limits: ['bench'],
  attributes: {},
  timeoutMs: 5_000,
  pacing: 'spin',
  p99Us: null,
};

const MACHINE: BenchMachine = {
  node: '24.21.0',
  platform: 'linux x64 6.1',
  cpus: 4,
  pauseP99Us: 12,
  pauseMaxUs: 300,
};

export const made = (
  stores: readonly MeasuredStore[] = [store()],
  settings: Partial<BenchSettings> = {},
  machine: Partial<BenchMachine> = {},
): BenchReport => benchReport({...SETTINGS, ...settings}, {...MACHINE, ...machine}, stores, false);
