import {describe, expect, test, vi} from 'vitest';
import type {Evaluator} from '../../../src/engine/evaluator.ts';
import {Outcome} from '../../../src/engine/outcome.ts';
import {decide} from '../../support/decide.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {evaluatorOf, fixedWindowSpec, gcraSpec, policyOf, tokenBucketSpec} from '../../support/policies.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const {allowed, denied, notApplicable, notReached, skipped} = Outcome;

/** What a key has left in each layer, without touching it. */
const left = (evaluator: Evaluator, t = 0): number[] => {
  const peek = {t, cost: 0, ip: 'i', key: 'k', tenant: 't', path: '/', plan: 'free'};
  decide(evaluator, peek);
  return evaluator.limits.map((limit) => limit.verdict.remaining);
};

const TWO = [
  {name: 'per-ip', key: '{ip}', buckets: [gcraSpec(1, S, 3)]},
  {name: 'per-tenant', key: '{tenant}', buckets: [gcraSpec(1, 2 * S, 2)]},
];
const ATTRIBUTES = ['ip', 'tenant', 'key', 'path', 'plan'];
const request = (t: number, cost = 1) => ({t, cost, ip: 'i', tenant: 't', key: 'k', path: '/', plan: 'free'});

describe('layers', () => {
  test('the answer is that of the tightest layer when all allow', () => {
    const evaluator = evaluatorOf(policyOf(TWO), ATTRIBUTES);
    expect(decide(evaluator, request(0))).toMatchObject({
      allowed: true,
      limit: 1,
      capacity: 2,
      remaining: 1,
      retryAfter: 0,
      resetAfter: 2 * S,
      outcomes: [allowed, allowed],
    });
  });

  test('the first that denies names the denial; those behind it are not reached', () => {
    const evaluator = evaluatorOf(
      policyOf([...TWO, {key: '{key}', buckets: [gcraSpec(1, S, 9)]}]),
      ATTRIBUTES,
    );
    decide(evaluator, request(0, 2));
    expect(decide(evaluator, request(0))).toMatchObject({
      allowed: false,
      limit: 1,
      remaining: 0,
      retryAfter: 2 * S,
      outcomes: [allowed, denied, notReached],
    });
  });

  test('nobody is charged when one denies', () => {
    const evaluator = evaluatorOf(policyOf(TWO), ATTRIBUTES);
    decide(evaluator, request(0, 2));
    expect(left(evaluator)).toEqual([1, 0]);
    decide(evaluator, request(0));
    expect(left(evaluator)).toEqual([1, 0]);
  });

  test('with charge: always the others are', () => {
    const evaluator = evaluatorOf(policyOf(TWO, 'always'), ATTRIBUTES);
    decide(evaluator, request(0, 2));
    expect(decide(evaluator, request(0)).outcomes).toEqual([allowed, denied]);
    expect(left(evaluator)).toEqual([0, 0]);
  });

  test('a layer that counts refusals counts its own, not those of other layers', () => {
    const counting = {buckets: [fixedWindowSpec(2, 10 * S, {countDenied: true})]};
    const first = evaluatorOf(policyOf([counting, {key: '{ip}', buckets: [gcraSpec(1, S, 1)]}]), ATTRIBUTES);
    decide(first, request(0));
    decide(first, request(0));
    expect(left(first)[0], 'refused by the layer behind').toBe(1);
    decide(first, request(0, 2));
    expect(left(first)[0], 'refused by itself').toBe(0);
  });

  test('the wait is until every layer allows: denied one microsecond earlier, allowed then', () => {
    const policy = policyOf([
      {key: '{ip}', buckets: [tokenBucketSpec(3, 10 * S, 3)]},
      {key: '{tenant}', buckets: [fixedWindowSpec(3, 7 * S)]},
      {key: '{key}', buckets: [gcraSpec(1, 4 * S, 3)]},
    ]);
    const evaluator = evaluatorOf(policy, ATTRIBUTES);
    let t = 0;
    for (let i = 0; i < 500; i++) {
      const {allowed, retryAfter} = decide(evaluator, request(t, (i % 3) + 1));
      if (allowed) continue;
      expect(decide(evaluator, request(t + retryAfter - 1, (i % 3) + 1)).allowed).toBe(false);
      t += retryAfter;
      expect(decide(evaluator, request(t, (i % 3) + 1)).allowed).toBe(true);
    }
  });

  test('never, wherever it is said, is never', () => {
    const evaluator = evaluatorOf(
      policyOf([{buckets: [gcraSpec(1, S, 3)]}, {key: '{ip}', buckets: [gcraSpec(1, S, 2)]}]),
      ATTRIBUTES,
    );
    decide(evaluator, request(0, 2));
    expect(decide(evaluator, request(0, 3))).toMatchObject({
      allowed: false,
      never: true,
      limit: 0,
      remaining: 1,
      retryAfter: 0,
    });
  });

  test('a request to which nothing applies is allowed', () => {
    const evaluator = evaluatorOf(policyOf([{key: '{tenant}', buckets: [gcraSpec(1, S)]}]), ['tenant']);
    expect(decide(evaluator, {t: 0})).toMatchObject({
      allowed: true,
      limit: -1,
      remaining: 0,
      outcomes: [skipped],
    });
    expect(decide(evaluatorOf(policyOf([])), {t: 0, key: 'k'})).toMatchObject({
      allowed: true,
      limit: -1,
      outcomes: [],
    });
  });

  test('a peek of cost 0 is allowed by all and charges none', () => {
    const evaluator = evaluatorOf(policyOf(TWO, 'always'), ATTRIBUTES);
    decide(evaluator, request(0, 2));
    expect(decide(evaluator, request(0, 0))).toMatchObject({allowed: true, limit: 1, remaining: 0});
    expect(left(evaluator)).toEqual([1, 0]);
  });
});

describe('a limit in shadow mode', () => {
  const SHADOW = [
    {mode: 'shadow' as const, buckets: [gcraSpec(1, S, 1)]},
    {key: '{ip}', buckets: [gcraSpec(1, S, 3)]},
  ];

  test('is charged and never denies, nor does it name the tightest layer', () => {
    const evaluator = evaluatorOf(policyOf(SHADOW), ATTRIBUTES);
    expect(decide(evaluator, request(0))).toMatchObject({
      allowed: true,
      limit: 1,
      remaining: 2,
      outcomes: [allowed, allowed],
    });
    expect(decide(evaluator, request(0))).toMatchObject({
      allowed: true,
      limit: 1,
      remaining: 1,
      outcomes: [denied, allowed],
    });
  });

  test('is not charged when an enforcing layer denies', () => {
    const evaluator = evaluatorOf(
      policyOf([{...SHADOW[0]!, buckets: [gcraSpec(1, S, 9)]}, SHADOW[1]!]),
      ATTRIBUTES,
    );
    decide(evaluator, request(0, 3));
    decide(evaluator, request(0));
    expect(left(evaluator)).toEqual([6, 0]);
  });

  test('does not hide the layers behind it', () => {
    const evaluator = evaluatorOf(
      policyOf([{mode: 'shadow', buckets: [gcraSpec(1, S, 1)]}, {buckets: [gcraSpec(1, S, 1)]}]),
      ATTRIBUTES,
    );
    decide(evaluator, request(0));
    expect(decide(evaluator, request(0))).toMatchObject({
      allowed: false,
      limit: 1,
      outcomes: [denied, denied],
    });
  });
});

describe('several buckets of one limit', () => {
  const evaluatorWith = (charge: 'all-or-nothing' | 'always' = 'all-or-nothing'): Evaluator =>
    evaluatorOf(
      policyOf([{buckets: [tokenBucketSpec(10, S, 5), tokenBucketSpec(1, S, 8)]}], charge),
      ATTRIBUTES,
    );

  test.each(['all-or-nothing', 'always'] as const)(
    'must all allow, else none is charged (charge: %s)',
    (charge) => {
      const evaluator = evaluatorWith(charge);
      decide(evaluator, request(0, 5));
      expect(decide(evaluator, request(S, 5))).toMatchObject({
        allowed: false,
        remaining: 4,
        capacity: 8,
        retryAfter: S,
      });
      // The first bucket still has its five: had it been charged, this one would be refused by it.
      expect(decide(evaluator, request(S, 4))).toMatchObject({allowed: true, remaining: 0, capacity: 8});
      expect(decide(evaluator, request(S, 1))).toMatchObject({allowed: false, remaining: 0, retryAfter: S});
    },
  );

  test('what is left on a refusal is what the buckets hold uncharged', () => {
    const evaluator = evaluatorOf(
      policyOf([{buckets: [tokenBucketSpec(1, S, 5), tokenBucketSpec(1, S, 3)]}]),
      ATTRIBUTES,
    );
    expect(decide(evaluator, request(0, 4))).toMatchObject({
      allowed: false,
      never: true,
      remaining: 3,
      capacity: 3,
      resetAfter: 0,
    });
  });

  test('the longest wait and the longest reset count', () => {
    const evaluator = evaluatorWith();
    expect(decide(evaluator, request(0, 5))).toMatchObject({
      allowed: true,
      remaining: 0,
      capacity: 5,
      resetAfter: 5 * S,
    });
    expect(decide(evaluator, request(0, 4))).toMatchObject({allowed: false, retryAfter: S});
  });
});

describe('what a request weighs', () => {
  test('a limit may weigh all requests alike, others their own cost; a peek stays a peek', () => {
    const policy = policyOf([
      {key: '{ip}', cost: 1, buckets: [gcraSpec(1, S, 3)]},
      {cost: 'request', buckets: [gcraSpec(1, S, 100)]},
    ]);
    const evaluator = evaluatorOf(policy, ATTRIBUTES);
    decide(evaluator, request(0, 40));
    expect(left(evaluator)).toEqual([2, 60]);
    decide(evaluator, request(0, 0));
    expect(left(evaluator)).toEqual([2, 60]);
  });
});

describe('when and unless', () => {
  const limit = {
    when: {path: ['/api/*', '/v?']},
    unless: {path: ['*/health'], plan: ['paid', 'inter*nal']},
    buckets: [gcraSpec(1, S)],
  };
  const applies = (path: string, plan: string): boolean =>
    decide(evaluatorOf(policyOf([limit]), ATTRIBUTES), {t: 0, key: 'k', path, plan}).outcomes[0] !==
    notApplicable;

  test.each([
    ['/api/users', 'free', true, 'matches the glob'],
    ['/api/', 'free', true, 'a star may stand for nothing'],
    ['/v?', 'free', true, 'a question mark is a question mark'],
    ['/v1', 'free', false, 'so it stands for nothing else'],
    ['/API/users', 'free', false, 'case counts'],
    ['/api', 'free', false, 'the whole value must match'],
    ['', 'free', false, 'a missing attribute matches nothing'],
    ['/api/health', 'paid', false, 'excluded by all of unless'],
    ['/api/health', 'inter-natio-nal', false, 'a star in the middle'],
    ['/api/health', 'free', true, 'one of two is not all'],
    ['/api/users', 'paid', true, 'nor is the other'],
  ])('%s on plan %s: %s, it %s', (path, plan, expected) => {
    expect(applies(path, plan)).toBe(expected);
  });
});
