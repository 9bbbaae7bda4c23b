import {setTimeout} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {MS} from '../../support/instants.ts';
import {RunningTime} from '../process-time.ts';
import {limiterFor, memoryStore, policyWith, setOverride, until} from '../support.ts';
import {isEmpty, mailFacts, queueFor} from './queue-support.ts';

test('an item waits exactly until its limits allow it, and no attempt is counted', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({
    policy: policyWith({name: 'api', key: '{tenant}', rate: '5/s', burst: 1}),
    store,
  });
  const parked: number[] = [];
  const queue = await queueFor({
    store,
    events: {
      onParked: ({attempts}, {limit, forMs}) => limit === 'api' && attempts === 0 && parked.push(forMs),
    },
  });
  for (let i = 0; i < 6; i++) await queue.add(`${i}`, {class: 'high', attributes: {tenant: 'a'}});
  const at: number[] = [];
  const attempts: number[] = [];
  const handled: string[] = [];
  const time = new RunningTime();
  queue.work(
    (payload, {attempt}) => {
      at.push(performance.now());
      attempts.push(attempt);
      handled.push(payload);
    },
    {limiter, concurrency: 3},
  );
  await until(() => isEmpty(store));
  expect(handled).toEqual(['0', '1', '2', '3', '4', '5']);
  expect(attempts).toEqual([1, 1, 1, 1, 1, 1]);
  expect(parked.length).toBeGreaterThan(0);
  // One at once, five more at 5 per second: 1 s, and what timers are late by.
  expect(at.at(-1)! - at[0]!).toBeGreaterThanOrEqual(995);
  expect(time.ms).toBeLessThan(1_400);
});

test('a key that is at its limit holds up no other one', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({policy: policyWith({name: 'api', key: '{tenant}', rate: '1/h'}), store});
  const queue = await queueFor({store});
  for (const tenant of ['a', 'a', 'a', 'b', 'c'])
    await queue.add(tenant, {class: tenant === 'a' ? 'high' : 'low', attributes: {tenant}});
  const handled: string[] = [];
  queue.work((payload) => handled.push(payload), {limiter});
  await until(async () => {
    const facts = await mailFacts(store);
    return handled.length === 3 && facts?.due === 0 && facts.claimed === 0;
  });
  await setTimeout(100);
  expect(handled).toEqual(['a', 'b', 'c']);
  expect(await mailFacts(store)).toMatchObject({due: 0, claimed: 0, waiting: new Map([['high', 2]])});
});

test('the cost of an item is what its limits are asked for; what they never allow is dead', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({policy: policyWith({name: 'api', key: 'all', rate: '10/h'}), store});
  const queue = await queueFor({store});
  await queue.add('a', {class: 'high', cost: 8});
  await queue.add('b', {class: 'high', cost: 11});
  await queue.add('c', {class: 'high', cost: 2});
  const handled: string[] = [];
  queue.work((payload) => handled.push(payload), {limiter});
  await until(async () => handled.length === 2 && (await mailFacts(store))?.dead === 1);
  expect(handled).toEqual(['a', 'c']);
  expect(await store.items('mail', 'dead', 1)).toMatchObject([
    {payload: {payload: 'b'}, error: expect.stringContaining('limit "api" never allows it')},
  ]);
  expect(await limiter.check({})).toMatchObject({allowed: false});
});

test('a blocked key is never allowed', async () => {
  const store = memoryStore();
  await setOverride(store, {
    limit: 'api',
    key: 'all',
    until: Number.POSITIVE_INFINITY,
    effect: {kind: 'block'},
  });
  const limiter = await limiterFor({policy: policyWith({name: 'api', key: 'all', rate: '10/h'}), store});
  const queue = await queueFor({store});
  await queue.add('a', {class: 'high'});
  queue.work(() => undefined, {limiter});
  await until(async () => (await mailFacts(store))?.dead === 1);
});

test('slots are given back when the handler is done, also when it throws', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({
    policy: policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 1, timeout: '1h'}),
    store,
  });
  const queue = await queueFor({store});
  for (let i = 0; i < 3; i++) await queue.add(`${i}`, {class: 'high'});
  let now = 0;
  let most = 0;
  queue.work(
    async (_, {attempt}) => {
      most = Math.max(most, ++now);
      await setTimeout(20);
      now--;
      if (attempt === 1) throw new Error('once');
    },
    {limiter, concurrency: 3},
  );
  await until(() => isEmpty(store));
  expect(most).toBe(1);
});

test('a leaky bucket’s delay is waited for before the handler is called', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({
    policy: policyWith({
      name: 'api',
      key: 'all',
      algorithm: 'leaky-bucket',
      rate: '10/s',
      burst: 10,
    }),
    store,
  });
  const queue = await queueFor({store});
  for (let i = 0; i < 5; i++) await queue.add(`${i}`, {class: 'high'});
  const at: number[] = [];
  queue.work(() => at.push(performance.now()), {limiter, concurrency: 5});
  await until(() => isEmpty(store));
  expect(at.at(-1)! - at[0]!).toBeGreaterThanOrEqual(380);
});

test('a long line costs little: those behind wait for their turn, and the pace is that of the limit', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({
    policy: policyWith({name: 'api', key: 'all', rate: '20/s', burst: 1}),
    store,
  });
  let parked = 0;
  const queue = await queueFor({store, events: {onParked: () => parked++}});
  for (let i = 0; i < 1_000; i++) await queue.add(`${i}`, {class: 'low'});
  const handled: string[] = [];
  const [time, began, work] = [new RunningTime(), performance.now(), process.cpuUsage()];
  const elapsed = (): number => performance.now() - began;
  queue.work((payload) => handled.push(payload), {limiter, concurrency: 10});
  await until(() => parked + handled.length >= 1_000);
  const claimed = elapsed();
  await until(() => time.ms > 1_000);
  // Somebody better comes while all others wait in line.
  const before = handled.length;
  await queue.add('urgent', {class: 'high'});
  await until(() => time.ms > 2_000);
  // The event loop was not held up.
  const {user, system} = process.cpuUsage(work);
  expect((user + system) / MS).toBeLessThan(elapsed() * 0.75);
  // One every 50 ms.
  expect(handled.length).toBeGreaterThanOrEqual(36);
  expect(handled.length).toBeLessThanOrEqual(4 + elapsed() / 50);
  expect(handled.indexOf('urgent')).toBeGreaterThan(0);
  expect(handled.indexOf('urgent')).toBeLessThan(before + 6);
  // One that is claimed for the first time may get a unit in the instant in which it becomes free.
  const early = handled.filter((payload) => payload === 'urgent' || Number(payload) > handled.length + 60);
  expect(early.length).toBeLessThanOrEqual(4 + claimed / 50);
  // The others keep their order but for those that are worked on at once, and those that came due while this process was held up.
  const others = handled.filter((payload) => !early.includes(payload)).map(Number);
  expect(Math.max(...others.map((number, i) => Math.abs(number - i)))).toBeLessThan(
    10 + (elapsed() - time.ms) / 50,
  );
  // Each once, and those whose turn comes again once or twice for each that is done.
  expect(parked).toBeLessThan(1_000 + 7 * handled.length);
});
