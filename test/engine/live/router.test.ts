import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {CheckDecider, type Row} from '../../../src/engine/live/check-decider.ts';
import {compileGlob} from '../../../src/engine/live/glob.ts';
import {liveDecision} from '../../../src/engine/live/live-decision.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {compileMatcher} from '../../../src/engine/matcher.ts';
import {decide} from '../../support/decide.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {evaluatorOf, policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {anyPolicy} from '../../support/random-policies.ts';
import {anyRequest} from '../../support/random-requests.ts';
import {batchOf} from '../../support/requests.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

test('a check decides like the evaluator: any policy, any requests', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anyRequest, {minLength: 1, maxLength: 60}), (policy, requests) => {
      const evaluator = evaluatorOf(policy);
      const router = new RequestRouter(policy);
      const decider = new CheckDecider();
      const rows = new Map<string, Row>();
      let t = 1_700_000_000 * S;
      for (const {gap, cost, ...attributes} of requests) {
        t += gap;
        const hold = S;
        const expected = decide(evaluator, {t, cost, hold, ...attributes});
        const check = router.route(attributes, {cost, now: t, hold});
        const own = check.layers.map(({address, buckets}) => {
          const id = JSON.stringify(address);
          const row = rows.get(id) ?? {state: new Float64Array(buckets.words), expiresAt: 0};
          rows.set(id, row);
          return row;
        });
        const {outcomes, ...facts} = expected;
        expect(liveDecision(check, decider.decide(check, own, t))).toEqual(facts);
      }
    }),
    {numRuns: 300},
  );
});

test('a row that was saved and loaded again decides as before', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anyRequest, {minLength: 1, maxLength: 40}), (policy, requests) => {
      const router = new RequestRouter(policy);
      const kept = {decider: new CheckDecider(), rows: new Map<string, Row>()};
      const stored = new Map<string, number[]>();
      let t = 1_700_000_000 * S;
      const other = new RequestRouter(policy);
      for (const {gap, cost, ...attributes} of requests) {
        t += gap;
        const options = {cost, now: t, hold: Number.POSITIVE_INFINITY};
        const check = router.route(attributes, options);
        const own = check.layers.map(({address, buckets}) => {
          const id = JSON.stringify(address);
          const row = kept.rows.get(id) ?? {state: new Float64Array(buckets.words), expiresAt: 0};
          kept.rows.set(id, row);
          return row;
        });
        const expected = kept.decider.decide(check, own, t);
        const again = other.route(attributes, options);
        const loaded = again.layers.map(({address, buckets}) => {
          const state = new Float64Array(buckets.words);
          const words = stored.get(JSON.stringify(address));
          if (words !== undefined) buckets.load(state, 0, words);
          return {state, expiresAt: 0};
        });
        expect(kept.decider.decide.call(new CheckDecider(), again, loaded, t)).toEqual(expected);
        again.layers.forEach(({address, buckets}, i) => {
          stored.set(JSON.stringify(address), buckets.save(loaded[i]!.state, 0));
          buckets.clear(loaded[i]!.state, 0);
        });
      }
    }),
    {numRuns: 200},
  );
});

test('behind the block of a key are the buckets that its row has', () => {
  const own = [tokenBucketSpec(1, S, 7), tokenBucketSpec(1, S, 9)];
  const overrides = {vip: {kind: 'buckets', buckets: own}} as const;
  const router = new RequestRouter(policyOf([{name: 'a', buckets: [tokenBucketSpec(1, S)], overrides}]));
  router.setOverrides([{limit: 'a', key: 'vip', until: 2 * S, effect: {kind: 'block'}}]);
  const {layers} = router.route({key: 'vip'}, {cost: 1, now: S, hold: S});
  expect(layers[0]).toMatchObject({blockedUntil: 2 * S, buckets: {shape: 't,t'}});
  expect(router.bucketsOf('a', 'vip', '', S)?.shape).toBe('t,t');
});

describe('a request whose tier is moved', () => {
  const policy = policyOf([
    {
      name: 'plan',
      key: '{tenant}',
      plan: {
        kind: 'tiered',
        tier: '{plan}',
        tiers: new Map([
          ['low', [tokenBucketSpec(1, S)]],
          ['high', [tokenBucketSpec(9, S), tokenBucketSpec(5, S)]],
        ]),
        defaultTier: undefined,
      },
    },
    {name: 'all', key: '{tenant}', buckets: [tokenBucketSpec(1, S)]},
  ]);
  const asked: string[][] = [];
  const routed = (plan: string, to: string) => {
    const router = new RequestRouter(policy);
    asked.length = 0;
    router.setTierMover((...what) => {
      asked.push(what);
      return to;
    });
    return router
      .route({tenant: 'a', plan}, {cost: 1, now: S, hold: S})
      .layers.map(({address: {limit, tier, shape}}) => `${limit} ${tier} ${shape}`);
  };

  test('gets the buckets and the row of the other tier; limits without tiers are not asked about', () => {
    expect(routed('high', 'low')).toEqual(['plan low t', 'all  t']);
    expect(asked).toEqual([['plan', 'a', 'high']]);
  });

  test('keeps its tier when the limit does not have the other one', () => {
    expect(routed('high', 'gone')).toEqual(['plan high t,t', 'all  t']);
    expect(routed('high', '')).toEqual(['plan high t,t', 'all  t']);
  });

  test('is left alone when its tier is unknown', () => {
    expect(routed('none', 'high')).toEqual(['all  t']);
    expect(asked).toEqual([]);
  });
});

test('a glob over text matches what the matcher over bytes matches', () => {
  const piece = fc.constantFrom('a', 'b', '*', '\\*', '/', 'é');
  const pattern = fc.array(piece, {minLength: 1, maxLength: 6}).map((pieces) => pieces.join(''));
  const text = fc
    .array(fc.constantFrom('a', 'b', '*', '/', 'é'), {minLength: 1, maxLength: 8})
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      const columns = new AttributeColumns(['path']);
      const matcher = compileMatcher([{attribute: 'path', values: [pattern]}], columns);
      expect(compileGlob(pattern)(text)).toBe(matcher.matches(batchOf(columns, [{t: 0, path: text}]), 0));
    }),
  );
});
