import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import {DecisionBit} from '../../../src/engine/decision-bit.ts';
import type {Evaluator} from '../../../src/engine/evaluator.ts';
import {SLICE} from '../../../src/engine/key-resolver.ts';
import type {RequestBatch} from '../../../src/engine/request-batch.ts';
import {specOf, timed, wildSteps} from '../../support/arbitraries.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {
  evaluatorOf,
  fixedWindowSpec,
  gcraSpec,
  type LimitInput,
  leakyBucketSpec,
  policyOf,
} from '../../support/policies.ts';
import {batchOf, type Request} from '../../support/requests.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const ATTRIBUTES = ['key', 'tenant', 'path', 'plan'];

/** A limit as `PlainLoop` takes it: one bucket, nothing else. */
const plainLimit: fc.Arbitrary<LimitInput> = fc.record({
  key: fc.constantFrom('{key}', '{tenant}', '{key}:{tenant}', 'all'),
  mode: fc.constantFrom('enforce', 'shadow'),
  cost: fc.constantFrom<'request' | number>('request', 1, 3),
  buckets: specOf().map((spec) => [spec]),
});

/** A limit with all that needs more than one bucket. */
const anyLimit: fc.Arbitrary<LimitInput> = fc
  .tuple(plainLimit, fc.array(specOf(), {minLength: 1, maxLength: 2}), specOf(), fc.nat(5))
  .map(([plain, buckets, other, kind]): LimitInput => {
    if (kind === 0) return {...plain, buckets};
    if (kind === 1) return {...plain, when: {path: ['/a*']}};
    if (kind === 2) return {...plain, rollout: 0.5};
    if (kind === 3)
      return {
        ...plain,
        overrides: {a: {kind: 'exempt'}, b: {kind: 'block'}, c: {kind: 'buckets', buckets: [other]}},
      };
    if (kind === 4)
      return {
        ...plain,
        plan: {kind: 'tiered', tier: '{plan}', tiers: new Map([['free', buckets]]), defaultTier: undefined},
      };
    return plain;
  });

const policies = (limit: fc.Arbitrary<LimitInput>) =>
  fc
    .tuple(
      fc.array(limit, {minLength: 1, maxLength: 4}),
      fc.constantFrom<'all-or-nothing' | 'always'>('all-or-nothing', 'always'),
    )
    .map(([limits, charge]) => policyOf(limits, charge));

const attributes = fc.record({
  key: fc.constantFrom('', 'a', 'b', 'c', '198.51.100.7'),
  tenant: fc.constantFrom('', 'acme', 'a'),
  path: fc.constantFrom('', '/a', '/b'),
  plan: fc.constantFrom('', 'free', 'gold'),
});

const traffic: fc.Arbitrary<Request[]> = fc
  .tuple(wildSteps(), fc.array(attributes, {minLength: 1, maxLength: 20}))
  .map(([all, of]) => timed(all).map(({t, cost, hold}, i) => ({t, cost, hold, ...of[i % of.length]!})));

const bitsOf = ({decision}: Evaluator): number =>
  (decision.allowed ? DecisionBit.allowed : 0) |
  (decision.never ? DecisionBit.never : 0) |
  (decision.applied ? DecisionBit.applied : 0) |
  (decision.delay > 0 ? DecisionBit.delayed : 0);

/** What each request is told: the decision's bits, and what each limit did. */
type Told = readonly [bits: number, ...outcomes: number[]];

const oneByOne = (evaluator: Evaluator, batch: RequestBatch): Told[] =>
  Array.from({length: batch.count}, (_, row) => {
    evaluator.evaluate(batch, row);
    return [bitsOf(evaluator), ...evaluator.outcomes];
  });

const inSlices = (evaluator: Evaluator, batch: RequestBatch, length: number): Told[] => {
  const told: Told[] = [];
  for (let from = 0; from < batch.count; from += length) {
    const to = Math.min(from + length, batch.count);
    evaluator.resolvers.beginSlice(batch, from, to);
    evaluator.evaluateSlice(batch, from, to);
    evaluator.resolvers.endSlice();
    for (let i = 0; i < to - from; i++)
      told.push([
        evaluator.sliceDecisions[i]!,
        ...evaluator.limits.map((_, limit) => evaluator.sliceOutcomes[limit * SLICE + i]!),
      ]);
  }
  return told;
};

test.each([
  ['limits with one bucket each', plainLimit],
  ['any limits', anyLimit],
])('slices decide and charge as requests one by one do: %s', (_, limit) => {
  check(
    fc.tuple(policies(limit), traffic, fc.integer({min: 1, max: SLICE})),
    ([policy, requests, length]) => {
      const alone = evaluatorOf(policy, ATTRIBUTES);
      const sliced = evaluatorOf(policy, ATTRIBUTES);
      const batch = batchOf(alone.columns, requests);
      // The second time keys are known; the states that the first left show in what the second is told.
      for (let time = 0; time < 2; time++)
        expect(inSlices(sliced, batch, length)).toEqual(oneByOne(alone, batch));
      for (let row = 0; row < batch.count; row++) {
        alone.evaluate(batch, row);
        sliced.evaluate(batch, row);
        expect(sliced.decision.facts()).toEqual(alone.decision.facts());
      }
    },
  );
});

test('a slice counts refusals that never fit and what is held back', () => {
  const never = evaluatorOf(policyOf([{buckets: [gcraSpec(1, 1_000_000, 1)]}]));
  const delayed = evaluatorOf(policyOf([{buckets: [leakyBucketSpec(1, 1_000_000, 5, 0)]}]));
  const batch = batchOf(never.columns, [
    {t: 0, key: 'a', cost: 2},
    {t: 0, key: 'a', cost: 1},
    {t: 0, key: 'a', cost: 1},
  ]);
  const {allowed, applied, never: neverBit, delayed: delayedBit} = DecisionBit;
  expect(inSlices(never, batch, 3).map(([bits]) => bits)).toEqual([
    applied | neverBit,
    applied | allowed,
    applied,
  ]);
  expect(inSlices(delayed, batch, 3).map(([bits]) => bits)).toEqual([
    applied | allowed | delayedBit,
    applied | allowed | delayedBit,
    applied | allowed | delayedBit,
  ]);
});

test('a batch that is filled again after a slice is read anew', () => {
  const evaluator = evaluatorOf(policyOf([{buckets: [gcraSpec(1, 1_000_000, 1)]}]));
  const first = batchOf(evaluator.columns, [{t: 0, key: 'a'}]);
  const second = batchOf(evaluator.columns, [{t: 0, key: 'b'}]);
  inSlices(evaluator, first, 1);
  Object.assign(first, second);
  evaluator.evaluate(first, 0);
  expect(evaluator.decision.allowed).toBe(true);
});

test.each([
  ['one limit', 1],
  ['two limits', 2],
])('a slice charges refusals where they count: %s', (_, count) => {
  const limits = Array.from({length: count}, () => ({
    buckets: [fixedWindowSpec(3, 1_000_000, {countDenied: true})],
  }));
  const evaluator = evaluatorOf(policyOf(limits));
  const batch = batchOf(evaluator.columns, [
    {t: 0, key: 'a', cost: 2},
    {t: 1, key: 'a', cost: 2},
    // One unit was left before the refusal, and none is after it.
    {t: 2, key: 'a', cost: 1},
  ]);
  const allowed = inSlices(evaluator, batch, 3).map(([bits]) => (bits & DecisionBit.allowed) !== 0);
  expect(allowed).toEqual([true, false, false]);
});
