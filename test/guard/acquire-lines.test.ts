import {setImmediate, setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import type {Limiter} from '../../src/guard/limiter.ts';
import type {Store} from '../../src/store/port.ts';
import {StoreError} from '../../src/store/store-error.ts';
import {limiterFor, memoryStore, policyWith, setOverride, watchedStore} from './support.ts';

/** Waits for as long as it takes; given up when the test has ended. */
const waits = (
  limiter: Limiter,
  attributes: Record<string, string>,
  served: () => unknown,
): Promise<void> => {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  return limiter
    .acquire(attributes, {timeoutMs: Number.POSITIVE_INFINITY, signal: abort.signal})
    .then(served)
    .then(
      () => undefined,
      () => undefined,
    );
};

test('who waits for a limit of their own is in nobody’s way at the one that all share', async () => {
  const policy = policyWith(
    {name: 'user', key: '{user}', rate: '1/h'},
    {name: 'all', key: 'all', rate: '10/s', burst: 1},
  );
  const limiter = await limiterFor({policy, store: memoryStore()});
  await limiter.acquire({user: 'first'});
  const served: string[] = [];
  const all: Promise<void>[] = [];
  for (const [i, user] of ['a', 'a', 'b', 'c'].entries()) {
    all.push(waits(limiter, {user}, () => served.push(`${user}${i}`)));
    // The next one comes when this one has its place.
    await setImmediate();
  }
  await Promise.all([all[0], all[2], all[3]]);
  expect(served).toEqual(['a0', 'b2', 'c3']);
});

test('who waits in one line after the other stays before all that came later', async () => {
  const policy = policyWith(
    {name: 'user', key: '{user}', rate: '10/s', burst: 1},
    {name: 'all', key: 'all', algorithm: 'fixed-window', align: 'first-hit', limit: 2, window: '500ms'},
  );
  const limiter = await limiterFor({policy, store: memoryStore()});
  await limiter.acquire({user: 'a'});
  const served: string[] = [];
  const old = waits(limiter, {user: 'a'}, () => served.push('a'));
  await setImmediate();
  await limiter.acquire({user: 'b'});
  const others = [waits(limiter, {user: 'c'}, () => served.push('c'))];
  await setImmediate();
  others.push(waits(limiter, {user: 'd'}, () => served.push('d')));
  await Promise.all([old, ...others]);
  expect(served).toEqual(['a', 'c', 'd']);
});

/** A store with a way to it, and the most checks that it was asked at once; those that only look are not counted. */
const farStore = (store: Store): {readonly store: Store; most: number} => {
  const far = {store, most: 0};
  let asked = 0;
  const check: Store['check'] = async (checks) => {
    const charging = checks.filter(({layers}) => layers[0]!.cost > 0).length;
    asked += charging;
    far.most = Math.max(far.most, asked);
    await sleep(5);
    asked -= charging;
    return store.check(checks);
  };
  far.store = new Proxy(store, {
    get: (target, name) => {
      const member = name === 'check' ? check : target[name as keyof Store];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return far;
};

test('those for whom there is room ask together: a line is not slower than its limit because the store is far', async () => {
  const policy = policyWith({
    ...{name: 'api', key: 'api', algorithm: 'fixed-window', align: 'first-hit'},
    ...{limit: 50, window: '1500ms'},
  });
  const far = farStore(memoryStore());
  const limiter = await limiterFor({policy, store: far.store});
  for (let i = 0; i < 50; i++) expect((await limiter.check({})).allowed).toBe(true);
  const served: number[] = [];
  const all = [waits(limiter, {}, () => served.push(0))];
  // There is a line from here on.
  await sleep(50);
  far.most = 0;
  for (let i = 1; i < 40; i++) {
    all.push(waits(limiter, {}, () => served.push(i)));
    await setImmediate();
  }
  await Promise.all(all);
  expect(far.most).toBeGreaterThan(20);
  expect(served).toEqual(Array.from({length: 40}, (_, i) => i));
});

test('who waited while the store was lost is in the way of no other key', async () => {
  const policy = policyWith({name: 'user', key: '{user}', rate: '1/h'});
  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({
    ...{policy, store: watched.store, onStoreError: 'closed'},
    events: {onStoreLost: () => undefined},
  });
  watched.fault = new StoreError('gone', {kind: 'unreachable', url: 'redis://far', hint: ''});
  await limiter.check({user: 'x'});
  expect(limiter.storeState).toBe('lost');
  const served: string[] = [];
  const all = ['a', 'a', 'b'].map((user, i) => waits(limiter, {user}, () => served.push(`${user}${i}`)));
  await setImmediate();
  watched.fault = 'none';
  await Promise.all([all[0], all[2]]);
  expect(served).toEqual(['a0', 'b2']);
});

test('who waits when the limiter is closed, in front or behind, is told so at once, and so is who would have to wait later', async () => {
  const policy = policyWith({name: 'api', key: 'api', rate: '1/h'});
  const limiter = await limiterFor({policy, store: memoryStore()});
  await limiter.acquire({});
  const told = (): Promise<unknown> =>
    limiter.acquire({}, {timeoutMs: Number.POSITIVE_INFINITY}).catch((error: unknown) => error);
  const waiting = [told(), told(), told()];
  await setImmediate();
  await limiter.close();
  for (const error of await Promise.all([...waiting, told()]))
    expect(error).toMatchObject({isRatectlError: true, code: 'limiter/closed'});
});

test('who is out of time and finds room for others lets them go in their order, the one in front first', async () => {
  const policy = policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 3});
  const limiter = await limiterFor({policy, store: memoryStore()});
  const held = [await limiter.check({}), await limiter.check({}), await limiter.check({})];
  const served: string[] = [];
  const front = waits(limiter, {}, () => served.push('front'));
  await setImmediate();
  // Whoever is in front looks every 50 ms: not between the release and the end of this one's time.
  const hurried = limiter.acquire({}, {timeoutMs: 25}).then(() => served.push('hurried'));
  await setImmediate();
  const next = waits(limiter, {}, () => served.push('next'));
  for (const decision of held) await decision.release();
  await Promise.all([front, hurried, next]);
  expect(served).toEqual(['hurried', 'front', 'next']);
});

test('news that comes while a refusal is on its way is not slept through', async () => {
  const policy = policyWith({name: 'api', key: 'api', rate: '1/h'});
  const store = memoryStore();
  let refused = (): void => undefined;
  const decided = new Promise<void>((resolve) => {
    refused = resolve;
  });
  let arrive: Promise<unknown> = Promise.resolve();
  const slow = new Proxy(store, {
    get: (target, name) => {
      const member = target[name as keyof Store];
      if (name !== 'check') return typeof member === 'function' ? member.bind(target) : member;
      return async (...[checks]: Parameters<Store['check']>) => {
        const answers = await target.check(checks);
        if (answers[0]!.verdicts[0]!.kind !== 0) refused();
        await arrive;
        return answers;
      };
    },
  });
  const limiter = await limiterFor({policy, store: slow, timeoutMs: 5_000});
  await limiter.acquire({});
  const gate = Promise.withResolvers<void>();
  arrive = gate.promise;
  const waiting = limiter.acquire({}, {timeoutMs: Number.POSITIVE_INFINITY});
  await decided;
  await setOverride(store, {
    ...{limit: 'api', key: 'api', until: limiter.now() + 3_600_000_000},
    effect: {kind: 'exempt'},
  });
  await limiter.refreshNow();
  gate.resolve();
  expect(await waiting).toMatchObject({allowed: true});
});
