import {expect, test} from 'vitest';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {fixedWindowSpec, tokenBucketSpec} from '../../support/policies.ts';
import {checkOf, limitOfBuckets, rowsOf, START} from '../contract/scene.ts';
import {sqlitePlace} from './sqlite-place.ts';

test('sweep removes rows and documents that are past their end, and only those', async () => {
  const place = await sqlitePlace();
  const clock = {now: START};
  const store = await place.open({clock: () => clock.now});
  const short = limitOfBuckets(tokenBucketSpec(1, S, 3));
  const long = limitOfBuckets(fixedWindowSpec(3, 10 * HOUR));
  for (let i = 0; i < 2_500; i += 500)
    await store.check(Array.from({length: 500}, (_, n) => checkOf(short, {key: `short ${i + n}`})));
  await store.check(Array.from({length: 700}, (_, n) => checkOf(long, {key: `long ${n}`})));
  await store.put('override', 'a', 1, {expiresAt: START + S});
  clock.now += MINUTE;
  expect(await rowsOf(store, {keys: {kind: 'all'}})).toHaveLength(700);
  expect(await store.sweep()).toBe(2_501);
  expect(await store.sweep()).toBe(0);
  expect(await rowsOf(store, {keys: {kind: 'all'}})).toHaveLength(700);
  await store.close();
  await place.remove();
});
