import {expect, test} from 'vitest';
import type {Check} from '../../src/engine/live/check.ts';
import {CheckBatcher} from '../../src/guard/check-batcher.ts';
import {limiterFor, memoryStore, PER_IP, TWO_PER_IP, watchedStore} from './support.ts';

const checkOf = (key: string): Check => ({
  layers: [{address: {limit: 'a', key, tier: ''}}] as unknown as Check['layers'],
  charge: 'all-or-nothing',
  hold: 0,
});

const keyOf = (check: Check): string => check.layers[0]!.address.key;

test('a few checks of one tick are one call of the store', async () => {
  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({policy: PER_IP, store: watched.store});
  await Promise.all(Array.from({length: 15}, (_, i) => limiter.check({ip: `${i}`})));
  expect(watched.calls.get('check')).toBe(1);
});

test('many checks of one tick are two calls of the store, in their order', async () => {
  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({policy: TWO_PER_IP, store: watched.store});
  const decisions = await Promise.all(Array.from({length: 100}, (_, i) => limiter.check({ip: `${i % 25}`})));
  expect(watched.calls.get('check')).toBe(2);
  // In the order in which they were asked: the first two of each key are allowed.
  expect(decisions.map(({allowed}) => allowed)).toEqual(Array.from({length: 100}, (_, i) => i < 50));
});

test('a check that comes alone leaves before anything else of the event loop', async () => {
  const order: string[] = [];
  const batcher = new CheckBatcher(
    async (checks) => {
      order.push('sent');
      return checks.map(() => ({now: 0, verdicts: []}));
    },
    () => 0,
    () => undefined,
  );
  setImmediate(() => order.push('immediate'));
  setTimeout(() => order.push('timer'), 0);
  await batcher.check(checkOf('a'));
  expect(order).toEqual(['sent']);
});

test('several calls may be under way, and none holds more than 128 checks', async () => {
  const sizes: number[] = [];
  let open = 0;
  let most = 0;
  const batcher = new CheckBatcher(
    async (checks) => {
      sizes.push(checks.length);
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open--;
      return checks.map((check) => ({now: Number(keyOf(check)), verdicts: []}));
    },
    () => 0,
    () => undefined,
  );
  const answers = await Promise.all(Array.from({length: 300}, (_, i) => batcher.check(checkOf(`${i}`))));
  expect(sizes).toEqual([128, 128, 44]);
  expect(most).toBe(3);
  expect(answers.map(({answer}) => answer.now)).toEqual(Array.from({length: 300}, (_, i) => i));
});

test('callers that ask again at once keep two calls under way: the server and this process work at the same time', async () => {
  const underWay: number[] = [];
  let open = 0;
  const batcher = new CheckBatcher(
    async (checks) => {
      open++;
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay.push(open--);
      return checks.map(() => ({now: 0, verdicts: []}));
    },
    () => 0,
    () => undefined,
  );
  const caller = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await batcher.check(checkOf('a'));
  };
  await Promise.all(Array.from({length: 50}, caller));
  const together = underWay.filter((calls) => calls > 1).length;
  expect(together / underWay.length).toBeGreaterThan(0.4);
});

test('an error of one key does not fail the checks beside it', async () => {
  const batcher = new CheckBatcher(
    async (checks) => {
      if (checks.some((check) => keyOf(check) === 'bad')) throw new Error('foreign');
      return checks.map(() => ({now: 1, verdicts: []}));
    },
    () => 0,
    (error) => ((error as Error).message === 'foreign' ? [] : undefined),
  );
  const results = await Promise.allSettled(['a', 'bad', 'b'].map((key) => batcher.check(checkOf(key))));
  expect(results.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('what a failed call decided of the other checks is not asked again', async () => {
  const asked: string[][] = [];
  const batcher = new CheckBatcher(
    async (checks) => {
      asked.push(checks.map(keyOf));
      throw Object.assign(new Error('foreign'), {
        answers: checks.map((check) => (keyOf(check) === 'bad' ? undefined : {now: 7, verdicts: []})),
      });
    },
    () => 0,
    (error) => (error as {answers?: []}).answers,
  );
  const results = await Promise.allSettled(['a', 'bad', 'b'].map((key) => batcher.check(checkOf(key))));
  expect(results.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(asked).toEqual([['a', 'bad', 'b']]);
});

test('any other error fails all of a call, and nothing after it', async () => {
  let fails = true;
  const batcher = new CheckBatcher(
    async (checks) => {
      if (fails) throw new Error('gone');
      return checks.map(() => ({now: 1, verdicts: []}));
    },
    () => 0,
    () => undefined,
  );
  const results = await Promise.allSettled([batcher.check(checkOf('a')), batcher.check(checkOf('b'))]);
  expect(results.map(({status}) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  await expect(batcher.check(checkOf('a'))).resolves.toMatchObject({answer: {now: 1}});
});

test('a store in this process decides within the call, and what wraps one still sees every check', async () => {
  const plain = await limiterFor({policy: PER_IP, store: memoryStore()});
  const first = plain.check({ip: 'a'});
  // Nothing has been waited for, and it is counted already.
  expect(plain.metrics()).toContain('ratectl_checks_total{source="store",allowed="true"} 1');
  expect((await first).remaining).toBe(1);

  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({policy: PER_IP, store: watched.store});
  await limiter.check({ip: 'a'});
  expect(watched.calls.get('check')).toBe(1);
});

test('a store in this process that was closed leaves the decision to onStoreError', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({
    policy: PER_IP,
    store,
    onStoreError: 'closed',
    events: {onStoreLost: () => {}},
  });
  await store.close();
  const decision = await limiter.check({ip: 'a'});
  expect([decision.allowed, decision.source]).toEqual([false, 'closed']);
});
