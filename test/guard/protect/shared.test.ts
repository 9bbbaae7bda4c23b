import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {createProtection} from '../../../src/guard/protect/create-protection.ts';
import type {Protection} from '../../../src/guard/protect/protection.ts';
import type {ProtectionOptions} from '../../../src/guard/protect/protection-options.ts';
import type {PolicyObject} from '../../../src/policy/given-policy.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import {PLACES} from '../pool/pool-support.ts';
import {eventually, memoryStore, until, watchedStore} from '../support.ts';

const POLICY: PolicyObject = {
  version: 1,
  limits: [{name: 'all', key: 'all', rate: '1000/s', burst: 1000}],
  concurrency: {work: {max: 3, queue: 100, wait: '60s', lease: '30s'}},
  breakers: {pay: {when: {path: '/pay'}, failures: 3, rate: 'none', recovery: '60s'}},
};

const protect = async (options: ProtectionOptions): Promise<Protection> => {
  const protection = await createProtection({policy: POLICY, timeoutMs: 5_000, ...options});
  onTestFinished(() => protection.close());
  return protection;
};

describe.each(PLACES)('three instances on %s', (_name, place) => {
  const three = async (): Promise<readonly Protection[]> => {
    const options = place();
    return Promise.all([1, 2, 3].map(() => protect(options)));
  };

  test('run no more at once than the pool has slots, and all that asked', async () => {
    const instances = await three();
    let now = 0;
    let most = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++now);
      await sleep(10);
      now--;
      done++;
    };
    await Promise.all(Array.from({length: 30}, (_, i) => instances[i % 3]!.run({key: 'a', path: '/'}, work)));
    expect([most, done]).toEqual([3, 30]);
  });

  test('open a breaker together, for all', async () => {
    const instances = await three();
    for (const instance of instances)
      await (await instance.check({key: 'a', path: '/pay'})).release('failure');
    await eventually(async () => {
      const decisions = await Promise.all(instances.map((each) => each.check({key: 'a', path: '/pay'})));
      await Promise.all(decisions.map((decision) => decision.release('abandoned')));
      return decisions.map(({scope, allowed}) => (allowed ? 'allowed' : scope));
    }).toEqual(['breaker', 'breaker', 'breaker']);
  });
});

describe('while the store is lost', () => {
  const gone = new StoreError('cannot reach it', {kind: 'unreachable', url: 'redis://r', hint: 'wait'});

  test.each([
    ['open', 'allowed open'],
    ['local', 'allowed local'],
    ['closed', 'refused closed'],
  ] as const)('onStoreError: %s', async (onStoreError, answer) => {
    const watched = watchedStore(memoryStore());
    const protection = await protect({
      ...{store: watched.store, onStoreError, timeoutMs: 100},
      events: {onStoreLost: () => undefined},
    });
    watched.fault = gone;
    await (await protection.check({key: 'a', path: '/'})).release();
    const decision = await protection.check({key: 'a', path: '/'});
    expect(`${decision.allowed ? 'allowed' : 'refused'} ${decision.source}`).toBe(answer);
    await decision.release();
    watched.fault = 'none';
    await until(async () => {
      const again = await protection.check({key: 'a', path: '/'});
      await again.release();
      return again.source === 'store';
    });
    expect((await protection.metrics()).performance.storeUp).toBe(true);
  });

  test('closed, without any limit: the pool refuses as the limiter would, with 503', async () => {
    const watched = watchedStore(memoryStore());
    const protection = await protect({
      ...{store: watched.store, onStoreError: 'closed', timeoutMs: 100},
      policy: {version: 1, concurrency: {work: {max: 3}}},
      events: {onStoreLost: () => undefined},
    });
    watched.fault = gone;
    await protection.check({key: 'a'});
    const decision = await protection.check({key: 'a'});
    expect([decision.allowed, decision.toResponse().status]).toEqual([false, 503]);
    expect(decision.toJsonRpc(1).error.data.type).toBe('unavailable');
  });

  test('a store that is not there at the start is no reason to reject, unless failFast says so', async () => {
    const options = {store: 'redis://127.0.0.1:1', events: {onStoreLost: () => undefined}, timeoutMs: 100};
    const protection = await protect(options);
    const decision = await protection.check({key: 'a', path: '/'});
    expect(decision.allowed).toBe(true);
    await decision.release();
    await expect(createProtection({policy: POLICY, ...options, failFast: true})).rejects.toThrow(
      'cannot reach',
    );
  });
});
