import {describe, expect, test} from 'vitest';
import {createQueue} from '../../../src/guard/queue/create-queue.ts';
import {queueOptionsFromEnv} from '../../../src/guard/queue/queue-options-from-env.ts';
import {MINUTE, MS} from '../../support/instants.ts';
import {ManualClock, memoryStore, START, until} from '../support.ts';
import {queueFor, SPEC} from './queue-support.ts';

test('an item is in the store once add has resolved: with its class, its rank and what its limits are asked with', async () => {
  const clock = new ManualClock();
  const store = memoryStore(clock);
  const queue = await queueFor({store});
  const ids = [
    await queue.add('a', {class: 'low', attributes: {tenant: 't'}, cost: 3}),
    await queue.add('b', {class: 'high', delayMs: 1_500}),
  ];
  const [b, a] = await store.items('mail', 'waiting', 10);
  expect([a!.id, b!.id]).toEqual(ids);
  expect(a).toMatchObject({
    class: 'low',
    notBefore: 0,
    payload: {payload: 'a', attributes: {tenant: 't'}, cost: 3},
  });
  // The clock of the store stands still, the time since it was asked does not.
  expect(a!.rank - START - MINUTE).toBeLessThan(5_000 * MS);
  expect(a!.rank).toBeGreaterThanOrEqual(START + MINUTE);
  expect(b!.rank).toBeLessThan(a!.rank);
  expect(b!.notBefore - b!.rank).toBe(1_500 * MS);
});

test('others hear of what is added, at most once a second', async () => {
  const store = memoryStore();
  const queue = await queueFor({store});
  for (let i = 0; i < 50; i++) await queue.add('a', {class: 'high'});
  expect(await store.generation()).toBe(1);
  await until(async () => (await store.generation()) === 2);
  await queue.add('a', {class: 'high'});
  await queue.close();
  // What was not told yet is told at the end.
  expect(await store.generation()).toBe(3);
});

describe('what is wrong is said', () => {
  test.each([
    [{class: 'middle'}, 'queue "mail" has no class "middle"'],
    [{}, 'queue "mail" has several classes, and none was said'],
    [{class: 'high', delayMs: -1}, 'a delayMs of "-1", expected 0 or more'],
    [{class: 'high', delayMs: Number.NaN}, 'a delayMs of "NaN", expected 0 or more'],
    [{class: 'high', cost: 0.5}, 'a cost of "0.5", expected a whole number of 0 or more'],
  ])('%j', async (options, message) => {
    const queue = await queueFor();
    await expect(queue.add('a', options)).rejects.toThrow(message);
  });

  test('a payload that is no JSON, or too long', async () => {
    const queue = await queueFor();
    await expect(queue.add(undefined as unknown as string, {class: 'high'})).rejects.toThrow(RangeError);
    await expect(queue.add('x'.repeat(300_000), {class: 'high'})).rejects.toThrow(/at most 262144/);
  });

  test('a concurrency that is none', async () => {
    const queue = await queueFor();
    for (const concurrency of [0, 1.5, 1_001])
      expect(() => queue.work(() => undefined, {concurrency})).toThrow(/a whole number from 1 to 1000/);
  });

  test('a queue that the policy does not have', async () => {
    await expect(createQueue({spec: SPEC, queue: 'other', store: memoryStore()})).rejects.toThrow(
      'createQueue: queue is "other", expected mail',
    );
    await expect(createQueue({spec: SPEC, timeoutMs: 1})).rejects.toThrow(/timeoutMs is "1"/);
  });

  test('after close', async () => {
    const queue = await queueFor();
    await queue.close();
    await expect(queue.add('a', {class: 'high'})).rejects.toThrow('the queue is closed');
    expect(() => queue.work(() => undefined)).toThrow('the queue is closed');
  });
});

test('the only class there is needs no name', async () => {
  const store = memoryStore();
  const queue = await queueFor({store, spec: {...SPEC, classes: [{name: 'all', handicap: 0}]}});
  await queue.add('a');
  expect(await store.items('mail', 'waiting', 1)).toMatchObject([{class: 'all'}]);
});

test('a store that was given open stays open, one of its own is closed', async () => {
  const store = memoryStore();
  const queue = await queueFor({store});
  await queue.close();
  expect(await store.generation()).toBe(0);
  const own = await createQueue({spec: SPEC, store: 'memory:'});
  await own.close();
  await own.close();
});

test('options come from the environment', () => {
  expect(queueOptionsFromEnv({})).toEqual({});
  expect(
    queueOptionsFromEnv({
      RATE_LIMIT_QUEUE: 'mail',
      RATE_LIMIT_QUEUE_ENABLED: 'off',
      RATE_LIMIT_QUEUE_TIMEOUT: '2s',
      RATE_LIMIT_STORE: 'memory:',
      RATE_LIMIT_POLICY: 'p.yaml',
      RATE_LIMIT_PREFIX: 'x:',
    }),
  ).toEqual({
    ...{queue: 'mail', enabled: false, timeoutMs: 2_000},
    ...{store: 'memory:', policy: 'p.yaml', prefix: 'x:'},
  });
  expect(() => queueOptionsFromEnv({RATE_LIMIT_QUEUE_ENABLED: 'maybe'})).toThrow(
    'RATE_LIMIT_QUEUE_ENABLED is "maybe", expected true or false',
  );
  expect(() => queueOptionsFromEnv({RATE_LIMIT_QUEUE_TIMEOUT: 'soon'})).toThrow(
    /a duration such as 250ms or 5s/,
  );
});
