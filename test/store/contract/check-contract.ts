import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Check, RowAddress} from '../../../src/engine/live/check.ts';
import {CheckDecider, type Row} from '../../../src/engine/live/check-decider.ts';
import type {LiveOverride} from '../../../src/engine/live/live-override.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {Kind} from '../../../src/engine/verdict.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {
  concurrencySpec,
  fixedWindowSpec,
  policyOf,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';
import {anyPolicy} from '../../support/random-policies.ts';
import {anyRequest} from '../../support/random-requests.ts';
import {ask, checkOf, kinds, limitOfBuckets, type OnScene, remaining, START} from './scene.ts';

const FOREVER = Number.POSITIVE_INFINITY;

const blockOf = (key: string, until: number): LiveOverride => ({
  limit: 'limit',
  key,
  until,
  effect: {kind: 'block'},
});

const describeDecisions = (on: OnScene): void => {
  test(
    'checks of one call are decided in their order',
    on(async ({store}) => {
      const router = limitOfBuckets(tokenBucketSpec(1, S, 3));
      const checks = Array.from({length: 5}, () => checkOf(router, {key: 'a'}));
      const answers = await store.check(checks);
      expect(answers.map(kinds)).toEqual([[0], [0], [0], [1], [1]]);
      expect(answers.map(remaining)).toEqual([[2], [1], [0], [0], [0]]);
      expect(answers[3]).toEqual({
        now: START,
        verdicts: [
          {
            kind: Kind.notYet,
            remaining: 0,
            capacity: 3,
            retryAfter: S,
            resetAfter: 3 * S,
            delay: 0,
            fencingToken: 0,
          },
        ],
      });
    }),
  );

  test(
    'what was charged is there in the next call, and refilled by the clock',
    on(async ({store, clock}) => {
      const router = limitOfBuckets(tokenBucketSpec(1, S, 3));
      await store.check([checkOf(router, {key: 'a'}, {cost: 3})]);
      clock.now += 2 * S;
      expect(remaining(await ask(store, checkOf(router, {key: 'a'})))).toEqual([1]);
      expect(remaining(await ask(store, checkOf(router, {key: 'b'})))).toEqual([2]);
    }),
  );

  test(
    'a clock that steps back mints nothing',
    on(async ({store, clock}) => {
      const router = limitOfBuckets(tokenBucketSpec(1, S, 1));
      await store.check([checkOf(router, {key: 'a'})]);
      clock.now -= HOUR;
      const {verdicts} = await ask(store, checkOf(router, {key: 'a'}));
      expect(verdicts[0]).toMatchObject({kind: Kind.notYet, retryAfter: HOUR + S});
    }),
  );

  test(
    'a cost above the capacity is answered never; a cost of 0 peeks and leaves no row',
    on(async ({store}) => {
      const router = limitOfBuckets(tokenBucketSpec(1, S, 3));
      const address = {limit: 'limit', key: 'a', tier: '', shape: 't'};
      const [never, peek] = await store.check([
        checkOf(router, {key: 'a'}, {cost: 4}),
        checkOf(router, {key: 'a'}, {cost: 0}),
      ]);
      expect(never!.verdicts[0]).toMatchObject({kind: Kind.never, remaining: 3, retryAfter: 0});
      expect(peek!.verdicts[0]).toMatchObject({kind: Kind.allow, remaining: 3, resetAfter: 0});
      expect(await store.read([address])).toEqual([undefined]);
    }),
  );

  test(
    'no checks, and checks without layers, are answered',
    on(async ({store}) => {
      expect(await store.check([])).toEqual([]);
      const empty: Check = {layers: [], charge: 'all-or-nothing', hold: FOREVER};
      const full = checkOf(limitOfBuckets(tokenBucketSpec(1, S, 3)), {key: 'a'});
      const answers = await store.check([empty, full, empty]);
      expect(answers.map(({verdicts}) => verdicts.length)).toEqual([0, 1, 0]);
    }),
  );

  test(
    '1,000 checks of 300 keys in one call, answers in their order',
    on(async ({store}) => {
      const router = limitOfBuckets(tokenBucketSpec(1, S, 3));
      const checks = Array.from({length: 1_000}, (_, i) => checkOf(router, {key: `key ${i % 300}`}));
      const answers = await store.check(checks);
      expect(answers.map(({verdicts}) => [verdicts[0]!.kind, verdicts[0]!.remaining])).toEqual(
        checks.map((_, i) => (i < 900 ? [0, 2 - Math.floor(i / 300)] : [1, 0])),
      );
    }),
  );

  test(
    'a row may be long: 300 instants of a sliding log, 3,000 leases',
    on(async ({store, clock}) => {
      const log = checkOf(limitOfBuckets(slidingLogSpec(300, HOUR)), {key: 'a'});
      for (let i = 0; i < 300; i++) {
        clock.now++;
        await store.check([log]);
      }
      expect((await ask(store, log)).verdicts[0]).toMatchObject({
        kind: Kind.notYet,
        remaining: 0,
        retryAfter: START + 1 + HOUR - clock.now,
      });
      const leases = limitOfBuckets(concurrencySpec(3_000, HOUR));
      expect(kinds(await ask(store, checkOf(leases, {key: 'b'}, {cost: 3_000})))).toEqual([Kind.allow]);
      expect(kinds(await ask(store, checkOf(leases, {key: 'b'})))).toEqual([Kind.notYet]);
    }),
  );

  test(
    'every hostile key has a state of its own',
    on(async ({store}) => {
      const router = limitOfBuckets(fixedWindowSpec(3, HOUR));
      for (const left of [2, 1]) {
        const answers = await store.check(HOSTILE_KEYS.map((key) => checkOf(router, {key})));
        expect(answers.map(remaining)).toEqual(HOSTILE_KEYS.map(() => [left]));
      }
    }),
  );
};

const describeLayers = (on: OnScene): void => {
  const two = (charge: 'all-or-nothing' | 'always'): RequestRouter =>
    new RequestRouter(
      policyOf(
        [
          {name: 'wide', key: 'all', buckets: [fixedWindowSpec(10, HOUR)]},
          {name: 'narrow', buckets: [fixedWindowSpec(1, HOUR)]},
        ],
        charge,
      ),
    );

  test(
    'no layer is charged when another one denies',
    on(async ({store}) => {
      const router = two('all-or-nothing');
      const answers = await store.check([1, 2, 3].map(() => checkOf(router, {key: 'a'})));
      expect(answers.map(remaining)).toEqual([
        [9, 0],
        [8, 0],
        [8, 0],
      ]);
      expect(answers.map(kinds)).toEqual([
        [0, 0],
        [0, 1],
        [0, 1],
      ]);
      expect(remaining(await ask(store, checkOf(router, {key: 'b'})))).toEqual([8, 0]);
    }),
  );

  test(
    'with charge: always the layers that allow are charged',
    on(async ({store}) => {
      const router = two('always');
      await store.check([1, 2, 3].map(() => checkOf(router, {key: 'a'})));
      expect(remaining(await ask(store, checkOf(router, {key: 'b'})))).toEqual([6, 0]);
    }),
  );

  test(
    'a limit that counts refusals counts its own only',
    on(async ({store}) => {
      const router = new RequestRouter(
        policyOf([
          {name: 'counts', key: 'all', buckets: [fixedWindowSpec(9, HOUR, {countDenied: true})]},
          {name: 'narrow', buckets: [fixedWindowSpec(1, HOUR, {countDenied: true})]},
        ]),
      );
      await store.check([1, 2, 3].map(() => checkOf(router, {key: 'a'})));
      expect(remaining(await ask(store, checkOf(router, {key: 'b'})))).toEqual([7, 0]);
      const [row] = await store.read([{limit: 'narrow', key: 'a', tier: '', shape: 'f1h'}]);
      expect(row!.words[1]).toBe(3);
    }),
  );

  test(
    'a layer in shadow mode never denies, and is charged as if it did',
    on(async ({store}) => {
      const router = new RequestRouter(
        policyOf([
          {name: 'shadow', mode: 'shadow', buckets: [fixedWindowSpec(1, HOUR)]},
          {name: 'enforced', buckets: [fixedWindowSpec(2, HOUR)]},
        ]),
      );
      const answers = await store.check([1, 2, 3].map(() => checkOf(router, {key: 'a'})));
      expect(answers.map(kinds)).toEqual([
        [0, 0],
        [1, 0],
        [1, 1],
      ]);
    }),
  );

  test(
    'several buckets of a key must all allow; none is charged when one refuses',
    on(async ({store, clock}) => {
      const router = limitOfBuckets(tokenBucketSpec(1, S, 2), slidingWindowSpec(3, MINUTE));
      const take = async (): Promise<number[]> => remaining(await ask(store, checkOf(router, {key: 'a'})));
      expect([await take(), await take(), await take()]).toEqual([[1], [0], [0]]);
      clock.now += 2 * S;
      expect([await take(), await take()]).toEqual([[0], [0]]);
      const {verdicts} = await ask(store, checkOf(router, {key: 'a'}));
      expect(verdicts[0]).toMatchObject({kind: Kind.notYet, capacity: 3});
    }),
  );

  test(
    'each tier of a key has a state of its own',
    on(async ({store}) => {
      const router = new RequestRouter(
        policyOf([
          {
            name: 'plan',
            plan: {
              kind: 'tiered',
              tier: '{plan}',
              tiers: new Map([
                ['free', [fixedWindowSpec(1, HOUR)]],
                ['pro', [fixedWindowSpec(5, HOUR), tokenBucketSpec(1, S, 9)]],
              ]),
              defaultTier: undefined,
            },
          },
        ]),
      );
      const answers = await store.check(
        ['free', 'pro', 'free', 'pro'].map((plan) => checkOf(router, {key: 'a', plan})),
      );
      expect(answers.map(remaining)).toEqual([[0], [4], [0], [3]]);
    }),
  );

  test(
    'a blocked key is refused until then, for good without an end, and nothing is charged',
    on(async ({store, clock}) => {
      const router = limitOfBuckets(fixedWindowSpec(3, HOUR));
      router.setOverrides([blockOf('a', START + S), blockOf('b', FOREVER)]);
      const checks = ['a', 'b', 'c'].map((key) => checkOf(router, {key}));
      const answers = await store.check(checks);
      const blocked = {remaining: 0, capacity: 0, retryAfter: 0, resetAfter: 0, delay: 0, fencingToken: 0};
      expect(answers.map(({verdicts}) => verdicts[0])).toEqual([
        {...blocked, kind: Kind.notYet, retryAfter: S, resetAfter: S},
        {...blocked, kind: Kind.never},
        expect.objectContaining({kind: Kind.allow, remaining: 2}),
      ]);
      clock.now += S;
      expect((await store.check(checks)).map(remaining)).toEqual([[2], [0], [1]]);
    }),
  );

  test(
    'a key of an unknown tier that is blocked is not limited when its block has ended',
    on(async ({store, clock}) => {
      const router = new RequestRouter(
        policyOf([
          {
            name: 'limit',
            plan: {
              kind: 'tiered',
              tier: '{plan}',
              tiers: new Map([['free', [fixedWindowSpec(1, HOUR)]]]),
              defaultTier: undefined,
            },
          },
        ]),
      );
      router.setOverrides([blockOf('a', START + S)]);
      const check = checkOf(router, {key: 'a', plan: 'none'});
      expect(kinds(await ask(store, check))).toEqual([Kind.notYet]);
      clock.now += S;
      const {verdicts} = await ask(store, check);
      expect(verdicts[0]).toMatchObject({kind: Kind.allow, remaining: Number.MAX_SAFE_INTEGER});
    }),
  );

  test(
    'buckets of other algorithms count by themselves: old and new processes side by side grant both budgets once',
    on(async ({store}) => {
      const address = {limit: 'limit', key: 'a', tier: ''};
      const window = limitOfBuckets(fixedWindowSpec(3, HOUR));
      const bucket = limitOfBuckets(tokenBucketSpec(1, HOUR, 9));
      await store.check([checkOf(window, {key: 'a'}, {cost: 3})]);
      expect(remaining(await ask(store, checkOf(bucket, {key: 'a'}, {cost: 0})))).toEqual([9]);
      expect(kinds(await ask(store, checkOf(window, {key: 'a'})))).toEqual([Kind.notYet]);
      expect(remaining(await ask(store, checkOf(bucket, {key: 'a'})))).toEqual([8]);
      expect(kinds(await ask(store, checkOf(window, {key: 'a'})))).toEqual([Kind.notYet]);
      const rows = await store.read(['t', 'f1h', 'f1m'].map((shape) => ({...address, shape})));
      expect(rows.map((row) => row?.words.length)).toEqual([3, 2, undefined]);
    }),
  );

  test(
    'so do windows of another length: a minute that ends does not clear what an hour counts',
    on(async ({store, clock}) => {
      const hour = limitOfBuckets(fixedWindowSpec(3, HOUR));
      const minute = limitOfBuckets(fixedWindowSpec(3, MINUTE));
      await store.check([checkOf(hour, {key: 'a'}, {cost: 3}), checkOf(minute, {key: 'a'}, {cost: 3})]);
      clock.now += MINUTE;
      expect(kinds(await ask(store, checkOf(minute, {key: 'a'}, {now: clock.now})))).toEqual([Kind.allow]);
      expect(kinds(await ask(store, checkOf(hour, {key: 'a'}, {now: clock.now})))).toEqual([Kind.notYet]);
    }),
  );

  test(
    'a row goes on under other numbers of the same algorithm',
    on(async ({store}) => {
      await store.check([checkOf(limitOfBuckets(fixedWindowSpec(3, HOUR)), {key: 'a'}, {cost: 3})]);
      const raised = limitOfBuckets(fixedWindowSpec(5, HOUR));
      expect(remaining(await ask(store, checkOf(raised, {key: 'a'})))).toEqual([1]);
    }),
  );
};

const describeRandom = (on: OnScene): void => {
  test(
    'any policy, any requests: the same answers as the engine gives over rows in memory',
    on(async ({store, clock}) => {
      const policies = fc.sample(anyPolicy, {seed: 7, numRuns: 40});
      const requests = fc.sample(anyRequest, {seed: 8, numRuns: 40 * 60});
      for (const [n, policy] of policies.entries()) {
        const router = new RequestRouter({
          ...policy,
          limits: policy.limits.map((limit) => ({...limit, name: `${limit.name}-${n}`})),
        });
        const decider = new CheckDecider();
        const rows = new Map<string, Row>();
        const rowOf = (address: RowAddress, words: number): Row => {
          const id = JSON.stringify(address);
          const row = rows.get(id) ?? {state: new Float64Array(words), expiresAt: 0};
          rows.set(id, row);
          return row;
        };
        // Calls of 1, 2, 3, … checks at the same instant.
        const own = requests.slice(n * 60, n * 60 + 60);
        for (let size = 1; own.length > 0; size++) {
          const call = own.splice(0, size);
          clock.now += call[0]!.gap;
          const checks = call.map(({gap, cost, ...attributes}) =>
            checkOf(router, attributes, {cost, now: clock.now, hold: S}),
          );
          const expected = checks.map((check) =>
            decider.decide(
              check,
              check.layers.map(({address, buckets}) => rowOf(address, buckets.words)),
              clock.now,
            ),
          );
          const answers = await store.check(checks);
          // The instant of a check that needed no store is nobody's clock.
          expect(answers.map(({verdicts}) => verdicts)).toEqual(expected.map(({verdicts}) => verdicts));
        }
      }
    }),
    60_000,
  );
};

export const describeChecks = (on: OnScene): void => {
  describe('check', () => {
    describeDecisions(on);
    describeLayers(on);
    describeRandom(on);
  });
};
