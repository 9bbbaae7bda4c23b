import {expect, test} from 'vitest';
import type {PairLog} from '../../../src/engine/pair-log.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {slidingLogSpec, tokenBucketSpec} from '../../support/policies.ts';
import {ask, checkOf, keysOf, kinds, limitOfBuckets, rowsOf, START} from '../contract/scene.ts';

const newStore = (maxKeys?: number): {store: MemoryStore; clock: {now: number}} => {
  const clock = {now: START};
  const bound = maxKeys === undefined ? {} : {maxKeys};
  return {clock, store: new MemoryStore({access: 'write', clock: () => clock.now, ...bound})};
};

test('there are never more rows than allowed; those that end soonest give way', async () => {
  const {store} = newStore(100);
  const hour = limitOfBuckets(tokenBucketSpec(1, HOUR, 1));
  const second = limitOfBuckets(tokenBucketSpec(1, S, 1));
  for (let n = 0; n < 2_000; n++) {
    if (n % 100 === 50) await store.check([checkOf(hour, {key: `hour ${n}`})]);
    await store.check([checkOf(second, {key: `second ${n}`})]);
    if (n % 50 === 0) expect((await rowsOf(store, {keys: {kind: 'all'}})).length).toBeLessThanOrEqual(100);
  }
  expect(await keysOf(store, {keys: {kind: 'prefix', prefix: 'hour'}})).toHaveLength(20);
  expect(kinds(await ask(store, checkOf(hour, {key: 'hour 750'})))).toEqual([1]);
});

test('a row that is being decided is not the one that gives way', async () => {
  const {store} = newStore(1);
  const router = limitOfBuckets(tokenBucketSpec(1, HOUR, 5));
  for (let n = 0; n < 5; n++) expect(kinds(await ask(store, checkOf(router, {key: 'a'})))).toEqual([0]);
  expect(kinds(await ask(store, checkOf(router, {key: 'a'})))).toEqual([1]);
});

test('rows past their end are forgotten in passing', async () => {
  const {store, clock} = newStore(10_000);
  const router = limitOfBuckets(tokenBucketSpec(1, S, 1));
  for (let n = 0; n < 5_000; n++) {
    clock.now += S;
    await store.check([checkOf(router, {key: `${n}`})]);
  }
  clock.now = START;
  // The clock is set back, so that nothing counts as past its end: these are the rows there are.
  expect((await rowsOf(store, {keys: {kind: 'all'}})).length).toBeLessThan(100);
});

/** Where a list of so many instants begins: somewhere new, or where one was given back. */
const placeOfList = (pairs: PairLog, length: number): number => {
  const row = new Float64Array(4);
  for (let i = 0; i < length; i++) pairs.push(row, 0, i, 1);
  const place = row[0]!;
  pairs.free(row, 0);
  return place;
};

test('lists of instants are given back: their memory does not grow with the keys that came and went', async () => {
  const {store, clock} = newStore();
  const router = limitOfBuckets(slidingLogSpec(64, S));
  const {pairs} = router.bucketsOf('limit', 'a', '', START)!.buckets[0]!.algorithm;
  const seen = new Set<number>();
  for (let n = 0; n < 500; n++) {
    for (let i = 0; i < 64; i++) {
      clock.now++;
      await store.check([checkOf(router, {key: `${n}`})]);
    }
    clock.now += MINUTE;
    await store.sweep();
    seen.add(placeOfList(pairs!, 64));
  }
  // A new list always begins in one of the few places that were free.
  expect(seen.size).toBeLessThan(10);
});

test('lists of instants are given back by whoever looked at those of another policy, and was refused', async () => {
  const {store, clock} = newStore();
  const [wide, narrow] = [limitOfBuckets(slidingLogSpec(64, HOUR)), limitOfBuckets(slidingLogSpec(1, HOUR))];
  const {pairs} = narrow.bucketsOf('limit', 'a', '', START)!.buckets[0]!.algorithm;
  for (let i = 0; i < 64; i++) {
    clock.now++;
    await store.check([checkOf(wide, {key: 'a'})]);
  }
  const seen = new Set<number>();
  for (let n = 0; n < 100; n++) {
    expect(kinds(await ask(store, checkOf(narrow, {key: 'a'})))).toEqual([1]);
    seen.add(placeOfList(pairs!, 64));
  }
  expect(seen.size).toBeLessThan(10);
});

test('what was put is not what is kept: nobody changes it from outside', async () => {
  const {store} = newStore();
  const value = {list: [1]};
  await store.put('policy', 'p', value);
  value.list.push(2);
  const read = (await store.get('policy', 'p'))!.value as typeof value;
  read.list.push(3);
  expect((await store.get('policy', 'p'))!.value).toEqual({list: [1]});
});
