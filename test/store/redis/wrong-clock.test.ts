import {describe, expect, inject, onTestFinished, test, vi} from 'vitest';
import type {RowAddress} from '../../../src/engine/live/check.ts';
import type {Store} from '../../../src/store/port.ts';
import {DAY, HOUR, MINUTE} from '../../support/instants.ts';
import {openTestStore, randomPrefix} from './redis-target.ts';

const ADDRESS: RowAddress = {limit: 'one', key: 'k', tier: '', shape: 'g'};

const open = async (prefix: string): Promise<Store> => {
  const store = await openTestStore(inject('redisUrl'), {prefix});
  onTestFinished(() => store.close());
  return store;
};

const collected = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** As on a machine whose clock is wrong by so much, µs. */
const withClock = async <T>(wrongBy: number, work: () => Promise<T>): Promise<T> => {
  const {now} = Date;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + wrongBy / 1_000);
  try {
    return await work();
  } finally {
    clock.mockRestore();
  }
};

describe.each([-3 * HOUR, 3 * HOUR, -9 * DAY, 9 * DAY])(
  'a machine whose clock is wrong by %i µs',
  (wrongBy) => {
    test('is told the same of what happened', async () => {
      const prefix = randomPrefix();
      const store = await open(prefix);
      const now = await store.now();
      await store.record({
        limits: [{limit: 'one', allowed: 1, denied: 2, shadowDenied: 0}],
        keys: [{address: ADDRESS, denied: 2, shadow: false, until: now + MINUTE}],
      });
      await withClock(wrongBy, async () => {
        const [from, until] = [now - DAY, now + DAY];
        for (const width of ['minute', 'hour'] as const)
          expect(await collected((await open(prefix)).slots(from, until, width))).toMatchObject([
            {denied: 2},
          ]);
        for (const span of ['hour', 'day'] as const)
          expect(await (await open(prefix)).mostDenied(from, until, 5, span)).toMatchObject([{denied: 2}]);
      });
    });

    test('removes nothing from the index of limited keys that is still limited', async () => {
      const prefix = randomPrefix();
      const store = await open(prefix);
      const until = (await store.now()) + 10 * MINUTE;
      await store.record({limits: [], keys: [{address: ADDRESS, denied: 2, shadow: false, until}]});
      await withClock(wrongBy, async () => {
        await (await open(prefix)).sweep();
      });
      expect(await store.hot(5)).toMatchObject([{until}]);
    });

    test('records by the clock of the server', async () => {
      const prefix = randomPrefix();
      const store = await open(prefix);
      const now = await store.now();
      await withClock(wrongBy, async () => {
        await (await open(prefix)).record({
          limits: [{limit: 'one', allowed: 1, denied: 0, shadowDenied: 0}],
          keys: [{address: ADDRESS, denied: 3, shadow: false, until: now + 10 * MINUTE}],
        });
      });
      const [slot] = await collected(store.slots(now - HOUR, now + HOUR));
      expect(Math.abs(slot!.at - now)).toBeLessThan(2 * MINUTE);
      expect(await store.hot(5)).toMatchObject([{deniedLastMinute: 3}]);
    });

    test('says when a row that was changed would have ended', async () => {
      const prefix = randomPrefix();
      const store = await open(prefix);
      const expiresAt = (await store.now()) + HOUR;
      const next = {words: [1_700_000_000_000_000, 0], expiresAt};
      await store.change([{address: ADDRESS, expected: undefined, next}]);
      const [changed] = await withClock(wrongBy, async () =>
        (await open(prefix)).change([{address: ADDRESS, expected: 'any', next: undefined}]),
      );
      expect(Math.abs(changed!.before!.expiresAt - expiresAt)).toBeLessThan(MINUTE);
    });
  },
);

test('nobody who asks for no entries of a journal is told of any', async () => {
  const store = await open(randomPrefix());
  await store.append('audit', [1, 2]);
  expect(await store.latest('audit', 0)).toEqual([]);
  expect(await store.latest('audit', 1)).toMatchObject([{value: 2}]);
});
