import {describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {at, HOUR, MINUTE, S} from '../../support/instants.ts';
import {describeLongUsage} from './long-usage-contract.ts';
import {collect, type OnScene, START} from './scene.ts';
import {keyUsage, limitUsage, slotsOf} from './usage-records.ts';

const MINUTE_START = at('2026-01-05T12:00:00Z');
const hotKeys = async (store: Store, count = 100): Promise<string[]> =>
  (await store.hot(count)).map(({address}) => address.key);

const describeSlots = (on: OnScene): void => {
  test(
    'records add up by limit and minute',
    on(async ({store, clock}) => {
      await store.record({limits: [limitUsage('a', 10, 2, 1), limitUsage('b', 5, 0)], keys: []});
      await store.record({limits: [limitUsage('a', 1, 1, 1)], keys: []});
      clock.now += MINUTE;
      await store.record({limits: [limitUsage('a', 7, 0)], keys: []});
      const first = [
        {at: MINUTE_START, ...limitUsage('a', 11, 3, 2)},
        {at: MINUTE_START, ...limitUsage('b', 5, 0)},
      ];
      const second = {at: MINUTE_START + MINUTE, ...limitUsage('a', 7, 0)};
      expect(await slotsOf(store, 0, clock.now + HOUR)).toEqual([...first, second]);
      expect(await slotsOf(store, MINUTE_START, MINUTE_START + MINUTE)).toEqual(first);
      expect(await slotsOf(store, MINUTE_START + 1, clock.now + HOUR)).toEqual([second]);
    }),
  );

  test(
    'records of several at once add up',
    on(async ({store, another}) => {
      const other = await another();
      const delta = {limits: [limitUsage('a', 1, 2, 3)], keys: [keyUsage('k', 2, START + S)]};
      await Promise.all(Array.from({length: 20}, (_, i) => (i % 2 ? store : other).record(delta)));
      expect(await slotsOf(store, 0, START + HOUR)).toEqual([
        {at: MINUTE_START, ...limitUsage('a', 20, 40, 60)},
      ]);
      expect(await store.mostDenied(0, START + HOUR, 10)).toEqual([
        {address: {limit: 'limit', key: 'k', tier: '', shape: 't'}, denied: 40},
      ]);
      expect(await store.hot(10)).toMatchObject([{deniedLastMinute: 40}]);
    }),
  );

  test(
    'slots come in order of time',
    on(async ({store, clock}) => {
      for (let i = 0; i < 30; i++) {
        await store.record({limits: [limitUsage('a', i, 0)], keys: []});
        clock.now += MINUTE;
      }
      const slots = await collect(store.slots(0, clock.now));
      expect(slots.map(({at}) => at)).toEqual(Array.from({length: 30}, (_, i) => MINUTE_START + i * MINUTE));
    }),
  );

  test(
    'nothing recorded, nothing found',
    on(async ({store}) => {
      await store.record({limits: [], keys: []});
      expect(await slotsOf(store, 0, START + HOUR)).toEqual([]);
      expect(await store.mostDenied(0, START + HOUR, 10)).toEqual([]);
      expect(await store.hot(10)).toEqual([]);
    }),
  );
};

const describeHot = (on: OnScene): void => {
  test(
    'hot keys come with the latest end first, and go when it is past',
    on(async ({store, clock}) => {
      const keys = [
        keyUsage('soon', 1, START + S),
        keyUsage('late', 0, START + 3 * S),
        keyUsage('mid', 5, START + 2 * S),
      ];
      await store.record({limits: [], keys});
      expect(await hotKeys(store)).toEqual(['late', 'mid', 'soon']);
      expect(await hotKeys(store, 2)).toEqual(['late', 'mid']);
      clock.now += 2 * S;
      expect(await hotKeys(store)).toEqual(['late']);
      clock.now += S;
      expect(await hotKeys(store)).toEqual([]);
    }),
  );

  test(
    'a hot key says whether it is in shadow, of which tier, and when it ends',
    on(async ({store}) => {
      const address = {limit: 'plan', key: 'a', tier: 'pro', shape: 'cmonth.Europe/Paris,t'};
      await store.record({limits: [], keys: [keyUsage('', 3, START + S, {address, shadow: true})]});
      expect(await store.hot(10)).toEqual([{address, shadow: true, until: START + S, deniedLastMinute: 3}]);
      await store.record({limits: [], keys: [keyUsage('', 1, START + 2 * S, {address})]});
      expect(await store.hot(10)).toEqual([
        {address, shadow: false, until: START + 2 * S, deniedLastMinute: 4},
      ]);
    }),
  );

  test(
    'refusals of the minute before weigh as much as the last 60 s still cover of it',
    on(async ({store, clock}) => {
      clock.now = MINUTE_START + 50 * S;
      await store.record({limits: [], keys: [keyUsage('a', 30, START + HOUR)]});
      clock.now = MINUTE_START + MINUTE + 20 * S;
      await store.record({limits: [], keys: [keyUsage('a', 4, START + HOUR)]});
      const denied = async (): Promise<number> => (await store.hot(1))[0]!.deniedLastMinute;
      expect(await denied()).toBe(4 + 20);
      clock.now += 40 * S;
      expect(await denied()).toBe(4);
      clock.now += 30 * S;
      expect(await denied()).toBe(2);
      clock.now += 30 * S;
      expect(await denied()).toBe(0);
    }),
  );

  test(
    'the index is bounded: those that end first are left out',
    on(async ({store}) => {
      for (let i = 0; i < 12_000; i += 1_000) {
        const keys = Array.from({length: 1_000}, (_, n) => keyUsage(`${i + n}`, 1, START + HOUR + i + n));
        await store.record({limits: [], keys});
      }
      const kept = await store.hot(20_000);
      expect(kept.length).toBeLessThanOrEqual(10_000);
      expect(kept.length).toBeGreaterThanOrEqual(9_000);
      expect(kept[0]!.address.key).toBe('11999');
      expect(kept.at(-1)!.until).toBeGreaterThanOrEqual(START + HOUR + 2_000);
    }),
    60_000,
  );

  test(
    'keys that were reset are forgotten',
    on(async ({store}) => {
      const keys = ['a', 'b', 'c'].map((key, i) => keyUsage(key, 1, START + HOUR + i));
      await store.record({limits: [], keys});
      await store.forget([
        keys[0]!.address,
        keys[2]!.address,
        {limit: 'none', key: '', tier: '', shape: 't'},
      ]);
      expect(await hotKeys(store)).toEqual(['b']);
      await store.forget([]);
      await store.record({limits: [], keys: [keys[0]!]});
      expect((await hotKeys(store)).sort()).toEqual(['a', 'b']);
    }),
  );

  test(
    'hostile keys are kept and forgotten exactly',
    on(async ({store}) => {
      const keys = HOSTILE_KEYS.map((key) => keyUsage(key, 1, START + HOUR));
      await store.record({limits: [], keys});
      expect((await hotKeys(store)).sort()).toEqual([...HOSTILE_KEYS].sort());
      const denied = await store.mostDenied(0, START + HOUR, 100);
      expect(denied.map(({address}) => address.key).sort()).toEqual([...HOSTILE_KEYS].sort());
      await store.forget(keys.slice(1).map(({address}) => address));
      expect(await hotKeys(store)).toEqual([HOSTILE_KEYS[0]]);
    }),
  );
};

const describeDenied = (on: OnScene): void => {
  test(
    'the most refused keys of some hours come first',
    on(async ({store, clock}) => {
      const count = (key: string, denied: number): Promise<void> =>
        store.record({limits: [], keys: [keyUsage(key, denied, clock.now + S)]});
      await count('a', 5);
      await count('b', 3);
      await count('near', 0);
      clock.now += HOUR;
      await count('b', 4);
      await count('c', 1);
      const denied = async (from: number, until: number, most = 10): Promise<unknown[]> =>
        (await store.mostDenied(from, until, most)).map(({address, denied}) => [address.key, denied]);
      expect(await denied(0, clock.now)).toEqual([
        ['b', 7],
        ['a', 5],
        ['c', 1],
      ]);
      expect(await denied(0, clock.now, 1)).toEqual([['b', 7]]);
      expect(await denied(MINUTE_START, MINUTE_START + HOUR)).toEqual([
        ['a', 5],
        ['b', 3],
      ]);
      expect(await denied(MINUTE_START + 1, clock.now)).toEqual([
        ['b', 4],
        ['c', 1],
      ]);
    }),
  );

  test(
    'the most refused are kept when there are very many',
    on(async ({store}) => {
      for (let i = 0; i < 5_000; i += 1_000) {
        const few = Array.from({length: 999}, (_, n) => keyUsage(`few ${i + n}`, 1, START + S));
        await store.record({limits: [], keys: [keyUsage('many', 100, START + S), ...few]});
      }
      const denied = await store.mostDenied(0, START + HOUR, 10_000);
      expect(denied[0]).toMatchObject({address: {key: 'many'}, denied: 500});
      expect(denied.length).toBeLessThanOrEqual(3_000);
    }),
    60_000,
  );
};

export const describeUsage = (on: OnScene): void => {
  describe('usage', () => {
    describeSlots(on);
    describeHot(on);
    describeDenied(on);
    describeLongUsage(on);
  });
};
