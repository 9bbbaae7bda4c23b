import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {LimitDecision} from '../../src/guard/limit-decision.ts';
import type {PolicyObject} from '../../src/policy/given-policy.ts';
import {
  limiterFor,
  ManualClock,
  memoryStore,
  PER_IP,
  policyWith,
  SECOND,
  setOverride,
  watchedStore,
} from './support.ts';

/** A request, and how long it comes after the one before it, µs. */
interface Step {
  readonly after: number;
  readonly ip: string;
  readonly tenant: string;
  readonly cost: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    after: fc.oneof(
      {weight: 5, arbitrary: fc.constantFrom(0, 0, 1, 100_000, 333_333)},
      {weight: 2, arbitrary: fc.constantFrom(499_999, 500_000, 500_001, SECOND)},
      {weight: 1, arbitrary: fc.nat(3 * SECOND)},
    ),
    ip: fc.constantFrom('a', 'b'),
    tenant: fc.constantFrom('x', 'y', ''),
    cost: fc.constantFrom(0, 1, 1, 1, 1, 1, 2, 3, 9),
  }),
  {minLength: 1, maxLength: 80, size: 'max'},
);

const ALGORITHMS = [
  {rate: '2/s', burst: 3},
  {rate: '2/s', burst: 3, initial: 1},
  {rate: '2/s', burst: 3, refill: {every: '1s'}},
  {rate: '3/s', burst: 4, refill: 'burst-penalty'},
  {rate: '3/s', burst: 4, refill: 'smoothed'},
  {algorithm: 'gcra', rate: '2/s', burst: 3},
  {algorithm: 'fixed-window', limit: 3, window: '1s'},
  {algorithm: 'fixed-window', limit: 3, window: '2s', align: 'first-hit', countDenied: true},
  {algorithm: 'fixed-window', limit: 3, window: 'minute', align: 'calendar'},
  {algorithm: 'sliding-window', limit: 3, window: '2s'},
  {algorithm: 'sliding-log', limit: 3, window: '2s'},
  {algorithm: 'leaky-bucket', rate: '2/s', burst: 2},
  {algorithm: 'concurrency', max: 3, timeout: '2s'},
] as const;

const policies: fc.Arbitrary<PolicyObject> = fc
  .record({
    first: fc.constantFrom(...ALGORITHMS),
    second: fc.constantFrom(...ALGORITHMS),
    mode: fc.constantFrom('enforce', 'enforce', 'shadow'),
    charge: fc.constantFrom('all-or-nothing', 'all-or-nothing', 'always'),
  })
  .map(({first, second, mode, charge}) => ({
    ...policyWith({name: 'ip', key: '{ip}', ...first, mode}, {name: 'tenant', key: '{tenant}', ...second}),
    charge,
  }));

const run = async (
  policy: PolicyObject,
  traffic: readonly Step[],
  cache: boolean,
): Promise<LimitDecision[]> => {
  const clock = new ManualClock();
  const limiter = await limiterFor({
    policy,
    store: memoryStore(clock),
    clock: clock.read,
    cache,
    usage: false,
    publishPolicy: false,
  });
  const decisions: LimitDecision[] = [];
  for (const {after, cost, ...attributes} of traffic) {
    clock.advance(after);
    decisions.push(await limiter.check(attributes, {cost}));
  }
  await limiter.close();
  return decisions;
};

describe('refusals that are remembered', {timeout: 120_000}, () => {
  test('are the decisions that the store would have made', async () => {
    let remembered = 0;
    await fc.assert(
      fc.asyncProperty(policies, steps, async (policy, traffic) => {
        const [cached, asked] = [await run(policy, traffic, true), await run(policy, traffic, false)];
        remembered += cached.filter(({source}) => source === 'cache').length;
        cached.forEach((decision, i) => {
          const truth = asked[i]!;
          expect({i, allowed: decision.allowed, now: decision.now}).toEqual({
            i,
            allowed: truth.allowed,
            now: truth.now,
          });
          if (decision.source === 'store') {
            expect({i, ...decision.toJSON(), source: ''}).toEqual({i, ...truth.toJSON(), source: ''});
          } else {
            // Other limits may have come to refuse, too: then the wait is longer, never shorter.
            expect(decision.never ? 0 : decision.retryAfterMs).toBeLessThanOrEqual(
              truth.never ? 0 : truth.retryAfterMs,
            );
          }
        });
      }),
      {numRuns: 300},
    );
    expect(remembered).toBeGreaterThan(300);
  });

  test('of a single limit are told in the same words', async () => {
    const single = fc
      .constantFrom(...ALGORITHMS)
      .map((algorithm) => policyWith({name: 'ip', key: '{ip}', ...algorithm}));
    const ones = steps.map((traffic) => traffic.map((step) => ({...step, cost: 1})));
    await fc.assert(
      fc.asyncProperty(single, ones, async (policy, traffic) => {
        const [cached, asked] = [await run(policy, traffic, true), await run(policy, traffic, false)];
        expect(
          cached.map((decision) => ({...decision.toJSON(), source: '', remaining: 0, layers: []})),
        ).toEqual(asked.map((decision) => ({...decision.toJSON(), source: '', remaining: 0, layers: []})));
      }),
      {numRuns: 150},
    );
  });
});

test('a flood does not reach the store', async () => {
  const clock = new ManualClock();
  const watched = watchedStore(memoryStore(clock));
  const limiter = await limiterFor({policy: PER_IP, store: watched.store, clock: clock.read});
  for (let i = 0; i < 1_000; i++) await limiter.check({ip: 'a'});
  expect(watched.calls.get('check')).toBe(3);
  clock.advance(499_999);
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: false, source: 'cache', retryAfterMs: 1});
  clock.advance(1);
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'store'});
});

test('a refusal of a large cost says nothing about a small one', async () => {
  const clock = new ManualClock();
  const limiter = await limiterFor({policy: PER_IP, store: memoryStore(clock), clock: clock.read});
  await limiter.check({ip: 'a'});
  expect(await limiter.check({ip: 'a'}, {cost: 2})).toMatchObject({allowed: false});
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true});
});

test('a reset is heard of', async () => {
  const clock = new ManualClock();
  const store = memoryStore(clock);
  const limiter = await limiterFor({policy: PER_IP, store, clock: clock.read});
  for (let i = 0; i < 3; i++) await limiter.check({ip: 'a'});
  expect(await limiter.check({ip: 'a'})).toMatchObject({source: 'cache'});
  await store.change([
    {address: {limit: 'per-ip', key: 'a', tier: '', shape: 't'}, expected: 'any', next: undefined},
  ]);
  await store.announce();
  await limiter.refreshNow();
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'store'});
});

test('nothing is answered from memory when the store was not heard of for a second', async () => {
  const clock = new ManualClock();
  const watched = watchedStore(memoryStore(clock));
  const policy = policyWith({name: 'per-ip', key: '{ip}', rate: '1/h'});
  const limiter = await limiterFor({policy, store: watched.store, clock: clock.read});
  for (let i = 0; i < 2; i++) await limiter.check({ip: 'a'});
  const heard = watched.calls.get('generation')!;
  clock.advance(SECOND);
  expect(await limiter.check({ip: 'a'})).toMatchObject({source: 'cache'});
  expect(watched.calls.get('generation')).toBe(heard);
  await watched.store.announce();
  clock.advance(1);
  // Asks first, hears that something changed, and has the store decide.
  expect(await limiter.check({ip: 'a'})).toMatchObject({source: 'store'});
  expect(watched.calls.get('generation')).toBe(heard + 1);
});

test('an override that ends lets go what was refused under it', async () => {
  const clock = new ManualClock();
  const store = memoryStore(clock);
  const limiter = await limiterFor({policy: PER_IP, store, clock: clock.read});
  await setOverride(store, {
    ...{limit: 'per-ip', key: 'a', until: clock.now + SECOND / 2},
    effect: {kind: 'buckets', buckets: [{kind: 'sliding-log', limit: 1, window: 3_600_000_000}]},
  });
  await limiter.refreshNow();
  await limiter.check({ip: 'a'});
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: false});
  expect(await limiter.check({ip: 'a'})).toMatchObject({source: 'cache'});
  clock.advance(SECOND / 2);
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true});
});

test('after a minute the store is asked again, however long the refusal shall last', async () => {
  const clock = new ManualClock();
  const watched = watchedStore(memoryStore(clock));
  const policy = policyWith({name: 'a', key: '{ip}', algorithm: 'fixed-window', limit: 1, window: '1d'});
  const limiter = await limiterFor({policy, store: watched.store, clock: clock.read});
  await limiter.check({ip: 'a'});
  await limiter.check({ip: 'a'});
  // Somebody deletes the row by hand, and announces nothing.
  const address = {limit: 'a', key: 'a', tier: '', shape: 'f1d'};
  await watched.store.change([{address, expected: 'any', next: undefined}]);
  clock.advance(59 * SECOND);
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: false, source: 'cache'});
  clock.advance(SECOND);
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'store'});
});

test('it is bounded', async () => {
  const clock = new ManualClock();
  const limiter = await limiterFor({
    policy: policyWith({name: 'a', key: '{ip}', rate: '1/h'}),
    store: memoryStore(clock),
    clock: clock.read,
  });
  for (let ip = 0; ip < 10_500; ip++) {
    await limiter.check({ip});
    await limiter.check({ip});
  }
  expect(limiter.metrics()).toContain('ratectl_remembered_refusals 10000\n');
});

test('it can be switched off', async () => {
  const clock = new ManualClock();
  const watched = watchedStore(memoryStore(clock));
  const limiter = await limiterFor({policy: PER_IP, store: watched.store, clock: clock.read, cache: false});
  for (let i = 0; i < 10; i++) await limiter.check({ip: 'a'});
  expect(watched.calls.get('check')).toBe(10);
});
