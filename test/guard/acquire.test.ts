import {setImmediate} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {limiterFor, memoryStore, policyWith, setOverride, watchedStore} from './support.ts';

test('acquire waits until it is allowed, and no request too many passes', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'api', key: 'api', rate: '50/s', burst: 5}),
    store: memoryStore(),
  });
  const began = performance.now();
  const decisions = await Promise.all(Array.from({length: 20}, () => limiter.acquire({})));
  expect(decisions.every(({allowed}) => allowed)).toBe(true);
  // 5 at once, 15 more at 50 per second: not before 300 ms.
  expect(performance.now() - began).toBeGreaterThanOrEqual(299);
});

test('it gives up at once when the wait is longer than the timeout', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'api', key: 'api', rate: '1/h'}),
    store: memoryStore(),
  });
  await limiter.acquire({});
  await expect(limiter.acquire({}, {timeoutMs: 10_000})).rejects.toMatchObject({
    message: 'limit "api" refused: not within 10000 ms',
    decision: {allowed: false},
  });
});

test('what can never be is not waited for', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'api', key: 'api', rate: '1/h'}),
    store: memoryStore(),
  });
  await expect(limiter.acquire({}, {cost: 2, timeoutMs: Number.POSITIVE_INFINITY})).rejects.toMatchObject({
    decision: {never: true},
  });
});

test('a signal ends the waiting', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'api', key: 'api', rate: '1/m'}),
    store: memoryStore(),
  });
  await limiter.acquire({});
  const abort = new AbortController();
  const waiting = limiter.acquire({}, {timeoutMs: Number.POSITIVE_INFINITY, signal: abort.signal});
  setTimeout(() => abort.abort(new Error('shutting down')), 20);
  await expect(waiting).rejects.toThrow('shutting down');
  await expect(limiter.acquire({}, {signal: abort.signal})).rejects.toThrow('shutting down');
});

test('an override wakes whoever waits', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({policy: policyWith({name: 'api', key: 'api', rate: '1/h'}), store});
  await limiter.acquire({});
  const waiting = limiter.acquire({}, {timeoutMs: Number.POSITIVE_INFINITY});
  await setOverride(store, {
    limit: 'api',
    key: 'api',
    until: Number.POSITIVE_INFINITY,
    effect: {kind: 'exempt'},
  });
  expect(await waiting).toMatchObject({allowed: true});
});

test('a slot is taken when it is given back, not when it would have ended', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 1, timeout: '1h'}),
    store: memoryStore(),
  });
  const first = await limiter.acquire({});
  const second = limiter.acquire({}, {timeoutMs: 10_000});
  await first.release();
  expect(await second).toMatchObject({allowed: true});
  await expect(limiter.acquire({}, {timeoutMs: 120})).rejects.toMatchObject({
    decision: {scope: 'concurrency'},
  });
});

test('those who wait are served in their order, and only the first in line asks', async () => {
  const watched = watchedStore(memoryStore());
  const policy = policyWith({name: 'api', key: 'api', rate: '200/s', burst: 1});
  const limiter = await limiterFor({policy, store: watched.store});
  const served: number[] = [];
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 40; i++) {
    all.push(limiter.acquire({}).then(() => served.push(i)));
    // The next one comes when this one has its place.
    await setImmediate();
  }
  await Promise.all(all);
  expect(served).toEqual(Array.from({length: 40}, (_, i) => i));
  // Two for each, one more for each whose timer was early; not 40 × 40 / 2.
  expect(watched.calls.get('check')).toBeLessThan(200);
});

test('whoever comes when a token is there does not pass those who wait for it', async () => {
  const policy = policyWith({name: 'api', key: 'api', rate: '20/s', burst: 1});
  const limiter = await limiterFor({policy, store: memoryStore()});
  await limiter.acquire({});
  const served: string[] = [];
  const waiting = limiter.acquire({}).then(() => served.push('waited'));
  await setImmediate();
  // The token comes; the timer of whoever waits for it has had no turn yet.
  const until = performance.now() + 60;
  while (performance.now() < until);
  await Promise.all([limiter.acquire({}).then(() => served.push('came')), waiting]);
  expect(served).toEqual(['waited', 'came']);
});

test.each([
  {remembered: 'yes', cache: true},
  {remembered: 'no', cache: false},
])(
  'whoever comes and cannot wait so long is told so at once, behind a line too: refusals remembered: $remembered',
  async ({cache}) => {
    const policy = policyWith({name: 'api', key: 'api', rate: '1/h'});
    const limiter = await limiterFor({policy, store: memoryStore(), cache});
    await limiter.acquire({});
    const abort = new AbortController();
    const waiting = limiter.acquire({}, {timeoutMs: Number.POSITIVE_INFINITY, signal: abort.signal});
    await setImmediate();
    await expect(limiter.acquire({}, {timeoutMs: 10_000})).rejects.toThrow('not within 10000 ms');
    await expect(limiter.acquire({}, {timeoutMs: 0})).rejects.toThrow('not within 0 ms');
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  },
);

test('those who wait for one key are in nobody else’s way', async () => {
  const policy = policyWith({name: 'api', key: '{ip}', rate: '1/h'});
  const limiter = await limiterFor({policy, store: memoryStore()});
  await limiter.acquire({ip: 'a'});
  const abort = new AbortController();
  const waiting = limiter.acquire({ip: 'a'}, {timeoutMs: Number.POSITIVE_INFINITY, signal: abort.signal});
  await setImmediate();
  expect(await limiter.acquire({ip: 'b'})).toMatchObject({allowed: true});
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

test('whoever gives up leaves the line to the others', async () => {
  const policy = policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 1});
  const limiter = await limiterFor({policy, store: memoryStore()});
  const held = await limiter.acquire({});
  const abort = new AbortController();
  const [first, second, third] = [
    limiter.acquire({}, {timeoutMs: 100}),
    limiter.acquire({}, {signal: abort.signal}),
    limiter.acquire({}),
  ];
  abort.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await expect(first).rejects.toThrow('not within 100 ms');
  await held.release();
  expect(await third).toMatchObject({allowed: true});
});

test('a slot that is granted when nobody waits for it any more is given back', async () => {
  const policy = policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 1, timeout: '1h'});
  const limiter = await limiterFor({policy, store: memoryStore()});
  const controller = new AbortController();
  const acquired = limiter.acquire({}, {signal: controller.signal});
  controller.abort(new Error('gone'));
  await expect(acquired).rejects.toThrow('gone');
  expect(await limiter.acquire({}, {timeoutMs: 1_000})).toMatchObject({allowed: true});
});

test('a timeout that is none is an error', async () => {
  const limiter = await limiterFor({
    policy: policyWith({name: 'a', key: 'all', rate: '1/h'}),
    store: memoryStore(),
  });
  await expect(limiter.acquire({}, {timeoutMs: Number.NaN})).rejects.toThrow(
    /timeoutMs is "NaN", expected 0 or more/,
  );
});
