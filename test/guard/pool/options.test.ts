import {describe, expect, test} from 'vitest';
import type {ConcurrencyOptions} from '../../../src/guard/pool/concurrency-options.ts';
import {concurrencyOptionsFromEnv} from '../../../src/guard/pool/concurrency-options-from-env.ts';
import {createConcurrency} from '../../../src/guard/pool/create-concurrency.ts';
import type {PolicyObject} from '../../../src/policy/given-policy.ts';
import {listPools} from '../../../src/store/stored-pool.ts';
import {eventually, memoryStore} from '../support.ts';
import {poolFor, SPEC} from './pool-support.ts';

const POLICY: PolicyObject = {
  version: 1,
  priorities: {essential: {path: '/checkout/*'}, normal: {}, low: {path: '/reports/*'}},
  concurrency: {
    api: {max: 2, key: '{tenant}', maxPerKey: 1, queue: 5, wait: '60s', lease: '30s'},
    jobs: {max: 1},
  },
};

describe('options that are wrong are refused with what was expected', () => {
  test.each<[ConcurrencyOptions, RegExp]>([
    [{timeoutMs: 5}, /timeoutMs is "5", expected a whole number of milliseconds from 10 to 60000/],
    [{instances: 0}, /instances is "0"/],
    [{spec: {...SPEC, max: 0}}, /spec\.max is "0", expected a whole number from 1 to 10000/],
    [{spec: {...SPEC, maxPerKey: 9}}, /spec\.maxPerKey is "9", expected .* 1 to max, which is 3/],
    [{spec: {...SPEC, lease: 10}}, /spec\.lease is "10"/],
    [{spec: {...SPEC, order: 'random' as 'fifo'}}, /spec\.order is "random"/],
    [{spec: SPEC, onStoreError: 'shut' as 'open'}, /onStoreError is "shut"/],
    [{policy: POLICY, pool: 'nope'}, /pool is "nope", expected one of: api, jobs/],
    [{policy: POLICY}, /describes several pools: api, jobs/],
    [{policy: {version: 1, limits: [{name: 'a', key: '{ip}', rate: '1/s'}]}}, /describes no pool/],
    [{spec: SPEC, store: 'redsi://x'}, /redis/],
  ])('%j', async (options, message) => {
    await expect(createConcurrency(options)).rejects.toThrow(message);
  });

  test('so are those of a call', async () => {
    const pool = await poolFor({policy: POLICY, pool: 'api', store: memoryStore()});
    await expect(pool.acquire({priority: 'urgent'})).rejects.toMatchObject({
      code: 'concurrency/priority',
      hint: 'one of: essential, normal, low',
    });
    await expect(pool.acquire({timeoutMs: Number.NaN})).rejects.toThrow('a timeoutMs of "NaN"');
    expect(() => pool.setMax(3)).toThrow('a max of "3", expected a whole number from 1 to 2');
  });
});

test('a spec needs no store: the pool is this process’s own', async () => {
  const pool = await createConcurrency({spec: {name: 'own', max: 1}});
  const slot = await pool.acquire();
  expect(await pool.tryAcquire()).toBeUndefined();
  expect(pool.spec).toMatchObject({
    maxPerKey: 1,
    queue: 0,
    wait: 30_000_000,
    lease: 30_000_000,
    order: 'fifo',
  });
  await slot.release();
  await pool.close();
});

test('the policy says whose slot it is and how important, by the attributes of a request', async () => {
  const store = memoryStore();
  const queued: [string, number][] = [];
  const pool = await poolFor({
    ...{policy: POLICY, pool: 'api', store},
    events: {onQueued: ({key, priority}) => queued.push([key, priority])},
  });
  const first = await pool.acquire({attributes: {tenant: 'a', path: '/x'}});
  expect(first.key).toBe('a');
  const waiting = [
    pool.run(() => 1, {attributes: {tenant: 'a', path: '/reports/1'}}),
    pool.run(() => 2, {attributes: {tenant: 'a', path: '/checkout/1'}}),
    pool.run(() => 3, {key: 'a', priority: 'low'}),
    pool.run(() => 4, {key: 'a', attributes: {priority: 'essential'}}),
  ];
  await eventually(() => queued.length).toBe(4);
  expect(queued).toEqual([
    ['a', 2],
    ['a', 0],
    ['a', 2],
    ['a', 0],
  ]);
  await first.release();
  expect(await Promise.all(waiting)).toEqual([1, 2, 3, 4]);
  expect((await listPools(store)).map(({name}) => name)).toEqual(['api']);
});

test('keys without end take little room, and are still told apart', async () => {
  const store = memoryStore();
  const pool = await poolFor({store, spec: {...SPEC, maxPerKey: 1}});
  const long = 'k'.repeat(100_000);
  const slots = [await pool.acquire({key: `${long}a`}), await pool.acquire({key: `${long}b`})];
  expect(await pool.tryAcquire({key: `${long}a`})).toBeUndefined();
  expect(JSON.stringify(await listPools(store)).length).toBeLessThan(2_000);
  for (const slot of slots) await slot.release();
});

test('off: everything runs at once, and no store is opened', async () => {
  const pool = await createConcurrency({spec: SPEC, store: 'redis://127.0.0.1:1', enabled: false});
  const slots = await Promise.all(Array.from({length: 10}, () => pool.acquire()));
  expect(new Set(slots.map(({source}) => source))).toEqual(new Set(['off']));
  expect(await pool.state()).toMatchObject({source: 'off', running: 0});
  await pool.close();
});

test('a store that cannot be reached at the start: onStoreError decides, and somebody is told', async () => {
  const told: string[] = [];
  const pool = await poolFor({
    ...{spec: SPEC, store: 'redis://127.0.0.1:1', onStoreError: 'open', timeoutMs: 300},
    events: {onStoreLost: ({message}) => told.push(message)},
  });
  expect((await pool.acquire()).source).toBe('open');
  expect(told).toHaveLength(1);
});

test('what work throws comes to whoever ran it, and the slot is given back', async () => {
  const pool = await poolFor({spec: {...SPEC, max: 1}, store: memoryStore()});
  const fault = new Error('the work’s own');
  await expect(pool.run(() => Promise.reject(fault))).rejects.toBe(fault);
  await expect(
    pool.run(() => {
      throw fault;
    }),
  ).rejects.toBe(fault);
  expect(await pool.run(({fencingToken, signal}) => fencingToken > 0 && !signal.aborted)).toBe(true);
});

test('listeners that throw break nothing', async () => {
  const fail = (): never => {
    throw new Error('a listener’s fault');
  };
  const pool = await poolFor({
    ...{spec: {...SPEC, max: 1, queue: 1}, store: memoryStore()},
    events: {onQueued: fail, onGranted: fail, onRefused: fail, onTimedOut: fail, onChange: fail},
  });
  const slot = await pool.acquire();
  const waiting = pool.acquire({timeoutMs: 50});
  await expect(pool.acquire()).rejects.toMatchObject({reason: 'queue-full'});
  await expect(waiting).rejects.toMatchObject({reason: 'timeout'});
  await slot.release();
});

test('changes are told at most ten times a second, the last one always', async () => {
  const told: string[] = [];
  const pool = await poolFor({
    ...{spec: SPEC, store: memoryStore()},
    events: {onChange: ({running, waiting}) => told.push(`${running} ${waiting}`)},
  });
  const began = performance.now();
  for (let i = 0; i < 200; i++) await pool.run(() => undefined);
  const slot = await pool.acquire();
  await eventually(() => told.at(-1)).toBe('1 0');
  expect(told.length).toBeLessThanOrEqual(2 + (performance.now() - began) / 100);
  await slot.release();
  await eventually(() => told.at(-1)).toBe('0 0');
});

test('the environment says the same as options', () => {
  expect(
    concurrencyOptionsFromEnv({
      RATE_LIMIT_POOL: 'api',
      RATE_LIMIT_POOL_ENABLED: 'no',
      RATE_LIMIT_POOL_TIMEOUT: '2s',
      RATE_LIMIT_ON_STORE_ERROR: 'local',
      RATE_LIMIT_INSTANCES: '3',
      RATE_LIMIT_STORE: 'redis://cache',
      RATE_LIMIT_POLICY: './strict.yaml',
      RATE_LIMIT_PREFIX: '',
    }),
  ).toEqual({
    pool: 'api',
    enabled: false,
    timeoutMs: 2_000,
    onStoreError: 'local',
    instances: 3,
    store: 'redis://cache',
    policy: './strict.yaml',
  });
  expect(() => concurrencyOptionsFromEnv({RATE_LIMIT_INSTANCES: 'many'})).toThrow('RATE_LIMIT_INSTANCES');
});
