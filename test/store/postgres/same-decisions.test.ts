import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import type {Check} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {Policy} from '../../../src/engine/policy-model.ts';
import type {Store} from '../../../src/store/port.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {policyOf} from '../../support/policies.ts';
import {policies, SPEC_ARBITRARIES} from '../../support/random-policies.ts';
import {type RandomRequest, randomRequests} from '../../support/random-requests.ts';
import {openTestStore} from './postgres-place.ts';
import {Reference} from './reference.ts';

const START = 1_700_000_000 * S;

/** The same check of keys that no other run has. */
const ofRun = (check: Check, run: number): Check => ({
  ...check,
  layers: check.layers.map((layer) => ({
    ...layer,
    address: {...layer.address, key: `${layer.address.key}#${run}`},
  })),
});

describe('Postgres decides as the engine does, in every number', () => {
  let store: Store;
  let now = START;
  let run = 0;
  beforeAll(async () => {
    store = await openTestStore(inject('databaseUrl'), {clock: () => now});
  });
  afterAll(() => store.close());

  /** Checks asked together share an instant. Policies take turns: a key has rows of several shapes. */
  const compare = async (
    turns: readonly Policy[],
    requests: readonly RandomRequest[],
    together: number,
  ): Promise<void> => {
    run++;
    const reference = new Reference();
    const routers = turns.map((policy) => new RequestRouter(policy));
    now = START;
    for (let from = 0; from < requests.length; from += together) {
      const some = requests.slice(from, from + together);
      now = Math.max(0, now + some[0]!.gap);
      const router = routers[Math.floor(from / 40) % routers.length]!;
      const checks = some.map(({cost, gap, ...attributes}) =>
        ofRun(router.route(attributes, {cost, now, hold: gap > 0 ? Number.POSITIVE_INFINITY : S}), run),
      );
      expect(await store.check(checks)).toEqual(reference.check(checks, now));
      const addresses = checks.flatMap(({layers}) => layers.map(({address}) => address));
      const rows = await store.read(addresses);
      addresses.forEach((address, i) => {
        const kept = reference.row(address);
        if (kept === undefined || kept.expiresAt <= now) expect(rows[i]).toBeUndefined();
        else expect(rows[i]).toMatchObject({expiresAt: kept.expiresAt, words: {length: kept.words.length}});
      });
    }
  };

  test.each(Object.entries(SPEC_ARBITRARIES))(
    '%s',
    async (_name, spec) => {
      const policy = policies({spec, maxBuckets: 2});
      await fc.assert(
        fc.asyncProperty(policy, randomRequests(100), (policy, requests) => compare([policy], requests, 4)),
        {numRuns: 60},
      );
    },
    MANY_CASES_MS,
  );

  test.each(Object.entries(SPEC_ARBITRARIES))(
    '%s, a check or two of one bucket at a time',
    async (_name, spec) => {
      const policy = spec.map((bucket) => policyOf([{key: '{ip}', buckets: [bucket]}]));
      await fc.assert(
        fc.asyncProperty(policy, randomRequests(100), fc.constantFrom(1, 2), (policy, requests, together) =>
          compare([policy], requests, together),
        ),
        {numRuns: 60},
      );
    },
    MANY_CASES_MS,
  );

  test(
    'one token bucket whose rate, burst and steps change',
    async () => {
      const policy = SPEC_ARBITRARIES['token-bucket']!.map((bucket) =>
        policyOf([{key: '{ip}', buckets: [bucket]}]),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(policy, {minLength: 2, maxLength: 4}),
          randomRequests(160),
          fc.constantFrom(1, 4, 40),
          compare,
        ),
        {numRuns: 100},
      );
    },
    MANY_CASES_MS,
  );

  test(
    'any buckets together, several checks in one call, policies that change',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(policies(), {minLength: 1, maxLength: 2}),
          randomRequests(150),
          fc.constantFrom(1, 3, 20, 150),
          compare,
        ),
        {numRuns: 150},
      );
    },
    MANY_CASES_MS,
  );
});
