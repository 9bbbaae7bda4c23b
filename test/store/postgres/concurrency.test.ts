import pg from 'pg';
import {describe, expect, test} from 'vitest';
import type {Check} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {openPostgresStore} from '../../../src/store/postgres/open-postgres-store.ts';
import {eventually, PATIENTLY} from '../../support/in-time.ts';
import {HOUR} from '../../support/instants.ts';
import {
  fixedWindowSpec,
  gcraSpec,
  policyOf,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';
import {openTestStore, randomSchema, serverForTests, targetOf} from './postgres-place.ts';

const server = serverForTests();
const BUDGET = 40;
const KEYS = 20;

/** Numbers that look random, the same in every run. */
const numbersFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

describe('calls at the same time', () => {
  test('over overlapping rows neither wait for each other in a circle nor admit one too many', async () => {
    const schema = randomSchema();
    const stores = await Promise.all(
      [1, 2, 3].map(() => openTestStore(server().url, {schema, connection: 'reconnect'})),
    );
    const router = new RequestRouter(
      policyOf([
        {name: 'one', key: '{a}', buckets: [fixedWindowSpec(BUDGET, HOUR * 24 * 365)]},
        {name: 'two', key: '{b}', buckets: [fixedWindowSpec(BUDGET, HOUR * 24 * 365)]},
      ]),
    );
    const random = numbersFrom(7);
    const checks = (): Check[] =>
      Array.from({length: 1 + random(12)}, () =>
        router.route(
          {a: `k${random(KEYS)}`, b: `k${random(KEYS)}`},
          {cost: 1, now: Date.now() * 1_000, hold: Number.POSITIVE_INFINITY},
        ),
      );
    const admitted = new Map<string, number>();
    const caller = async (n: number): Promise<void> => {
      for (let i = 0; i < 25; i++) {
        const asked = checks();
        const answers = await stores[n % 3]!.check(asked);
        answers.forEach(({verdicts}, at) => {
          if (verdicts.some(({kind}) => kind !== 0)) return;
          for (const {address} of asked[at]!.layers) {
            const name = `${address.limit}/${address.key}`;
            admitted.set(name, (admitted.get(name) ?? 0) + 1);
          }
        });
        // Rows come and go under the callers.
        if (i % 8 === 7) await stores[n % 3]!.sweep();
      }
    };
    await Promise.all(Array.from({length: 12}, (_, n) => caller(n)));
    const rows = await stores[0]!.read(
      [...admitted.keys()].map((name) => {
        const [limit = '', key = ''] = name.split('/');
        return {limit, key, tier: '', shape: 'f365d'};
      }),
    );
    expect(rows.map((row) => row!.words[1])).toEqual([...admitted.values()]);
    expect(Math.max(...admitted.values())).toBeLessThanOrEqual(BUDGET);
    expect([...admitted.values()].filter((count) => count === BUDGET).length).toBeGreaterThan(KEYS / 2);
    const [database] = await server().sql(
      "select deadlocks from pg_stat_database where datname = 'postgres'",
    );
    expect(Number(database!['deadlocks'])).toBe(0);
    await Promise.all(stores.map((store) => store.close()));
  }, 60_000);

  test.each([
    ['fixed window', fixedWindowSpec(BUDGET, HOUR * 24 * 365)],
    ['token bucket', tokenBucketSpec(1, HOUR * 24 * 365, BUDGET)],
    ['GCRA', gcraSpec(1, HOUR * 24 * 365, BUDGET)],
    ['sliding window', slidingWindowSpec(BUDGET, HOUR * 24 * 365)],
  ])(
    'of one limit over the same keys in any order admit exactly the budget: %s',
    async (_name, spec) => {
      const schema = randomSchema();
      const stores = await Promise.all(
        [1, 2, 3].map(() => openTestStore(server().url, {schema, connection: 'reconnect'})),
      );
      const router = new RequestRouter(policyOf([{name: 'one', buckets: [spec]}]));
      const random = numbersFrom(11);
      const admitted = new Map<string, number>();
      let asked = 0;
      const caller = async (n: number): Promise<void> => {
        for (let i = 0; i < 40; i++) {
          // One key, or several different ones.
          const first = random(KEYS);
          const keys = Array.from(
            {length: i % 3 === 0 ? 1 : 1 + random(8)},
            (_, k) => `k${(first + 7 * k) % KEYS}`,
          );
          const checks = keys.map((key) =>
            router.route({key}, {cost: 1, now: Date.now() * 1_000, hold: Number.POSITIVE_INFINITY}),
          );
          asked += checks.length;
          const answers = await stores[n % 3]!.check(checks);
          answers.forEach(({verdicts}, at) => {
            if (verdicts[0]!.kind === 0) admitted.set(keys[at]!, (admitted.get(keys[at]!) ?? 0) + 1);
          });
        }
      };
      await Promise.all(Array.from({length: 12}, (_, n) => caller(n)));
      expect(asked).toBeGreaterThan(KEYS * BUDGET);
      expect(new Set(admitted.values())).toEqual(new Set([BUDGET]));
      const [database] = await server().sql(
        "select deadlocks from pg_stat_database where datname = 'postgres'",
      );
      expect(Number(database!['deadlocks'])).toBe(0);
      await Promise.all(stores.map((store) => store.close()));
    },
    60_000,
  );

  test('changes beside checks: nothing is lost, nothing is deadlocked', async () => {
    const schema = randomSchema();
    const [store, other] = await Promise.all(
      [1, 2].map(() => openTestStore(server().url, {schema, connection: 'reconnect'})),
    );
    const router = new RequestRouter(policyOf([{name: 'one', buckets: [fixedWindowSpec(1_000_000, HOUR)]}]));
    const keys = Array.from({length: 30}, (_, i) => `k${i}`);
    const all = (): Check[] =>
      keys.map((key) => router.route({key}, {cost: 1, now: Date.now() * 1_000, hold: 0}));
    const addresses = keys.map((key) => ({limit: 'one', key, tier: '', shape: 'f1h'}));
    let over = false;
    const asking = Promise.all(
      [1, 2, 3].map(async () => {
        while (!over) await store!.check(all().reverse());
      }),
    );
    for (let i = 0; i < 30; i++) {
      const before = await other!.read(addresses);
      const changed = await other!.change(
        addresses.map((address, n) => ({
          address,
          expected: i % 3 === 0 ? ('any' as const) : before[n],
          next: i % 2 === 0 ? undefined : {words: [0, 1], expiresAt: Number.POSITIVE_INFINITY},
        })),
      );
      expect(changed).toHaveLength(keys.length);
      if (i % 3 === 0) expect(new Set(changed.map(({outcome}) => outcome))).toEqual(new Set(['done']));
    }
    over = true;
    await asking;
    const [database] = await server().sql(
      "select deadlocks from pg_stat_database where datname = 'postgres'",
    );
    expect(Number(database!['deadlocks'])).toBe(0);
    await Promise.all([store!.close(), other!.close()]);
  }, 60_000);

  test('a row that stays locked is given up in time, and says so', async () => {
    const schema = randomSchema();
    const store = await openTestStore(server().url, {schema, timeoutMs: 3_000});
    const router = new RequestRouter(
      policyOf([{name: 'one', buckets: [fixedWindowSpec(5, HOUR * 24 * 365)]}]),
    );
    const check = router.route({key: 'a'}, {cost: 1, now: Date.now() * 1_000, hold: 0});
    await store.check([check]);
    const other = new pg.Client(server().url);
    await other.connect();
    await other.query('begin');
    await other.query(`select 1 from ${schema}.state for update`);
    await expect(store.check([check])).rejects.toMatchObject({
      kind: 'server',
      message: expect.stringContaining('rows stayed locked'),
    });
    await other.query('commit');
    await other.end();
    // A row that was locked is left alone for a moment; nothing was charged by the calls that were given up.
    const [answer] = await eventually(() => store.check([check]));
    expect(answer!.verdicts[0]!.remaining).toBe(3);
    await store.close();
  });
});

test.each(['repeatable read', 'serializable'])(
  'a database whose default isolation is %s decides as any other: nothing fails, nothing is over',
  async (level) => {
    const database = `isolation_${level.slice(0, 3)}_${Date.now()}`;
    await server().sql(`create database ${database}`);
    await server().sql(`alter database ${database} set default_transaction_isolation = '${level}'`);
    const url = server().urlOf({database});
    const schema = randomSchema();
    const stores = await Promise.all(
      [1, 2, 3, 4].map(() => openTestStore(url, {schema, connection: 'reconnect'})),
    );
    const router = new RequestRouter(
      policyOf([{name: 'one', buckets: [fixedWindowSpec(BUDGET, HOUR * 24 * 365)]}]),
    );
    const check = router.route({key: 'hot'}, {cost: 1, now: Date.now() * 1_000, hold: 0});
    let admitted = 0;
    await Promise.all(
      stores.map(async (store) => {
        for (let i = 0; i < 50; i++) {
          const [answer] = await store.check([check]);
          if (answer!.verdicts[0]!.kind === 0) admitted++;
        }
      }),
    );
    expect(admitted).toBe(BUDGET);
    await Promise.all(stores.map((store) => store.close()));
  },
  60_000,
);

test('an application leaves nothing behind that keeps the process alive', async () => {
  const store = await openPostgresStore(targetOf(`${server().url}?schema=${randomSchema()}`), {
    access: 'write',
    connection: 'reconnect',
  });
  await Promise.all([1, 2, 3, 4, 5, 6].map(() => store.generation()));
  await store.close();
  const left = async (): Promise<number> => {
    const [row] = await server().sql(
      "select count(*) as n from pg_stat_activity where application_name = 'ratectl' and datname is not null",
    );
    return Number(row!['n']);
  };
  // The server takes a moment to notice.
  await expect.poll(left, PATIENTLY).toBe(0);
});
