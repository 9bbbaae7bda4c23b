import {describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {MINUTE} from '../../support/instants.ts';
import {STORE_OPENERS} from './openers.ts';

const ITEM = {class: 'c', rank: 1, notBefore: 0, payload: 1};
const ENTRIES = ['a', 'b', 'c', 'd'];

/** How many of four come when so many are asked for. */
const ASKED: Readonly<
  Record<string, (store: Store, count: number, now: number) => Promise<readonly unknown[]>>
> = {
  items: (store, count) => store.items('q', 'waiting', count),
  entries: (store, count) => store.latest('j', count),
  'limited keys': (store, count) => store.hot(count),
  'most refused keys': (store, count, now) => store.mostDenied(0, now + 1, count, 'day'),
  drained: (store, count) => store.drain('q', 'waiting', count),
};

describe.each(Object.entries(STORE_OPENERS))('%s', (_, open) => {
  test.each([
    [0, 0],
    [-1, 0],
    [Number.NaN, 0],
    [0.5, 0],
    [2.5, 2],
    [Number.POSITIVE_INFINITY, 4],
  ])('answers for %f with %i of four', async (count, expected) => {
    const {store, close} = await open({});
    await store.enqueue(
      'q',
      ENTRIES.map(() => ITEM),
    );
    await store.append('j', ENTRIES);
    const now = await store.now();
    const keys = ENTRIES.map((key) => ({
      ...{address: {limit: 'x', key, tier: '', shape: 'g'}, denied: 1},
      ...{shadow: false, until: now + MINUTE},
    }));
    await store.record({limits: [], keys});
    for (const [what, ask] of Object.entries(ASKED))
      expect((await ask(store, count, now)).length, what).toBe(expected);
    await store.drain('q', 'waiting');
    await store.enqueue(
      'q',
      ENTRIES.map(() => ITEM),
    );
    expect(await store.claim('q', {count, leaseFor: MINUTE})).toHaveLength(expected);
    await close();
  });
});
