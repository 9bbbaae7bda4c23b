import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import {BucketSet} from '../../../src/engine/bucket-set.ts';
import {createAlgorithm} from '../../../src/engine/create-algorithm.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {Ask, Kind} from '../../../src/engine/verdict.ts';
import {Bucket} from '../../support/bucket.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {gcraSpec, slidingLogSpec, tokenBucketSpec} from '../../support/policies.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const START = 1_700_000_040_123_457;

test('GCRA: what a denied request is told to wait is exact to the microsecond, also after its rate changed', () => {
  const rates = fc.record({
    count: fc.oneof(fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 5_000_000})),
    per: fc.constantFrom(1_000, S, 7 * S, MINUTE),
    burst: fc.integer({min: 1, max: 20}),
  });
  const requests = fc.array(
    fc.record({rate: rates, gap: fc.nat(1_000), cost: fc.integer({min: 1, max: 20})}),
    {minLength: 2, maxLength: 30},
  );
  check(
    requests,
    (all) => {
      const state = new Float64Array(2);
      let now = START;
      for (const {rate, gap, cost} of all) {
        now += gap;
        const bucket = new Bucket(createAlgorithm(gcraSpec(rate.count, rate.per, rate.burst)), state);
        const {allowed, never, retryAfter} = bucket.take(now, cost);
        if (allowed || never) continue;
        expect(retryAfter).toBeGreaterThan(0);
        expect(bucket.look(now + retryAfter - 1, cost).allowed).toBe(false);
        expect(bucket.look(now + retryAfter, cost).allowed).toBe(true);
      }
    },
    {runs: 2_000},
  );
});

test.each<[string, AlgorithmSpec, AlgorithmSpec]>([
  ['token bucket', tokenBucketSpec(10, MINUTE, 100), tokenBucketSpec(1, MINUTE, 10)],
  [
    'stepped token bucket',
    tokenBucketSpec(10, MINUTE, 100, {refill: {kind: 'stepped', every: 5 * S}}),
    tokenBucketSpec(1, MINUTE, 10, {refill: {kind: 'stepped', every: 5 * S}}),
  ],
  ['gcra', gcraSpec(10, MINUTE, 100), gcraSpec(1, MINUTE, 5)],
  ['sliding log', slidingLogSpec(100, MINUTE), slidingLogSpec(10, MINUTE)],
])('%s: a request of cost 0 is allowed and takes nothing, also of a key that owes', (_, before, after) => {
  const [whole, lowered] = [new BucketSet([before]), new BucketSet([after])];
  const row = new Float64Array(whole.words);
  const ask = Object.assign(new Ask(), {now: START, cost: 90});
  whole.decide(row, 0, ask);
  whole.commit(row, 0, ask);
  const owing = new Float64Array(lowered.words);
  lowered.load(owing, 0, whole.save(row, 0));
  ask.cost = 0;
  lowered.decide(owing, 0, ask);
  expect(lowered.verdict).toMatchObject({kind: Kind.allow, remaining: 0, retryAfter: 0, writes: false});
  // It owes all the same.
  ask.cost = 1;
  lowered.decide(owing, 0, ask);
  expect(lowered.verdict).toMatchObject({kind: Kind.notYet, remaining: 0});
});
