import {Evaluator} from '../../src/engine/evaluator.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {batchOf} from '../../src/trace/batch-of.ts';

/** Seconds of the pictures. */
export const LENGTH = 20;
const SECOND = 1_000_000;
/** Time between two looks at the level. */
const STEP = 0.05;

/**
 * Eight within 1.4 s, one every 0.8 s, silence, and eight within 1.4 s around a boundary of windows of 4 s. Seconds.
 */
export const TRAFFIC: readonly number[] = [
  ...Array.from({length: 8}, (_, i) => 1 + i * 0.2),
  ...Array.from({length: 8}, (_, i) => 3.6 + i * 0.8),
  ...Array.from({length: 8}, (_, i) => 15.2 + i * 0.2),
].map((at) => Math.round(at * 1_000) / 1_000);

export interface AlgorithmCase {
  /** Name of the algorithm, and of the picture. */
  readonly algorithm: string;
  /** A bucket as policies write it. */
  readonly bucket: string;
  /** How long each request takes; seconds. */
  readonly takes: number;
  /** What the level is called. */
  readonly level: string;
  /** What a reader should see. */
  readonly lesson: string;
  /**
   * One request as so many units: a bucket that is as much larger decides the same, and says its level in finer steps. Only where
   * nothing is rounded to whole units.
   */
  readonly fine: number;
}

const CASES = {
  'token-bucket': [
    'rate: 1/s, burst: 4',
    'tokens taken, of 4',
    'four at once, then one for each second that has passed; silence fills it again',
  ],
  gcra: [
    'algorithm: gcra, rate: 1/s, burst: 4',
    'seconds that TAT lies ahead of now, at most 4',
    'the same decisions as a token bucket, from one instant per key',
  ],
  'fixed-window': [
    'algorithm: fixed-window, limit: 4, window: 4s',
    'used in the window, of 4',
    'the count starts from 0 at every boundary: eight pass within 1.4 s around second 16',
  ],
  'sliding-window': [
    'algorithm: sliding-window, limit: 4, window: 4s',
    'weighted count, of 4',
    'the previous window fades out instead of being forgotten: no double burst',
  ],
  'sliding-log': [
    'algorithm: sliding-log, limit: 4, window: 4s',
    'admitted in the last 4 s, of 4',
    'each request counts for exactly 4 s: in no stretch of 4 s pass more than four',
  ],
  'leaky-bucket': [
    'algorithm: leaky-bucket, rate: 1/s, burst: 3',
    'in the bucket, of 4',
    'what passes is held back and served one per second',
  ],
  concurrency: [
    'algorithm: concurrency, max: 2',
    'running, of 2',
    'only what runs at the same time counts, not how often: each request takes 0.5 s here',
  ],
} as const;

export const ALGORITHM_CASES: readonly AlgorithmCase[] = Object.entries(CASES).map(
  ([algorithm, [bucket, level, lesson]]) => ({
    algorithm,
    bucket,
    level,
    lesson,
    takes: algorithm === 'concurrency' ? 0.5 : 0,
    fine: algorithm === 'token-bucket' || algorithm === 'gcra' ? 100 : 1,
  }),
);

export interface AlgorithmRun {
  readonly requests: readonly {
    readonly at: number;
    readonly allowed: boolean;
    /** When it is served; later than `at` for what is held back. */
    readonly served: number;
  }[];
  /** Level over time, in requests. */
  readonly level: readonly (readonly [at: number, level: number])[];
  readonly capacity: number;
}

/** Runs the traffic through the engine, with a look (cost 0) at the level between the requests. */
export const runCase = ({bucket, takes, fine}: AlgorithmCase): AlgorithmRun => {
  const evaluator = evaluatorOf(bucket, fine);
  const looks = Array.from({length: Math.round(LENGTH / STEP) + 1}, (_, i) => ({at: i * STEP, cost: 0}));
  // At one instant the request comes first, so that a look sees what it left.
  const events = [...TRAFFIC.map((at) => ({at, cost: fine})), ...looks].sort(
    (a, b) => a.at - b.at || b.cost - a.cost,
  );
  const batch = batchOf(
    evaluator.columns,
    events.map(({at, cost}) => ({t: Math.round(at * SECOND), cost, hold: takes * SECOND, key: 'acme'})),
  );
  const requests: AlgorithmRun['requests'][number][] = [];
  const level: (readonly [number, number])[] = [];
  let capacity = 0;
  events.forEach(({at, cost}, row) => {
    evaluator.evaluate(batch, row);
    const {decision} = evaluator;
    capacity = decision.capacity / fine;
    if (cost > 0)
      requests.push({
        at,
        allowed: decision.allowed,
        served: at + (decision.allowed ? decision.delay / SECOND : 0),
      });
    level.push([at, capacity - decision.remaining / fine]);
  });
  return {requests, level, capacity};
};

const evaluatorOf = (bucket: string, fine: number): Evaluator => {
  const scaled = bucket.replaceAll(/(rate|burst): (\d+)/g, (_, name, n) => `${name}: ${Number(n) * fine}`);
  const {policy} = parsePolicy(`version: 1\nlimits: [{name: a, key: "{key}", ${scaled}}]\n`, 'picture.yaml');
  return new Evaluator(policy);
};
