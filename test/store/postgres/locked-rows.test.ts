import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {expect, inject, onTestFinished, test} from 'vitest';
import type {Check} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import type {Store} from '../../../src/store/port.ts';
import {LockedRowsError} from '../../../src/store/postgres/locked-rows-error.ts';
import {isStoreError} from '../../../src/store/store-error.ts';
import {eventually, expectInTime, msOf, PATIENCE_MS, PATIENTLY} from '../../support/in-time.ts';
import {HOUR} from '../../support/instants.ts';
import {fixedWindowSpec, policyOf} from '../../support/policies.ts';
import {openTestStore, randomSchema} from './postgres-place.ts';

const TIMEOUT_MS = 500;
/** For tests that wait, and try again. */
const LONG = 4 * PATIENCE_MS;
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
  // With time enough, whatever else the machine does.
  const first = await openTestStore(inject('databaseUrl'), {schema});
  await first.check(['held', 'x', 'y', 'z'].map((key) => checkOf(key, `b-${key}`)));
  await first.close();
  const store = await eventually(() =>
    openTestStore(inject('databaseUrl'), {schema, connection: 'reconnect', timeoutMs: TIMEOUT_MS}),
  );
  onTestFinished(() => store.close());
  await eventually(() => store.check([checkOf('z')]));
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

/** How a call failed, and after how many ms; one that was not answered at all took all its time, whenever it began to. */
const failedIn = async (call: () => Promise<unknown>): Promise<{took: number; error: unknown}> => {
  let error: unknown;
  const took = await msOf(async () => {
    error = await call().catch((failed: unknown) => failed);
  });
  const isLost = isStoreError(error) && error.kind === 'unreachable';
  return {took: isLost ? Math.max(took, TIMEOUT_MS) : took, error};
};

test(
  'a row that somebody keeps locked fails its own checks only, and within the time of a call',
  async () => {
    await expectInTime(TIMEOUT_MS, async () => {
      const {store, unlock} = await scene();
      const checks = [
        ...[checkOf('x'), checkOf('held'), checkOf('new')],
        ...[checkOf('y', 'b'), checkOf('held', 'b')],
      ];
      const {took, error: failed} = await failedIn(() => store.check(checks));
      await unlock();
      if (took >= TIMEOUT_MS) return took;
      const error = await failureOf(Promise.reject(failed));
      expect(error).toMatchObject({kind: 'server', hint: expect.stringContaining('pg_stat_activity')});
      expect(remainingOf(error)).toEqual([998, undefined, 999, 998, undefined]);
      // Nothing of the checks that failed was charged, in no layer.
      const [held, beside] = await eventually(() =>
        store.read([checkOf('held'), checkOf('x', 'b')].map(({layers}) => layers.at(-1)!.address)),
      );
      expect([held!.words[1], beside!.words[1]]).toEqual([1, 1]);
      return took;
    });
  },
  LONG,
);

test(
  'a row that is known to be locked keeps no call waiting, and is asked for again a second later',
  async () => {
    const {store, unlock} = await scene();
    const ask = () => failedIn(() => store.check([checkOf('held'), checkOf('x')]));
    await ask();
    let last: number | undefined;
    for (let i = 0; i < 20; i++)
      await expectInTime(100, async () => {
        const before = last;
        last = undefined;
        const {took, error} = await ask();
        if (took >= 100) return took;
        const [held, x] = remainingOf(await failureOf(Promise.reject(error)));
        expect(held).toBeUndefined();
        expect(x).toBe(before === undefined ? x : before - 1);
        last = x;
        return took;
      });
    await unlock();
    await sleep(1_050);
    const [held] = await eventually(() => store.check([checkOf('held')]));
    expect(held!.verdicts[0]!.remaining).toBeLessThanOrEqual(998);
  },
  LONG,
);

test(
  'many callers at once: all other keys are answered in time',
  async () => {
    const {store, unlock} = await scene();
    const slowest = async (): Promise<number> => {
      let most = 0;
      // Long enough that the row is asked for again.
      const end = performance.now() + 1_300;
      await Promise.all(
        Array.from({length: 16}, async (_, n) => {
          while (performance.now() < end) {
            const {took, error} = await failedIn(() => store.check([checkOf(`k${n}`), checkOf('held')]));
            most = Math.max(most, took);
            if (took < TIMEOUT_MS) expect((await failureOf(Promise.reject(error))).answers[0]).toBeDefined();
            await sleep(5);
          }
        }),
      );
      return most;
    };
    await expectInTime(TIMEOUT_MS, slowest, 8);
    await unlock();
  },
  LONG,
);

test(
  'a row that is only busy is not taken for one that is kept locked',
  async () => {
    const {store, schema, unlock} = await scene();
    const busy = await client();
    let over = false;
    const working = (async () => {
      // By itself: on its way to and fro the row would be free, and a process that is held up would keep it.
      while (!over)
        await busy.query(`do $$ begin for i in 1..100 loop
        perform pg_sleep(0.004) from ${schema}.state where key = 'x' for update; commit;
      end loop; end $$`);
    })();
    // Whoever is held up in the midst of it does keep it.
    const remaining = await eventually(async () => {
      const [held, x] = remainingOf(await failureOf(store.check([checkOf('held'), checkOf('x')])));
      expect(held).toBeUndefined();
      expect(x).toBeDefined();
      return x!;
    });
    expect(remaining).toBeLessThanOrEqual(998);
    const [next] = await eventually(() => store.check([checkOf('x')]));
    expect(next!.verdicts[0]!.remaining).toBeLessThan(remaining);
    over = true;
    await working;
    await unlock();
  },
  LONG,
);

test(
  'a limiter with the default time of 500 ms goes on deciding all other keys by the store',
  async () => {
    await expectInTime(TIMEOUT_MS, async () => {
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
      await expect.poll(async () => (await limiter.check({a: 'held'})).source, PATIENTLY).toBe('store');
      const other = await client();
      await other.query('begin');
      await other.query(`select from ${schema}.state where key = 'held' for update`);
      const sources = new Set<string>();
      let slowest = 0;
      for (let i = 0; i < 40; i++) {
        const took = await msOf(async () => {
          const [held, free] = [await limiter.check({a: 'held'}), await limiter.check({a: `k${i}`})];
          expect(held.source).toBe('closed');
          sources.add(free.source);
        });
        slowest = Math.max(slowest, took);
        await sleep(50);
      }
      const state = limiter.storeState;
      await other.query('commit');
      // A store that stood still for so long is away.
      if (slowest < TIMEOUT_MS) expect([[...sources], state]).toEqual([['store'], 'ok']);
      return slowest;
    });
  },
  LONG,
);
