import {expect, test} from 'vitest';
import {limiterFor, memoryStore, policyWith} from './support.ts';

const POLICY = policyWith(
  {name: 'units', key: 'all', rate: '100/s', burst: 100},
  {name: 'blocked', key: '{who}', rate: '100/s', overrides: {mallory: 'block'}},
);

test('a cost that only the share of adaptive control cannot hold is refused for now, one beyond the whole for good', async () => {
  const limiter = await limiterFor({policy: POLICY, store: memoryStore()});
  limiter.adjust({shares: new Map([['units', 0.5]])});
  const ask = async (cost: number) => {
    const {allowed, never, retryAfterMs} = await limiter.check({who: 'ada'}, {cost});
    return {allowed, never, retryAfterMs};
  };
  expect(await ask(60)).toEqual({allowed: false, never: false, retryAfterMs: 1_000});
  expect(await ask(101)).toEqual({allowed: false, never: true, retryAfterMs: 0});
  limiter.adjust({shares: new Map()});
  expect((await ask(60)).allowed).toBe(true);
});

test('a blocked key stays blocked for good', async () => {
  const limiter = await limiterFor({policy: POLICY, store: memoryStore()});
  limiter.adjust({shares: new Map([['blocked', 0.5]])});
  expect((await limiter.check({who: 'mallory'})).never).toBe(true);
});
