import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, inject, test, vi} from 'vitest';
import type {Check, CheckAnswer} from '../../../src/engine/live/check.ts';
import {CheckDecider, type Row} from '../../../src/engine/live/check-decider.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {AlgorithmSpec, Policy} from '../../../src/engine/policy-model.ts';
import type {Store} from '../../../src/store/port.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {policyOf} from '../../support/policies.ts';
import {policies, SPEC_ARBITRARIES} from '../../support/random-policies.ts';
import {type RandomRequest, randomRequests} from '../../support/random-requests.ts';
import {openTestStore} from './redis-target.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const START = 1_700_000_000 * S;

/** The same check of keys that no other run has. */
const ofRun = (check: Check, run: number, tier?: string): Check => ({
  ...check,
  layers: check.layers.map((layer) => ({
    ...layer,
    address: {...layer.address, key: `${layer.address.key}#${run}`, tier: tier ?? layer.address.tier},
  })),
});

/** The engine itself, with rows in memory: what every store must say. */
class Reference {
  readonly #decider = new CheckDecider();
  readonly #rows = new Map<string, readonly number[]>();

  decide(check: Check, now: number): CheckAnswer {
    const rows = check.layers.map(({address, buckets}): Row => {
      const state = new Float64Array(buckets.words);
      const known = this.#rows.get(JSON.stringify(address));
      if (known !== undefined) buckets.load(state, 0, known);
      return {state, expiresAt: 0};
    });
    const answer = this.#decider.decide(check, rows, now);
    check.layers.forEach(({address, buckets}, i) => {
      const {state} = rows[i]!;
      if (this.#decider.charged[i]) this.#rows.set(JSON.stringify(address), buckets.save(state, 0));
      buckets.clear(state, 0);
    });
    return answer;
  }
}

describe('Redis decides as the engine does, in every number', () => {
  let store: Store;
  let now = START;
  let run = 0;
  beforeAll(async () => {
    store = await openTestStore(inject('redisUrl'), {clock: () => now, slack: 600 * S});
  });
  afterAll(() => store.close());

  /** Checks asked together share an instant. */
  const compare = async (
    policy: Policy,
    requests: readonly RandomRequest[],
    together: number,
    tier: string | undefined = undefined,
  ): Promise<void> => {
    run++;
    const reference = new Reference();
    const router = new RequestRouter(policy);
    now = START;
    for (let from = 0; from < requests.length; from += together) {
      const some = requests.slice(from, from + together);
      now = Math.max(0, now + some[0]!.gap);
      // Keys of this run only.
      const checks = some
        .map(({cost, gap, ...attributes}) =>
          router.route(attributes, {cost, now, hold: gap > 0 ? Number.POSITIVE_INFINITY : S}),
        )
        .map((check) => ofRun(check, run, tier));
      const expected = checks.map((check) => reference.decide(check, now));
      const answers = await store.check(checks);
      expect(answers).toEqual(expected);
    }
  };

  const compareAll = (policy: Policy, requests: RandomRequest[], together: number): Promise<void> =>
    compare(policy, requests, together);

  test.each(Object.entries(SPEC_ARBITRARIES))('%s', async (_name, spec) => {
    const policy = policies({spec, maxBuckets: 2});
    await fc.assert(
      fc.asyncProperty(policy, randomRequests(100), (policy, requests) => compare(policy, requests, 1)),
      {numRuns: 100},
    );
  });

  test.each(Object.entries(SPEC_ARBITRARIES))('one limit of one bucket: %s', async (_name, spec) => {
    const policy = fc
      .tuple(
        spec,
        fc.constantFrom('enforce' as const, 'shadow' as const),
        fc.constantFrom('all-or-nothing' as const, 'always' as const),
      )
      .map(([bucket, mode, charge]) =>
        policyOf([{name: 'one', key: '{tenant}', buckets: [bucket], mode}], charge),
      );
    await fc.assert(fc.asyncProperty(policy, randomRequests(100), fc.constantFrom(1, 5, 100), compareAll), {
      numRuns: 100,
    });
  });

  test.each([
    [
      'algorithm changes under the same key: each counts for itself',
      fc.oneof(...Object.values(SPEC_ARBITRARIES)),
    ],
    ['rate, burst and steps change', SPEC_ARBITRARIES['token-bucket']!],
  ])('one limit of one bucket, whose %s', async (_name, bucket) => {
    const policy = fc.tuple(bucket, fc.array(bucket, {minLength: 3, maxLength: 3})).map(([first, others]) =>
      policyOf([
        {
          name: 'one',
          key: 'all',
          plan: {
            kind: 'tiered',
            tier: '{tenant}',
            tiers: new Map([
              ['a', [first]],
              ...others.map((other, i): [string, AlgorithmSpec[]] => ['bcd'[i]!, [other]]),
            ]),
            defaultTier: undefined,
          },
        },
      ]),
    );
    await fc.assert(
      fc.asyncProperty(
        policy,
        randomRequests(100),
        fc.constantFrom(1, 5, 100),
        (policy, requests, together) => compare(policy, requests, together, ''),
      ),
      {numRuns: 200},
    );
  });

  test('any buckets together, several checks in one call', async () => {
    await fc.assert(
      fc.asyncProperty(policies(), randomRequests(150), fc.constantFrom(1, 3, 20, 150), compareAll),
      {numRuns: 200},
    );
  });
});
