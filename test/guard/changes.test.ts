import {describe, expect, test} from 'vitest';
import type {Limiter} from '../../src/guard/limiter.ts';
import {OVERRIDE_KIND, overrideId} from '../../src/store/override-document.ts';
import type {Store} from '../../src/store/port.ts';
import {RunningTime} from './process-time.ts';
import {limiterFor, memoryStore, policyWith, setOverride, until} from './support.ts';

const POLICY = policyWith({name: 'per-ip', key: '{ip}', rate: '1/h', burst: 1});
const FOREVER = Number.POSITIVE_INFINITY;

const twoOn = async (store: Store): Promise<readonly [Limiter, Limiter]> => [
  await limiterFor({policy: POLICY, store}),
  await limiterFor({policy: POLICY, store}),
];

/** What each of them answers: `allowed`, `wait` or `never`. */
const answersOf = async (limiters: readonly Limiter[], ip: string): Promise<string> =>
  (await Promise.all(limiters.map((limiter) => limiter.check({ip}))))
    .map(({allowed, never}) => (allowed ? 'allowed' : never ? 'never' : 'wait'))
    .join();

describe('two limiters on one store', () => {
  test('hear within a second of an override, and of its end', async () => {
    const store = memoryStore();
    const limiters = await twoOn(store);
    await setOverride(store, {limit: 'per-ip', key: 'a', until: FOREVER, effect: {kind: 'block'}});
    const time = new RunningTime();
    await until(async () => (await answersOf(limiters, 'a')) === 'never,never');
    await setOverride(store, {limit: 'per-ip', key: 'a', until: FOREVER, effect: {kind: 'exempt'}});
    await until(async () => (await answersOf(limiters, 'a')) === 'allowed,allowed');
    // Two changes, at most a second each by design; generous for a busy machine.
    expect(time.ms).toBeLessThan(4_000);
    await store.remove(OVERRIDE_KIND, overrideId('per-ip', 'a'));
    await store.announce();
    await until(async () => (await answersOf(limiters, 'a')) === 'wait,wait');
  });

  test('hear of a reset, also where the refusal was remembered', async () => {
    const store = memoryStore();
    const limiters = await twoOn(store);
    await limiters[0].check({ip: 'a'});
    await answersOf(limiters, 'a');
    expect(await limiters[1].check({ip: 'a'})).toMatchObject({allowed: false, source: 'cache'});
    await store.change([
      {address: {limit: 'per-ip', key: 'a', tier: '', shape: 't'}, expected: 'any', next: undefined},
    ]);
    await store.announce();
    await until(async () => (await limiters[1].check({ip: 'a'})).allowed);
    expect(limiters[1].metrics()).toContain('ratectl_changes_total 1\n');
  });

  test('know from their first check on what was set before they began', async () => {
    const store = memoryStore();
    await setOverride(store, {limit: 'per-ip', key: 'a', until: FOREVER, effect: {kind: 'block'}});
    const limiter = await limiterFor({policy: POLICY, store});
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: false, never: true});
    expect(limiter.metrics()).toContain('ratectl_live_overrides 1\n');
  });
});

test('documents that are no overrides are passed over', async () => {
  const store = memoryStore();
  await store.put(OVERRIDE_KIND, 'nonsense', {effect: 'explode'});
  await store.put(OVERRIDE_KIND, overrideId('per-ip', 'b'), {effect: {buckets: [{kind: 'x'}]}});
  await setOverride(store, {limit: 'per-ip', key: 'a', until: FOREVER, effect: {kind: 'block'}});
  const limiter = await limiterFor({policy: POLICY, store});
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: false});
  expect(await limiter.check({ip: 'b'})).toMatchObject({allowed: true});
});

test('the policy in force is in the store, and written only when it differs', async () => {
  const store = memoryStore();
  const first = await limiterFor({policy: POLICY, store});
  await first.close();
  const published = await store.get('policy', 'current');
  expect(published).toMatchObject({version: 1, value: {file: 'policy.json', source: JSON.stringify(POLICY)}});
  await (await limiterFor({policy: POLICY, store})).close();
  expect((await store.get('policy', 'current'))?.version).toBe(1);
  await (await limiterFor({policy: policyWith({name: 'other', rate: '1/s'}), store})).close();
  expect((await store.get('policy', 'current'))?.version).toBe(2);
  await (await limiterFor({policy: POLICY, store, publishPolicy: false})).close();
  expect((await store.get('policy', 'current'))?.version).toBe(2);
});
