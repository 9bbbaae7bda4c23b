import {expect, test} from 'vitest';
import {listOverrides, OVERRIDE_KIND} from '../../src/store/override-document.ts';
import {
  limiterFor,
  ManualClock,
  memoryStore,
  policyWith,
  SECOND,
  setOverride,
  watchedStore,
} from './support.ts';

const NOTION = policyWith(
  {name: 'notion', key: 'notion', rate: '3/s', burst: 3},
  {name: 'per-user', key: '{user}', rate: '10/s'},
);

test('a 429 makes every instance wait until the time the provider names', async () => {
  const clock = new ManualClock();
  const store = memoryStore(clock);
  const one = await limiterFor({policy: NOTION, store, clock: clock.read});
  const two = await limiterFor({policy: NOTION, store, clock: clock.read});
  expect(
    await one.observe({limit: 'notion', attributes: {}, status: 429, headers: {'retry-after': '30'}}),
  ).toEqual({
    kind: 'blocked',
    forMs: 30_000,
  });
  expect(await one.check({})).toMatchObject({
    allowed: false,
    never: false,
    limit: 'notion',
    retryAfterMs: 30_000,
  });
  clock.advance(2 * SECOND);
  expect(await two.check({})).toMatchObject({allowed: false, retryAfterMs: 28_000});
  clock.advance(28 * SECOND);
  expect(await one.check({})).toMatchObject({allowed: true});
  expect(await two.check({})).toMatchObject({allowed: true});
});

test('a hundred refusals at once are one write', async () => {
  const clock = new ManualClock();
  const watched = watchedStore(memoryStore(clock));
  const limiter = await limiterFor({policy: NOTION, store: watched.store, clock: clock.read});
  const answer = {limit: 'notion', key: 'notion', status: 429, headers: {'retry-after': '30'}};
  await Promise.all(Array.from({length: 100}, () => limiter.observe(answer)));
  expect(watched.calls.get('announce')).toBe(1);
});

test('a later end replaces an earlier one, never the other way round', async () => {
  const clock = new ManualClock();
  const store = memoryStore(clock);
  const one = await limiterFor({policy: NOTION, store, clock: clock.read});
  const two = await limiterFor({policy: NOTION, store, clock: clock.read});
  const after = (seconds: string) => ({
    limit: 'notion',
    key: 'notion',
    status: 429,
    headers: {'retry-after': seconds},
  });
  await one.observe(after('60'));
  await two.observe(after('5'));
  expect(await one.check({})).toMatchObject({allowed: false, retryAfterMs: 60_000});
  await two.observe(after('120'));
  await one.refreshNow();
  expect(await one.check({})).toMatchObject({allowed: false, retryAfterMs: 120_000});
});

test('a block that an operator lifted is written again when the provider refuses again', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({policy: NOTION, store});
  const refused = {limit: 'notion', key: 'notion', status: 429, headers: {'retry-after': '60'}};
  await limiter.observe(refused);
  await store.remove(OVERRIDE_KIND, '["notion","notion"]');
  await store.announce();
  await limiter.refreshNow();
  expect(await limiter.check({})).toMatchObject({allowed: true});
  expect(await limiter.observe(refused)).toMatchObject({kind: 'blocked'});
  expect(await limiter.check({})).toMatchObject({allowed: false});
});

test('no answer blocks for more than a day', async () => {
  const limiter = await limiterFor({policy: NOTION, store: memoryStore()});
  expect(
    await limiter.observe({
      limit: 'notion',
      key: 'notion',
      status: 429,
      headers: {'retry-after': '99999999'},
    }),
  ).toEqual({
    kind: 'blocked',
    forMs: 86_400_000,
  });
});

test('what an operator set is not replaced', async () => {
  const store = memoryStore();
  await setOverride(store, {
    limit: 'notion',
    key: 'notion',
    until: Number.POSITIVE_INFINITY,
    effect: {kind: 'exempt'},
  });
  const limiter = await limiterFor({policy: NOTION, store});
  expect(
    await limiter.observe({limit: 'notion', key: 'notion', status: 429, headers: {'retry-after': '30'}}),
  ).toEqual({
    kind: 'nothing',
  });
  expect(await listOverrides(store)).toMatchObject([{effect: {kind: 'exempt'}}]);
});

test('when the provider says that less is left, the difference is taken for all instances', async () => {
  const clock = new ManualClock();
  const store = memoryStore(clock);
  const one = await limiterFor({policy: NOTION, store, clock: clock.read});
  const two = await limiterFor({policy: NOTION, store, clock: clock.read});
  const answer = (remaining: string) => ({
    ...{limit: 'notion', attributes: {user: 'u'}, status: 200},
    headers: {'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '1'},
  });
  expect(await one.observe(answer('1'))).toEqual({kind: 'charged', units: 2});
  expect(await two.peek({})).toMatchObject({allowed: true, remaining: 0});
  expect(await one.observe(answer('1'))).toEqual({kind: 'nothing'});
  expect(await one.observe(answer('4999'))).toEqual({kind: 'nothing'});
  // The user's own limit is not the provider's.
  expect((await two.peek({user: 'u'})).layers).toMatchObject([
    {remaining: 0},
    {name: 'per-user', remaining: 9},
  ]);
  expect(await one.observe(answer('0'))).toEqual({kind: 'blocked', forMs: 1_000});
});

test('acquire waits for as long as the provider says', async () => {
  const limiter = await limiterFor({policy: NOTION, store: memoryStore()});
  const headers = new Headers({RateLimit: '"default";r=0;t=1'});
  const began = performance.now();
  await limiter.observe({limit: 'notion', key: 'notion', status: 429, headers});
  await limiter.acquire({});
  expect(performance.now() - began).toBeGreaterThan(900);
});

test('a limit that the policy does not have is an error, a key that is missing is none', async () => {
  const limiter = await limiterFor({policy: NOTION, store: memoryStore()});
  await expect(limiter.observe({limit: 'nation', key: 'x', status: 429, headers: {}})).rejects.toThrow(
    'observe: the policy has no limit "nation"',
  );
  expect(await limiter.observe({limit: 'per-user', status: 429, headers: {}})).toEqual({kind: 'nothing'});
});

test('without the store nothing is learned, and nothing breaks', async () => {
  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({
    policy: NOTION,
    store: watched.store,
    events: {onStoreLost: () => undefined},
  });
  watched.fault = new Error('gone');
  const answer = {limit: 'notion', key: 'notion', status: 429, headers: {'retry-after': '30'}};
  expect(await limiter.observe(answer)).toEqual({kind: 'nothing'});
  expect(await limiter.observe({...answer, status: 200, headers: {'x-ratelimit-remaining': '1'}})).toEqual({
    kind: 'nothing',
  });
  watched.fault = 'none';
  expect(await watched.store.list(OVERRIDE_KIND)).toEqual([]);
});
