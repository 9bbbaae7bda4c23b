import {expect, expectTypeOf, test} from 'vitest';
import {RateLimitError} from '../../src/guard/rate-limit-error.ts';
import {limiterFor, ManualClock, memoryStore, policyWith, until} from './support.ts';

const SLOTS = policyWith({name: 'slots', key: '{key}', algorithm: 'concurrency', max: 2});
const RATE = policyWith({name: 'rate', key: '{key}', rate: '1/h', burst: 2});

test('a wrapped function is called when the limit allows, with its arguments and its this', async () => {
  const limiter = await limiterFor({policy: RATE, store: memoryStore()});
  const client = {
    name: 'notion',
    get: limiter.wrap(
      async function (this: {readonly name: string}, path: string) {
        return `${this.name}${path}`;
      },
      {key: (path) => path},
    ),
  };
  expectTypeOf(client.get).returns.resolves.toEqualTypeOf<string>();
  expect(await client.get('/a')).toBe('notion/a');
  expect(await client.get('/a')).toBe('notion/a');
  await expect(client.get('/a')).rejects.toMatchObject({
    name: 'RateLimitError',
    code: 'limit/denied',
    message: 'limit "rate" refused',
    decision: {allowed: false, key: '/a'},
  });
  expect(await client.get('/b')).toBe('notion/b');
});

test('the key of a refusal is not in the message', async () => {
  const limiter = await limiterFor({policy: RATE, store: memoryStore()});
  const call = limiter.wrap(() => 1, {key: 'secret\u001b[31m', cost: 2});
  await call();
  const error = await call().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RateLimitError);
  expect(`${error}`).not.toContain('secret');
});

test('onDenied answers instead', async () => {
  const limiter = await limiterFor({policy: RATE, store: memoryStore()});
  const call = limiter.wrap((a: number) => a * 2, {
    key: 'x',
    cost: (a) => a,
    onDenied: ({retryAfterMs, never}, a) => `not ${a}: ${never ? 'never' : retryAfterMs > 0}`,
  });
  expectTypeOf(call).returns.resolves.toEqualTypeOf<number | string>();
  expect(await call(2)).toBe(4);
  expect(await call(1)).toBe('not 1: true');
  expect(await call(3)).toBe('not 3: never');
});

test('attributes choose the limits', async () => {
  const limiter = await limiterFor({
    policy: policyWith({
      name: 'plan',
      key: '{tenant}',
      tier: '{plan}',
      tiers: {free: [{rate: '1/h'}], paid: [{rate: '5/h'}]},
    }),
    store: memoryStore(),
  });
  const call = limiter.wrap((_tenant: string, plan: string) => plan, {
    attributes: (tenant, plan) => ({tenant, plan}),
  });
  expect(await call('t', 'free')).toBe('free');
  await expect(call('t', 'free')).rejects.toThrow(/limit "plan" refused/);
  expect(await call('t', 'paid')).toBe('paid');
});

test('slots are given back when the function has settled, however it did', async () => {
  const limiter = await limiterFor({policy: SLOTS, store: memoryStore()});
  const gates: (() => void)[] = [];
  const call = limiter.wrap(
    (fails: boolean) =>
      new Promise<void>((resolve, reject) =>
        gates.push(() => (fails ? reject(new Error('broken')) : resolve())),
      ),
    {key: 'x'},
  );
  const [one, two] = [call(false), call(true)];
  await until(() => gates.length === 2);
  await expect(call(false)).rejects.toMatchObject({decision: {scope: 'concurrency'}});
  gates[0]!();
  await one;
  const three = call(false);
  await until(() => gates.length === 3);
  gates[1]!();
  await expect(two).rejects.toThrow('broken');
  const thrower = limiter.wrap(
    () => {
      throw new Error('at once');
    },
    {key: 'x'},
  );
  await expect(thrower()).rejects.toThrow('at once');
  await expect(thrower()).rejects.toThrow('at once');
  gates[2]!();
  await three;
  expect(await limiter.peek({key: 'x'})).toMatchObject({remaining: 1});
});

test('release gives back all slots of a request, once', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'slots', key: '{key}', algorithm: 'concurrency', max: 5}),
    store: memoryStore(),
  });
  const first = await limiter.check({key: 'x'}, {cost: 3});
  const second = await limiter.check({key: 'x'}, {cost: 2});
  expect(await limiter.check({key: 'x'})).toMatchObject({allowed: false, scope: 'concurrency'});
  await first.release();
  await first.release();
  expect(await limiter.check({key: 'x'}, {cost: 3})).toMatchObject({allowed: true, remaining: 0});
  await second.release();
  expect(await limiter.peek({key: 'x'}, {cost: 2})).toMatchObject({allowed: true, remaining: 0});
});

test('holdMs ends a slot earlier than the limit does', async () => {
  const clock = new ManualClock();
  const limiter = await limiterFor({policy: SLOTS, store: memoryStore(clock), clock: clock.read});
  await limiter.check({key: 'x'}, {cost: 2, holdMs: 100});
  expect(await limiter.check({key: 'x'})).toMatchObject({allowed: false, retryAfterMs: 100});
  clock.advance(100_000);
  expect(await limiter.check({key: 'x'})).toMatchObject({allowed: true});
});

test('the delay of a leaky bucket is waited for', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'leak', key: 'all', algorithm: 'leaky-bucket', rate: '20/s', burst: 5}),
    store: memoryStore(),
  });
  const times: number[] = [];
  const call = limiter.wrap(() => times.push(performance.now()), {});
  await Promise.all([call(), call(), call()]);
  times.sort((a, b) => a - b);
  expect(times[2]! - times[0]!).toBeGreaterThan(90);
});
