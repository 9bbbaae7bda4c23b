import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {expect, inject, onTestFinished, test} from 'vitest';
import type {Check} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import type {Store} from '../../../src/store/port.ts';
import {LockedRowsError} from '../../../src/store/postgres/locked-rows-error.ts';
import {HOUR} from '../../support/instants.ts';
import {fixedWindowSpec, policyOf} from '../../support/policies.ts';
import {openTestStore, randomSchema} from './postgres-place.ts';

const TIMEOUT_MS = 500;
const router = new RequestRouter(
  policyOf([
    {name: 'one', key: '{a}', buckets: [fixedWindowSpec(1_000, 24 * 365 * HOUR)]},
    {name: 'two', key: '{b}', buckets: [fixedWindowSpec(1_000, 24 * 365 * HOUR)]},
  ]),
);
const checkOf = (a: string, b?: string): Check =>
  router.route(b === undefined ? {a} : {a, b}, {cost: 1, now: Date.now() * 1_000, hold: 0});

const client = async (): Promise<pg.Client> => {
  const opened = new pg.Client(inject('databaseUrl'));
  await opened.connect();
  onTestFinished(() => opened.end());
  return opened;
};

/** A store with used rows, and a transaction of somebody else that has locked the row of the key `held`. */
const scene = async (): Promise<{store: Store; schema: string; unlock: () => Promise<void>}> => {
  const schema = randomSchema();
  const store = await openTestStore(inject('databaseUrl'), {
    schema,
    connection: 'reconnect',
    timeoutMs: TIMEOUT_MS,
  });
  onTestFinished(() => store.close());
  await store.check(['held', 'x', 'y', 'z'].map((key) => checkOf(key, `b-${key}`)));
  const other = await client();
  await other.query('begin');
  await other.query(`select from ${schema}.state where key = 'held' for update`);
  return {store, schema, unlock: async () => void (await other.query('commit'))};
};

const failureOf = async (call: Promise<unknown>): Promise<LockedRowsError> => {
  const error: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(LockedRowsError);
  return error as LockedRowsError;
};

/** What each check of a failed call was answered: units left in the first limit, or nothing. */
const remainingOf = ({answers}: LockedRowsError): (number | undefined)[] =>
  answers.map((answer) => answer?.verdicts[0]?.remaining);

test('a row that somebody keeps locked fails its own checks only, and within the time of a call', async () => {
  const {store, unlock} = await scene();
  const asked = performance.now();
  const error = await failureOf(
    store.check([checkOf('x'), checkOf('held'), checkOf('new'), checkOf('y', 'b'), checkOf('held', 'b')]),
  );
  expect(performance.now() - asked).toBeLessThan(TIMEOUT_MS);
  expect(error).toMatchObject({kind: 'server', hint: expect.stringContaining('pg_stat_activity')});
  expect(remainingOf(error)).toEqual([998, undefined, 999, 998, undefined]);
  await unlock();
  // Nothing of the checks that failed was charged, in no layer.
  const [held, beside] = await store.read(
    [checkOf('held'), checkOf('x', 'b')].map(({layers}) => layers.at(-1)!.address),
  );
  expect([held!.words[1], beside!.words[1]]).toEqual([1, 1]);
});

test('a row that is known to be locked keeps no call waiting, and is asked for again a second later', async () => {
  const {store, unlock} = await scene();
  await failureOf(store.check([checkOf('held')]));
  for (let i = 0; i < 20; i++) {
    const asked = performance.now();
    expect(remainingOf(await failureOf(store.check([checkOf('held'), checkOf('x')])))).toEqual([
      undefined,
      998 - i,
    ]);
    expect(performance.now() - asked).toBeLessThan(100);
  }
  await unlock();
  await sleep(1_050);
  expect((await store.check([checkOf('held')]))[0]!.verdicts[0]!.remaining).toBe(998);
});

test('many callers at once: all other keys are answered in time', async () => {
  const {store, unlock} = await scene();
  let slowest = 0;
  const end = performance.now() + 2_500;
  await Promise.all(
    Array.from({length: 16}, async (_, n) => {
      while (performance.now() < end) {
        const asked = performance.now();
        const {answers} = await failureOf(store.check([checkOf(`k${n}`), checkOf('held')]));
        expect(answers[0]).toBeDefined();
        slowest = Math.max(slowest, performance.now() - asked);
        await sleep(5);
      }
    }),
  );
  expect(slowest).toBeLessThan(TIMEOUT_MS);
  await unlock();
});

test('a row that is only busy is not taken for one that is kept locked', async () => {
  const {store, schema, unlock} = await scene();
  const busy = await client();
  let over = false;
  const working = (async () => {
    while (!over) {
      await busy.query('begin');
      await busy.query(`select pg_sleep(0.004) from ${schema}.state where key = 'x' for update`);
      await busy.query('commit');
    }
  })();
  expect(remainingOf(await failureOf(store.check([checkOf('held'), checkOf('x')])))).toEqual([
    undefined,
    998,
  ]);
  expect((await store.check([checkOf('x')]))[0]!.verdicts[0]!.remaining).toBe(997);
  over = true;
  await working;
  await unlock();
});

test('a limiter with the default time of 500 ms goes on deciding all other keys by the store', async () => {
  const schema = randomSchema();
  const limiter = await createLimiter({
    store: `${inject('databaseUrl')}?schema=${schema}`,
    policy: {
      version: 1,
      onStoreError: 'closed',
      limits: [{name: 'one', key: '{a}', rate: '1000/h', burst: 1000}],
    },
  });
  onTestFinished(() => limiter.close());
  await limiter.check({a: 'held'});
  const other = await client();
  await other.query('begin');
  await other.query(`select from ${schema}.state where key = 'held' for update`);
  const sources = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const [held, free] = [await limiter.check({a: 'held'}), await limiter.check({a: `k${i}`})];
    expect(held.source).toBe('closed');
    sources.add(free.source);
    await sleep(50);
  }
  expect(sources).toEqual(new Set(['store']));
  expect(limiter.storeState).toBe('ok');
  await other.query('commit');
});
