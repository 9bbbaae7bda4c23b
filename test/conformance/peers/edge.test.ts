import {existsSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {decideAll} from '../../support/decide.ts';
import {jsonFixture, ndjsonFixture} from '../../support/fixture.ts';
import {MS} from '../../support/instants.ts';
import {evaluatorOf, fixedWindowSpec, gcraSpec, policyOf, tokenBucketSpec} from '../../support/policies.ts';

interface Jobs {
  readonly tb: Readonly<Record<string, {rate: number; per_ms: number; burst: number}>>;
  readonly win: Readonly<Record<string, {limit: number; window_ms: number}>>;
  readonly runs: readonly {trace: string; order: string; tb: string[]; win: string[]}[];
}

interface Recorded {
  readonly ts_ms: number;
  readonly key: string;
  readonly cost: number;
  readonly allowed: boolean;
  readonly remaining: number;
  readonly tokens: number;
  readonly retry_after_ns: number;
  readonly reset_after_ns: number;
  readonly reset_at_ms: number;
  readonly ms_before_next: number;
}

type Numbers = Readonly<Record<string, number | boolean>>;
type Ours = Readonly<{
  t: number;
  allowed: boolean;
  remaining: number;
  retryAfter: number;
  resetAfter: number;
}>;

/** For each reference: what it recorded of a decision, and the same numbers of ours. */
const REFERENCES = {
  xtimehead: {
    theirs: ({allowed, tokens}: Recorded): Numbers => ({allowed, remaining: Math.floor(tokens + 1e-6)}),
    ours: ({allowed, remaining}: Ours): Numbers => ({allowed, remaining}),
  },
  throttled: {
    theirs: ({allowed, remaining, retry_after_ns, reset_after_ns}: Recorded): Numbers => ({
      allowed,
      remaining,
      retryAfter: Math.max(0, Math.ceil(retry_after_ns / 1_000)),
      resetAfter: Math.ceil(reset_after_ns / 1_000),
    }),
    ours: ({allowed, remaining, retryAfter, resetAfter}: Ours): Numbers => ({
      allowed,
      remaining,
      retryAfter,
      resetAfter,
    }),
  },
  upstash_fixed_aligned: {
    theirs: ({allowed, remaining, reset_at_ms}: Recorded): Numbers => ({
      allowed,
      remaining,
      resetAt: reset_at_ms,
    }),
    ours: ({t, allowed, remaining, resetAfter}: Ours): Numbers => ({
      allowed,
      remaining,
      resetAt: (t + resetAfter) / MS,
    }),
  },
  rlf_memory: {
    theirs: ({allowed, remaining, ms_before_next}: Recorded): Numbers => ({
      allowed,
      remaining,
      resetAfter: ms_before_next,
    }),
    ours: ({allowed, remaining, resetAfter}: Ours): Numbers => ({
      allowed,
      remaining,
      resetAfter: resetAfter / MS,
    }),
  },
};

type Reference = keyof typeof REFERENCES;

interface Job {
  readonly reference: Reference;
  readonly file: string;
  readonly title: string;
  readonly spec: AlgorithmSpec;
}

const jobs = jsonFixture<Jobs>('edge/jobs.json');

const bucketsOf = ({rate, per_ms, burst}: Jobs['tb'][string]): readonly AlgorithmSpec[] => [
  tokenBucketSpec(rate, per_ms * MS, burst),
  gcraSpec(rate, per_ms * MS, burst),
];

/** Whether refused requests count makes no difference in these traces: they have costs of 1 and a window ends for both alike. */
const windowsOf = ({limit, window_ms}: Jobs['win'][string], reference: Reference): readonly AlgorithmSpec[] =>
  [false, true].map((countDenied) =>
    fixedWindowSpec(limit, window_ms * MS, {
      align: reference === 'rlf_memory' ? 'first-hit' : 'epoch',
      countDenied,
    }),
  );

const jobsOf = (
  reference: Reference,
  trace: string,
  order: string,
  policy: string,
  specs: readonly AlgorithmSpec[],
): Job[] => {
  const name = `${trace.replace('edge/', '')}.${order}.${policy}`;
  const file = `edge/golden/${reference}/${name}.ndjson.gz`;
  if (!existsSync(new URL(`../../fixtures/${file}`, import.meta.url))) return [];
  return specs.map((spec) => ({
    reference,
    file,
    spec,
    title: `${name} as ${spec.kind}${spec.kind === 'fixed-window' && spec.countDenied ? ', refusals counted' : ''}`,
  }));
};

const ALL: readonly Job[] = jobs.runs.flatMap(({trace, order, tb, win}) => [
  ...(['xtimehead', 'throttled'] as const).flatMap((reference) =>
    tb.flatMap((policy) => jobsOf(reference, trace, order, policy, bucketsOf(jobs.tb[policy]!))),
  ),
  ...(['upstash_fixed_aligned', 'rlf_memory'] as const).flatMap((reference) =>
    win.flatMap((policy) => jobsOf(reference, trace, order, policy, windowsOf(jobs.win[policy]!, reference))),
  ),
]);

describe.each(Object.keys(REFERENCES) as Reference[])('decisions recorded from %s', (reference) => {
  const {theirs, ours} = REFERENCES[reference];

  test.each(ALL.filter((job) => job.reference === reference))('$title', ({file, spec}) => {
    const recorded = ndjsonFixture<Recorded>(file);
    const evaluator = evaluatorOf(policyOf([{buckets: [spec]}]));
    const decided = decideAll(
      evaluator,
      recorded.map(({ts_ms, key, cost}) => ({t: ts_ms * MS, key, cost})),
    );
    const mine = decided.map((decision, i) => ours({...decision, t: recorded[i]!.ts_ms * MS}));
    const differing = recorded
      .map((line, i) => ({line: i + 1, theirs: theirs(line), ours: mine[i]!}))
      .filter((row) => JSON.stringify(row.theirs) !== JSON.stringify(row.ours));
    expect(recorded.length).toBeGreaterThan(0);
    expect(differing.slice(0, 3)).toEqual([]);
  });
});

test('all 32 recordings are replayed, each against two algorithms', () => {
  expect(ALL).toHaveLength(64);
});
