import type {AdaptiveSpec, ControllerSpec} from '../../src/engine/control/control-spec.ts';
import {NO_SAMPLE} from '../../src/engine/control/pressure.ts';
import {MS, S} from './instants.ts';
import {type Chart, chartSvg} from './line-chart.ts';
import {gcraSpec} from './policies.ts';
import {type Interval, runServer} from './queue-model.ts';

/** Requests per second that the server can do: ten workers, 100 ms each. */
export const CAPACITY = 100;
/** What the limit lets through: twice that. */
export const BASE = 200;
export const LOAD = {usual: 60, step: 300, from: 60, to: 600} as const;
const SECONDS = 900;

const spec = (controller: ControllerSpec, responseTime: number): AdaptiveSpec => ({
  name: 'protect',
  limits: ['all'],
  pools: [],
  controller,
  every: 5 * S,
  targets: {...NO_SAMPLE, responseTime},
  floor: 0.1,
});

const run = (control: AdaptiveSpec | undefined): readonly Interval[] =>
  runServer({
    workers: 10,
    service: 0.1,
    offered: (second) => (second >= LOAD.from && second < LOAD.to ? LOAD.step : LOAD.usual),
    seconds: SECONDS,
    limit: gcraSpec(BASE, S, 20),
    control,
    every: 5,
  });

export interface StepLoad {
  readonly none: readonly Interval[];
  readonly aimd: readonly Interval[];
  readonly gradient: readonly Interval[];
}

/** A load of five times the usual for nine minutes, on a limit that is twice too high: without control, and with each controller. */
export const stepLoad = (): StepLoad => ({
  none: run(undefined),
  aimd: run(spec({kind: 'aimd', decrease: 0.9, increase: 0.05}, 500 * MS)),
  // Its target is out of reach: it goes by what the response times use to be.
  gradient: run(spec({kind: 'gradient', tolerance: 1.5, smoothing: 0.2, longWindow: 600}, 3_600 * S)),
});

/** Of the responses in an interval, when they take at most a second on average: what is of use to somebody, per second. */
export const goodput = (intervals: readonly Interval[]): number => {
  const loaded = intervals.filter(({at}) => at > LOAD.from && at <= LOAD.to);
  const good = loaded.filter(({responseTime}) => (responseTime ?? Number.POSITIVE_INFINITY) <= 1);
  return good.reduce((sum, {served}) => sum + served, 0) / loaded.length;
};

/** `docs/images/adaptive-step.svg`. */
export const stepLoadSvg = ({none, aimd, gradient}: StepLoad): string => {
  const limits = (intervals: readonly Interval[]) =>
    intervals.map(({at, share}) => [at, share * BASE] as const);
  const times = (intervals: readonly Interval[]) =>
    intervals.map(({at, responseTime = 0}) => [at, responseTime] as const);
  const chart: Chart = {
    title: 'A step load on adaptive limits',
    description: `Above: the limit in force over ${SECONDS} seconds. It starts at ${BASE} requests per second. When the offered load steps from ${LOAD.usual} to ${LOAD.step} it falls below the capacity of ${CAPACITY}, and stays around it; after the step it is back at ${BASE}. Below: response times. Without control they grow beyond ${Math.floor(Math.max(...none.map(({responseTime = 0}) => responseTime)) / 100) * 100} seconds; with AIMD and gradient they are below a second most of the time.`,
    x: {
      to: SECONDS,
      ticks: [0, 150, 300, 450, 600, 750, 900].map((at) => ({at, text: String(at)})),
      title: 'time, seconds (a step of control every 5 s)',
    },
    spans: [{from: LOAD.from, to: LOAD.to, text: `offered: ${LOAD.step}/s, else ${LOAD.usual}/s`}],
    panels: [
      {
        title: 'limit in force, requests per second',
        y: {kind: 'linear', from: 0, to: BASE},
        ticks: [0, 50, 100, 150, 200].map((at) => ({at, text: String(at)})),
        lines: [
          {name: 'AIMD', look: 'one', points: limits(aimd)},
          {name: 'gradient', look: 'other', points: limits(gradient)},
          {name: 'base', look: 'soft', points: limits(none)},
          {
            name: 'capacity of the server',
            look: 'mark',
            points: [
              [0, CAPACITY],
              [SECONDS, CAPACITY],
            ],
          },
        ],
      },
      {
        title: 'response time, seconds (logarithmic)',
        y: {kind: 'log', from: 0.05, to: 1_000},
        ticks: [0.1, 1, 10, 100, 1_000].map((at) => ({at, text: at === 1_000 ? '1,000' : String(at)})),
        lines: [
          {name: 'AIMD', look: 'one', points: times(aimd)},
          {name: 'gradient', look: 'other', points: times(gradient)},
          {name: 'without control', look: 'plain', points: times(none)},
        ],
      },
    ],
  };
  return chartSvg(chart);
};
