import {expect, test} from 'vitest';
import type {DeniedSpan, SlotWidth} from '../../../src/store/port.ts';
import {at, HOUR, MINUTE, S} from '../../support/instants.ts';
import type {OnScene} from './scene.ts';
import {keyUsage, limitUsage, slotsOf} from './usage-records.ts';

const MINUTE_START = at('2026-01-05T12:00:00Z');
const DAY_START = at('2026-01-05T00:00:00Z');
const DAY = 24 * HOUR;

/** Sums that outlive the minutes: hours of limits, days of keys. */
export const describeLongUsage = (on: OnScene): void => {
  test(
    'records add up by hour, too',
    on(async ({store, clock}) => {
      await store.record({limits: [limitUsage('a', 10, 2, 1), limitUsage('b', 5, 0)], keys: []});
      clock.now += 59 * MINUTE;
      await store.record({limits: [limitUsage('a', 1, 1, 1)], keys: []});
      clock.now += MINUTE;
      await store.record({limits: [limitUsage('a', 7, 0), limitUsage('x:y', 1, 0)], keys: []});
      clock.now += DAY;
      await store.record({limits: [limitUsage('a', 3, 0)], keys: []});
      const hours = [
        {at: MINUTE_START, ...limitUsage('a', 11, 3, 2)},
        {at: MINUTE_START, ...limitUsage('b', 5, 0)},
        {at: MINUTE_START + HOUR, ...limitUsage('a', 7, 0)},
        {at: MINUTE_START + HOUR, ...limitUsage('x:y', 1, 0)},
        {at: MINUTE_START + HOUR + DAY, ...limitUsage('a', 3, 0)},
      ];
      expect(await slotsOf(store, 0, clock.now + HOUR, 'hour')).toEqual(hours);
      expect(await slotsOf(store, MINUTE_START, MINUTE_START + HOUR, 'hour')).toEqual(hours.slice(0, 2));
      expect(await slotsOf(store, MINUTE_START + 1, MINUTE_START + DAY, 'hour')).toEqual(hours.slice(2, 4));
    }),
  );

  test(
    'the most refused keys of some days come first',
    on(async ({store, clock}) => {
      const count = (key: string, denied: number): Promise<void> =>
        store.record({limits: [], keys: [keyUsage(key, denied, clock.now + S)]});
      const denied = async (from: number, until: number, most = 10): Promise<unknown[]> =>
        (await store.mostDenied(from, until, most, 'day')).map(({address, denied}) => [address.key, denied]);
      await count('a', 5);
      clock.now += 11 * HOUR;
      await count('b', 3);
      clock.now += HOUR;
      await count('b', 4);
      expect(await denied(0, clock.now)).toEqual([
        ['b', 7],
        ['a', 5],
      ]);
      expect(await denied(0, clock.now, 1)).toEqual([['b', 7]]);
      expect(await denied(DAY_START, DAY_START + DAY)).toEqual([
        ['a', 5],
        ['b', 3],
      ]);
      expect(await denied(DAY_START + 1, clock.now)).toEqual([['b', 4]]);
    }),
  );

  test(
    'the most refused of a day are kept when there are very many',
    on(async ({store, clock}) => {
      for (let i = 0; i < 5_000; i += 1_000) {
        const few = Array.from({length: 999}, (_, n) => keyUsage(`few ${i + n}`, 1, clock.now + S));
        await store.record({limits: [], keys: [keyUsage('many', 100, clock.now + S), ...few]});
        clock.now += HOUR;
      }
      const denied = await store.mostDenied(DAY_START, DAY_START + DAY, 10_000, 'day');
      expect(denied[0]).toMatchObject({address: {key: 'many'}, denied: 500});
      expect(denied.length).toBeLessThanOrEqual(3_000);
    }),
    60_000,
  );

  test(
    'minutes and the refusals of hours are forgotten after 8 days, hours and the refusals of days after 35',
    on(async ({store, clock}) => {
      const record = (): Promise<void> =>
        store.record({limits: [limitUsage('a', 1, 1)], keys: [keyUsage('a', 1, clock.now + S)]});
      const kept = async (): Promise<unknown> => {
        const slots = async (width: SlotWidth): Promise<number> =>
          (await slotsOf(store, 0, clock.now, width)).length;
        const refusals = async (span: DeniedSpan): Promise<number> =>
          (await store.mostDenied(0, clock.now, 10, span))[0]?.denied ?? 0;
        return {
          minutes: await slots('minute'),
          hours: await slots('hour'),
          byHour: await refusals('hour'),
          byDay: await refusals('day'),
        };
      };
      await record();
      clock.now += 7 * DAY;
      await record();
      expect(await kept()).toEqual({minutes: 2, hours: 2, byHour: 2, byDay: 2});
      clock.now += 2 * DAY;
      await record();
      await store.sweep();
      expect(await kept()).toEqual({minutes: 2, hours: 3, byHour: 2, byDay: 3});
      clock.now += 27 * DAY;
      await record();
      await store.sweep();
      expect(await kept()).toEqual({minutes: 1, hours: 3, byHour: 1, byDay: 3});
    }),
  );
};
