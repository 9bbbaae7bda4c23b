import {describe, expect, test} from 'vitest';
import {concurrency} from '../../../src/engine/algorithms/concurrency.ts';
import {createAlgorithm} from '../../../src/engine/create-algorithm.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {Ask, Kind, Verdict} from '../../../src/engine/verdict.ts';
import {Bucket} from '../../support/bucket.ts';
import {decide} from '../../support/decide.ts';
import {jsonFixture} from '../../support/fixture.ts';
import {MS, S} from '../../support/instants.ts';
import {caseOf, type PeerStep, type PeerTable} from '../../support/peer-tables.ts';
import {evaluatorOf, leakyBucketSpec, policyOf} from '../../support/policies.ts';

interface Zone {
  readonly rate: number;
  readonly per_ms: number;
  readonly burst: number;
  readonly nodelay?: boolean;
  readonly delay?: number;
}

interface Expected {
  readonly allowed: boolean;
  readonly delay_ms?: number;
  readonly status?: string;
}

const table = jsonFixture<PeerTable<Zone, Expected>>('tables/nginx_tests.json');

const specOf = ({rate, per_ms, burst, nodelay, delay}: Zone): AlgorithmSpec =>
  leakyBucketSpec(rate, per_ms * MS, burst, nodelay ? Number.POSITIVE_INFINITY : (delay ?? 0));

const TRACES = ['reject_and_not_counted', 'negative_excess', 'one_per_minute', 'two_stage_delay'];

describe('nginx-tests', () => {
  test.each(TRACES)('the trace %s', (id) => {
    const {policy, steps} = caseOf(table, id);
    const bucket = new Bucket(createAlgorithm(specOf(policy)));
    for (const {t_ms, cost, expect: expected} of steps) {
      const answer = bucket.take(t_ms * MS, cost);
      expect(answer.allowed).toBe(expected.allowed);
      if (expected.delay_ms !== undefined) expect(answer.delay).toBe(expected.delay_ms * MS);
    }
  });

  test('an empty key is not limited', () => {
    const {policy, steps} = caseOf(table, 'empty_key_is_unlimited');
    const evaluator = evaluatorOf(policyOf([{buckets: [specOf(policy)]}]));
    for (const {t_ms, cost} of steps)
      expect(decide(evaluator, {t: t_ms * MS, cost, key: ''})).toMatchObject({allowed: true, limit: -1});
  });

  test('a dry run charges what passes and not what it would refuse', () => {
    const {policy, steps} = caseOf(table, 'dry_run');
    const bucket = new Bucket(createAlgorithm(specOf(policy)));
    // A second location shares the zone, so the state, with its own burst.
    for (const step of steps as readonly (PeerStep<Expected> & Partial<Zone>)[]) {
      const location = new Bucket(
        createAlgorithm(specOf({...policy, burst: step.burst ?? policy.burst})),
        bucket.state,
      );
      const {allowed, delay} = location.take(step.t_ms * MS, step.cost);
      expect(allowed ? (delay > 0 ? 'DELAYED' : 'PASSED') : 'REJECTED').toBe(
        step.expect.status!.replace('_DRY_RUN', ''),
      );
    }
  });

  test('one connection at a time: a slot is freed when the request ends', () => {
    const algorithm = concurrency({max: 1, timeout: 3_600 * S});
    const state = new Float64Array(algorithm.words);
    const tokens = new Map<string, number>();
    for (const {op, id, expect: expected} of caseOf(table, 'concurrency_1')
      .steps as readonly (PeerStep<Expected> & {id: string})[]) {
      if (op === 'end') {
        expect(algorithm.release(state, 0, tokens.get(id)!)).toBe(true);
        continue;
      }
      const ask = Object.assign(new Ask(), {now: 0, cost: 1, hold: Number.MAX_SAFE_INTEGER});
      const verdict = new Verdict();
      algorithm.decide(state, 0, ask, verdict);
      expect(verdict.kind === Kind.allow).toBe(expected.allowed);
      if (verdict.writes) algorithm.commit(state, 0, ask, verdict);
      tokens.set(id, verdict.w1);
    }
  });

  test('every case is covered', () => {
    expect(table.cases.map(({id}) => id).sort()).toEqual(
      [...TRACES, 'concurrency_1', 'dry_run', 'empty_key_is_unlimited'].sort(),
    );
  });
});
