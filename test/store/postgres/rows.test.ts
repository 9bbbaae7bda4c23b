import {expect, inject, onTestFinished, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import type {Store} from '../../../src/store/port.ts';
import {rowId} from '../../../src/store/postgres/row-id.ts';
import {HOUR, S} from '../../support/instants.ts';
import {
  concurrencySpec,
  fixedWindowSpec,
  gcraSpec,
  policyOf,
  slidingLogSpec,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';
import {openTestStore} from './postgres-place.ts';

const NOW = 1_700_000_000 * S;
const LIMIT = 5;

const storeAt = async (now: () => number): Promise<Store> => {
  const store = await openTestStore(inject('databaseUrl'), {clock: now});
  onTestFinished(() => store.close());
  return store;
};

const SPECS: readonly (readonly [string, readonly AlgorithmSpec[]])[] = [
  ['t', [tokenBucketSpec(1, HOUR, LIMIT)]],
  ['g', [gcraSpec(1, HOUR, LIMIT)]],
  ['f1h', [fixedWindowSpec(LIMIT, HOUR)]],
  ['w1h', [slidingWindowSpec(LIMIT, HOUR)]],
  ['l1h', [slidingLogSpec(LIMIT, HOUR)]],
  ['k', [concurrencySpec(LIMIT, HOUR)]],
  ['l1h,t', [slidingLogSpec(LIMIT, HOUR), tokenBucketSpec(1, HOUR, LIMIT)]],
];

/** Words that are no row of any of these buckets: too few, too many, and lists that say to be longer than they are. */
const MISFITS = [
  [[]],
  [[1]],
  [[0, 0, 0, 0, 0, 0]],
  [[-1, 0]],
  [[1e300, 0, 0]],
  [[Number.NaN, 0, 0, 0, 0, 0, 0]],
  [[0, 0, 0, 0, 0, 0, 0, 0]],
];

test.each(SPECS.flatMap(([shape, buckets]) => MISFITS.map(([words]) => ({shape, buckets, words: words!}))))(
  'the words $words under $shape are as never seen',
  async ({shape, buckets, words}) => {
    const store = await storeAt(() => NOW);
    const router = new RequestRouter(policyOf([{name: 'one', buckets: [...buckets]}]));
    const checks = ['a', 'b'].map((key) => router.route({key}, {cost: 1, now: NOW, hold: HOUR}));
    expect(checks[0]!.layers[0]!.address.shape).toBe(shape);
    // One and several rows that are known to be there are decided by functions of their own.
    for (const asked of [checks.slice(0, 1), checks]) {
      await store.check(checks);
      await store.change(
        checks.map(({layers}) => ({
          address: layers[0]!.address,
          expected: 'any',
          next: {words, expiresAt: Number.POSITIVE_INFINITY},
        })),
      );
      expect(await store.release(checks[0]!.layers[0]!.address, NOW, 1)).toBe(false);
      const answers = await store.check(asked);
      expect(answers.map(({verdicts}) => [verdicts[0]!.kind, verdicts[0]!.remaining])).toEqual(
        asked.map(() => [0, LIMIT - 1]),
      );
    }
  },
);

const address = {limit: 'one', key: 'a', tier: 'free', shape: 'f1h'};

test('the id of a row tells apart limit, key, tier and shape, also when it is shortened', () => {
  for (const key of ['a', 'a\0free', 'k'.repeat(500)]) {
    const ids = [
      {...address, key},
      {...address, key, limit: 'two'},
      {...address, key: `${key}b`},
      {...address, key, tier: ''},
      {...address, key, tier: 'free\0f1h'},
      {...address, key, shape: 't'},
      {...address, key, shape: 'f1m'},
      {...address, key, shape: ''},
    ].map((one) => rowId(one).bytes.toString('hex'));
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test('rows of one key are neighbours, and unlike shapes of it live side by side', async () => {
  const store = await storeAt(() => NOW);
  for (const key of ['a', 'ü\0b', 'k'.repeat(300)]) {
    const addresses = ['cmonth.America/Argentina/Buenos_Aires,f1m', 'f1h', 't'].map((shape) => ({
      ...address,
      key,
      shape,
    }));
    await store.change(
      addresses.map((address, i) => ({
        address,
        expected: undefined,
        next: {words: [i, i], expiresAt: Number.POSITIVE_INFINITY},
      })),
    );
    expect((await store.read(addresses)).map((row) => row!.words[0])).toEqual([0, 1, 2]);
    const found = [];
    for await (const {rows} of store.scan({limit: 'one', keys: {kind: 'prefix', prefix: key}}))
      found.push(...rows.map(({address}) => address));
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(addresses));
  }
});
