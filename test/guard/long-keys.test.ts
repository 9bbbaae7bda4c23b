import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, test} from 'vitest';
import {StoreError} from '../../src/store/store-error.ts';
import {limiterFor, memoryStore, policyWith, watchedStore} from './support.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heapBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

const KEY = 'x'.repeat(100_000);

test('while the store is lost, long keys are told apart, give their slots back, and cost no more room than others', async () => {
  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({
    policy: policyWith(
      {name: 'rate', key: '{key}', rate: '2/h'},
      {name: 'slots', key: '{key}', algorithm: 'concurrency', max: 1, timeout: '1h'},
    ),
    ...{store: watched.store, onStoreError: 'local'},
    events: {onStoreLost: () => undefined},
  });
  watched.fault = new StoreError('gone', {kind: 'unreachable', url: 'redis://far', hint: ''});
  await (await limiter.check({key: 'first'})).release();
  const before = heapBytes();
  for (let i = 0; i < 300; i++) {
    const decision = await limiter.check({key: `${KEY}${i}`});
    expect(decision).toMatchObject({allowed: true, source: 'local'});
    await decision.release();
  }
  expect(heapBytes() - before).toBeLessThan(10_000_000);
  expect(await limiter.check({key: `${KEY}1`})).toMatchObject({allowed: true, key: `${KEY}1`});
  expect(await limiter.check({key: `${KEY}1`})).toMatchObject({allowed: false});
  expect(await limiter.check({key: `${KEY}2`})).toMatchObject({allowed: true});
});
