import {describe, expect, test} from 'vitest';
import type {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {UsageDelta, UsageSlot} from '../../src/store/port.ts';
import {
  limiterFor,
  ManualClock,
  memoryStore,
  PER_IP,
  policyWith,
  SECOND,
  START,
  until,
  watchedStore,
} from './support.ts';

const slotsOf = async (store: MemoryStore): Promise<UsageSlot[]> => {
  const slots: UsageSlot[] = [];
  for await (const slot of store.slots(0, Number.MAX_SAFE_INTEGER)) slots.push(slot);
  return slots;
};

/** A memory store that keeps what it is told. */
const toldStore = (clock: ManualClock): {readonly store: MemoryStore; readonly told: UsageDelta[]} => {
  const store = memoryStore(clock);
  const told: UsageDelta[] = [];
  const record = store.record.bind(store);
  store.record = async (delta) => {
    told.push(delta);
    await record(delta);
  };
  return {store, told};
};

describe('what happened', () => {
  test('is told to the store in one write, at the latest when the limiter is closed', async () => {
    const clock = new ManualClock();
    const {store, told} = toldStore(clock);
    const limiter = await limiterFor({policy: PER_IP, store, clock: clock.read});
    for (let i = 0; i < 50; i++) await limiter.check({ip: 'a'});
    await limiter.check({ip: 'b'});
    await limiter.check({ip: 'b'}, {cost: 0});
    await limiter.peek({ip: 'b'});
    await limiter.close();
    expect(told).toEqual([
      {
        limits: [{limit: 'per-ip', allowed: 3, denied: 48, shadowDenied: 0}],
        keys: [
          {
            address: {limit: 'per-ip', key: 'a', tier: '', shape: 't'},
            ...{denied: 48, shadow: false, until: START + 1.5 * SECOND},
          },
        ],
      },
    ]);
    expect(await slotsOf(store)).toMatchObject([{limit: 'per-ip', allowed: 3, denied: 48}]);
    expect(await store.hot(10)).toMatchObject([{address: {key: 'a'}, deniedLastMinute: 48}]);
  });

  test('is told twice a second while it goes on', async () => {
    const store = memoryStore();
    const limiter = await limiterFor({policy: PER_IP, store});
    await limiter.check({ip: 'a'});
    // Slots are minutes: the second may be told in the next one.
    const told = async () => (await slotsOf(store)).reduce((sum, {allowed}) => sum + allowed, 0);
    await until(async () => (await told()) === 1);
    await limiter.check({ip: 'a'});
    await until(async () => (await told()) === 2);
  });

  test('in shadow: refusals count as allowed, and are told', async () => {
    const clock = new ManualClock();
    const {store, told} = toldStore(clock);
    const limiter = await limiterFor({policy: PER_IP, store, clock: clock.read, mode: 'shadow'});
    for (let i = 0; i < 5; i++) await limiter.check({ip: 'a'});
    await limiter.close();
    expect(told[0]).toMatchObject({
      limits: [{allowed: 5, denied: 0, shadowDenied: 3}],
      keys: [{denied: 3, shadow: true}],
    });
  });

  test('limits behind the one that refused were not reached', async () => {
    const clock = new ManualClock();
    const {store, told} = toldStore(clock);
    const policy = policyWith(
      {name: 'first', key: 'all', rate: '100/s', burst: 100},
      {name: 'second', key: 'all', rate: '1/h', burst: 1},
      {name: 'third', key: 'all', rate: '100/s', burst: 100},
    );
    const limiter = await limiterFor({policy, store, clock: clock.read, cache: false});
    for (let i = 0; i < 4; i++) await limiter.check({});
    await limiter.close();
    expect(told[0]?.limits).toEqual([
      {limit: 'first', allowed: 4, denied: 0, shadowDenied: 0},
      {limit: 'second', allowed: 1, denied: 3, shadowDenied: 0},
      {limit: 'third', allowed: 1, denied: 0, shadowDenied: 0},
    ]);
  });

  test('a key of which 95 % is used is near its limit until that is over', async () => {
    const clock = new ManualClock();
    const {store, told} = toldStore(clock);
    const limiter = await limiterFor({
      policy: policyWith(
        {name: 'bucket', key: '{ip}', rate: '100/s', burst: 100},
        {name: 'window', key: '{ip}', algorithm: 'fixed-window', limit: 100, window: '1h'},
      ),
      store,
      clock: clock.read,
    });
    await limiter.check({ip: 'below'}, {cost: 94});
    await limiter.check({ip: 'near'}, {cost: 97});
    await limiter.close();
    expect(
      told[0]?.keys.map(({address, until: end, denied}) => [address.limit, address.key, end - START, denied]),
    ).toEqual([
      // 2 of the 97 have to come back: 20 ms.
      ['bucket', 'near', 20_000, 0],
      ['window', 'near', 3_600 * SECOND, 0],
    ]);
  });

  test('a flood of keys is bounded: the most refused are told, the rest is counted', async () => {
    const clock = new ManualClock();
    const {store, told} = toldStore(clock);
    const policy = policyWith({name: 'a', key: '{ip}', rate: '1/h', burst: 10});
    const limiter = await limiterFor({policy, store, clock: clock.read});
    for (let ip = 0; ip < 5_000; ip++) await limiter.check({ip}, {cost: 11});
    for (let i = 0; i < 5; i++) await limiter.check({ip: 1_234}, {cost: 11});
    await limiter.close();
    const keys = told.flatMap((delta) => delta.keys);
    expect(told.every((delta) => delta.keys.length <= 1_000)).toBe(true);
    expect(keys.length).toBeLessThan(5_000);
    expect(told.flatMap(({limits}) => limits).reduce((sum, {denied}) => sum + denied, 0)).toBe(5_005);
    if (told.length === 1) expect(keys[0]).toMatchObject({address: {key: '1234'}, denied: 6});
    expect(limiter.metrics()).toMatch(/ratectl_usage_dropped_total [1-9]/);
  });

  test('keys of any length are counted, long ones are not told', async () => {
    const clock = new ManualClock();
    const {store, told} = toldStore(clock);
    const policy = policyWith({name: 'a', key: '{ip}', rate: '1/h', burst: 1});
    const limiter = await limiterFor({policy, store, clock: clock.read});
    for (const length of [1_024, 1_025, 65_536]) await limiter.check({ip: 'x'.repeat(length)}, {cost: 2});
    await limiter.close();
    expect(told[0]?.limits).toEqual([{limit: 'a', allowed: 0, denied: 3, shadowDenied: 0}]);
    expect(told[0]?.keys.map(({address}) => address.key.length)).toEqual([1_024]);
    expect(limiter.metrics()).toContain('ratectl_usage_dropped_total 2\n');
  });

  test('a store that cannot write it down hinders nobody', async () => {
    const watched = watchedStore(memoryStore());
    const store = new Proxy(watched.store, {
      get: (target, name) =>
        name === 'record'
          ? () => Promise.reject(new Error('disk full'))
          : target[name as keyof typeof target],
    });
    const limiter = await limiterFor({policy: PER_IP, store, events: {onStoreLost: () => undefined}});
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true});
    await limiter.close();
    expect(limiter.metrics()).toContain('ratectl_usage_dropped_total 1\n');
  });

  test('can be switched off', async () => {
    const {store, told} = toldStore(new ManualClock());
    const limiter = await limiterFor({policy: PER_IP, store, usage: false});
    await limiter.check({ip: 'a'});
    await limiter.close();
    expect(told).toEqual([]);
  });
});
