import {describe, expect, test} from 'vitest';
import {Kind} from '../../../src/engine/verdict.ts';
import type {Store} from '../../../src/store/port.ts';
import {isStoreError} from '../../../src/store/store-error.ts';
import {HOUR, S} from '../../support/instants.ts';
import {fixedWindowSpec, tokenBucketSpec} from '../../support/policies.ts';
import {
  ask,
  checkOf,
  collect,
  kinds,
  limitOfBuckets,
  type OnScene,
  pagesOf,
  remaining,
  START,
} from './scene.ts';

const A = {limit: 'limit', key: 'a', tier: '', shape: 'f1h'};
const window = limitOfBuckets(fixedWindowSpec(100, HOUR));
const one = checkOf(window, {key: 'a'});

/** Every method of the port. */
const CALLS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  check: (store) => store.check([one]),
  release: (store) => store.release({...A, shape: 'k'}, 1, 1),
  read: (store) => store.read([A]),
  scan: (store) => pagesOf(store, {keys: {kind: 'all'}}),
  change: (store) => store.change([{address: A, expected: 'any', next: undefined}]),
  get: (store) => store.get('override', 'a'),
  list: (store) => store.list('override'),
  put: (store) => store.put('override', 'a', 1),
  remove: (store) => store.remove('override', 'a'),
  append: (store) => store.append('audit', [1]),
  latest: (store) => store.latest('audit', 1),
  record: (store) =>
    store.record({limits: [{limit: 'limit', allowed: 1, denied: 0, shadowDenied: 0}], keys: []}),
  hot: (store) => store.hot(1),
  slots: (store) => collect(store.slots(0, START)),
  mostDenied: (store) => store.mostDenied(0, START, 1),
  forget: (store) => store.forget([A]),
  generation: (store) => store.generation(),
  announce: (store) => store.announce(),
  listen: (store) => store.listen(() => undefined),
  now: (store) => store.now(),
  enqueue: (store) => store.enqueue('q', [{class: 'a', rank: 1, notBefore: 0, payload: 1}]),
  claim: (store) => store.claim('q', {count: 1, leaseFor: S}),
  extend: (store) => store.extend('q', {id: '1', fencingToken: 1}, S),
  settle: (store) => store.settle('q', {id: '1', fencingToken: 1}, {kind: 'done'}),
  queues: (store) => store.queues(),
  items: (store) => store.items('q', 'waiting', 1),
  drain: (store) => store.drain('q', 'waiting'),
  facts: (store) => store.facts(),
  sweep: (store) => store.sweep(),
};

const describeOne = (on: OnScene): void => {
  test(
    'the generation grows with every announcement',
    on(async ({store}) => {
      const first = await store.generation();
      expect(await store.generation()).toBe(first);
      await store.announce();
      const second = await store.generation();
      await store.announce();
      expect(second).toBeGreaterThan(first);
      expect(await store.generation()).toBeGreaterThan(second);
    }),
  );

  test(
    'facts name the server and hold its clock, and no secret',
    on(async ({store}) => {
      const {server, url, now, roundTrip, remarks} = await store.facts();
      expect(server).toMatch(/^(?:memory|(?:sqlite|redis|valkey|postgres) \d+\.\d+\S*)$/);
      expect(url).toMatch(/^[a-z+]+:/);
      expect(url).not.toContain('secret');
      expect(now).toBe(START);
      expect(roundTrip).toBeGreaterThanOrEqual(0);
      expect(remarks.every((remark) => typeof remark === 'string')).toBe(true);
    }),
  );

  test(
    'sweep keeps what still means something',
    on(async ({store, clock}) => {
      await store.check([one]);
      await store.put('override', 'a', 1, {expiresAt: START + 2 * S});
      clock.now += S;
      expect(await store.sweep()).toBe(0);
      expect(await store.read([A])).not.toEqual([undefined]);
      expect(await store.get('override', 'a')).toBeDefined();
    }),
  );

  test(
    'its own clock is the time of day in whole µs, and never goes back',
    on(async ({place}) => {
      const store = await place.open();
      const before = Date.now() * 1_000;
      const instants: number[] = [];
      for (let i = 0; i < 50; i++) instants.push((await ask(store, one)).now);
      instants.push((await store.facts()).now);
      await store.close();
      const after = Date.now() * 1_000;
      expect(instants.every(Number.isSafeInteger)).toBe(true);
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
      expect(instants[0]!).toBeGreaterThan(before - 10 * S);
      expect(instants[0]!).toBeLessThan(after + 10 * S);
    }),
  );
};

const describeClosed = (on: OnScene): void => {
  test.each(Object.keys(CALLS))('%s after close is refused clearly', (name) =>
    on(async ({place}) => {
      const store = await place.open();
      await store.close();
      await store.close();
      const error: unknown = await CALLS[name]!(store).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(isStoreError(error) && error.message).toMatch(/^the store is closed/);
    })(),
  );
};

const describeMany = (on: OnScene): void => {
  test(
    'handles share state, documents, journals, usage and generation',
    on(async ({store, another}) => {
      const other = await another();
      await store.check([one]);
      expect(remaining(await ask(other, one))).toEqual([98]);
      await store.put('override', 'a', 1);
      expect(await other.get('override', 'a')).toMatchObject({version: 1});
      expect(await other.put('override', 'a', 2, {ifVersion: 1})).toMatchObject({version: 2});
      await store.append('audit', [1]);
      await other.append('audit', [2]);
      expect((await store.latest('audit', 9)).map(({value}) => value)).toEqual([2, 1]);
      const generation = await store.generation();
      await other.announce();
      expect(await store.generation()).toBeGreaterThan(generation);
      await store.record({limits: [], keys: [{address: A, denied: 1, shadow: false, until: START + S}]});
      expect(await other.hot(9)).toHaveLength(1);
    }),
  );

  test(
    'handles that ask at once are granted the budget and not one more',
    on(async ({store, another}) => {
      const handles = [store, await another(), await another()];
      const calls = Array.from({length: 60}, (_, i) =>
        handles[i % 3]!.check(Array.from({length: 5}, () => one)),
      );
      const answers = (await Promise.all(calls)).flat();
      expect(answers.filter((answer) => kinds(answer)[0] === Kind.allow)).toHaveLength(100);
    }),
  );

  test(
    'state outlives the handle',
    on(async ({store, place, clock}) => {
      const router = limitOfBuckets(tokenBucketSpec(1, HOUR, 3));
      const first = await place.open({clock: () => clock.now});
      await first.check([checkOf(router, {key: 'a'}, {cost: 2})]);
      await first.close();
      expect(remaining(await ask(store, checkOf(router, {key: 'a'})))).toEqual([0]);
    }),
  );

  test(
    'a handle for reading reads',
    on(async ({store, place, clock}) => {
      await store.check([one]);
      await store.put('override', 'a', 1);
      const reader = await place.open({access: 'read', clock: () => clock.now});
      expect((await reader.read([A]))[0]).toMatchObject({address: A});
      expect(await pagesOf(reader, {keys: {kind: 'all'}})).toHaveLength(1);
      expect(await reader.list('override')).toHaveLength(1);
      expect(await reader.hot(1)).toEqual([]);
      expect((await reader.facts()).now).toBe(START);
      await reader.close();
    }),
  );
};

export const describeHandles = (on: OnScene, handles: 'one' | 'many'): void => {
  describe('a handle', () => {
    describeOne(on);
    describeClosed(on);
  });
  if (handles === 'many') describe('several handles', () => describeMany(on));
};
