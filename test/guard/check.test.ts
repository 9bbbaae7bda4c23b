import {inspect} from 'node:util';
import {describe, expect, test} from 'vitest';
import {RatectlError} from '../../src/base/ratectl-error.ts';
import type {Attributes} from '../../src/engine/live/request-router.ts';
import {createLimiter} from '../../src/guard/create-limiter.ts';
import type {LimiterOptions} from '../../src/guard/limiter-options.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {limiterFor, ManualClock, memoryStore, PER_IP, policyWith, SECOND, START} from './support.ts';

const limiterAt = (clock: ManualClock, options: LimiterOptions) =>
  limiterFor({store: memoryStore(clock), clock: clock.read, ...options});

describe('check', () => {
  test('tells which limit refused, and how long it lasts', async () => {
    const clock = new ManualClock();
    const limiter = await limiterAt(clock, {policy: PER_IP});
    await limiter.check({ip: '203.0.113.7'});
    const second = await limiter.check({ip: '203.0.113.7'});
    expect(second).toMatchObject({
      allowed: true,
      limit: 'per-ip',
      key: '203.0.113.7',
      capacity: 2,
      remaining: 0,
    });
    clock.advance(1);
    const third = await limiter.check({ip: '203.0.113.7'});
    expect(third.toJSON()).toEqual({
      ...{allowed: false, never: false, limit: 'per-ip', key: '203.0.113.7', tier: undefined, scope: 'rate'},
      ...{capacity: 2, remaining: 0, retryAfterMs: 500, resetAfterMs: 1_000, delayMs: 0, now: START + 1},
      ...{source: 'store', shadowDenied: []},
      layers: [
        {name: 'per-ip', capacity: 2, remaining: 0, resetAfterMs: 1_000, windowMs: 1_000, shadow: false},
      ],
    });
    expect(third.toResponse().status).toBe(429);
    expect(third.headers()['Retry-After']).toBe('1');
    expect(third.toJsonRpc(7)).toMatchObject({id: 7, error: {code: -32_000}});
  });

  test('shows all of a decision to whoever prints it', async () => {
    const limiter = await limiterAt(new ManualClock(), {policy: PER_IP});
    const decision = await limiter.check({ip: 'a'});
    expect(inspect(decision)).toBe(`LimitDecision ${inspect(decision.toJSON())}`);
    expect(inspect({decision}, {depth: 0})).toContain('LimitDecision');
  });

  test('the wait it tells is enough', async () => {
    const clock = new ManualClock();
    const limiter = await limiterAt(clock, {policy: PER_IP});
    for (let i = 0; i < 2; i++) await limiter.check({ip: 'a'});
    const {retryAfterMs} = await limiter.check({ip: 'a'});
    clock.advance(retryAfterMs * 1_000);
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true});
  });

  test('a cost that cannot fit is refused for good', async () => {
    const limiter = await limiterAt(new ManualClock(), {policy: PER_IP});
    expect(await limiter.check({ip: 'a'}, {cost: 3})).toMatchObject({
      allowed: false,
      never: true,
      retryAfterMs: 0,
    });
    expect(await limiter.check({ip: 'a'}, {cost: 2})).toMatchObject({allowed: true});
  });

  test('the tier decides, and is told', async () => {
    const limiter = await limiterAt(new ManualClock(), {
      policy: policyWith({
        ...{name: 'plan', key: '{tenant}', tier: '{plan}'},
        tiers: {free: [{rate: '1/s'}], premium: [{rate: '5/s'}, {rate: '100/h', burst: 100}]},
      }),
    });
    expect(await limiter.check({tenant: 't', plan: 'free'})).toMatchObject({tier: 'free', remaining: 0});
    expect(await limiter.check({tenant: 't', plan: 'premium'})).toMatchObject({
      tier: 'premium',
      remaining: 4,
    });
  });

  test('the window of a layer is the time in which its capacity comes back', async () => {
    const limiter = await limiterAt(new ManualClock(), {
      policy: policyWith(
        {name: 'bucket', key: 'a', rate: '10/s', burst: 20},
        {name: 'log', key: 'a', algorithm: 'sliding-log', limit: 100, window: '1m'},
        {name: 'quota', key: 'a', algorithm: 'fixed-window', limit: 10_000, window: 'day', align: 'calendar'},
        {name: 'leak', key: 'a', algorithm: 'leaky-bucket', rate: '2/s', burst: 9, nodelay: true},
        {name: 'slots', key: 'a', algorithm: 'concurrency', max: 10},
      ),
    });
    const {layers} = await limiter.check({});
    expect(layers.map(({name, windowMs}) => [name, windowMs])).toEqual([
      ['bucket', 2_000],
      ['log', 60_000],
      ['quota', 86_400_000],
      ['leak', 5_000],
      ['slots', undefined],
    ]);
  });

  test('a request that no limit is about is allowed without the store', async () => {
    const limiter = await limiterAt(new ManualClock(), {policy: PER_IP});
    expect(await limiter.check({tenant: 'x'})).toMatchObject({allowed: true, limit: undefined, layers: []});
  });

  test.each<[string, Attributes]>([
    ['attributes that nobody asks for', {ip: 'a', nonsense: 'x', __proto__: null} as unknown as Attributes],
    ['attributes with names of Object', {ip: 'a', constructor: 'x', toString: 'y'} as unknown as Attributes],
    ['attributes from JSON with __proto__', JSON.parse('{"ip":"a","__proto__":{"ip":"b"}}') as Attributes],
  ])('%s do no harm', async (_, attributes) => {
    const limiter = await limiterAt(new ManualClock(), {policy: PER_IP});
    expect(await limiter.check(attributes)).toMatchObject({allowed: true, key: 'a'});
  });

  test('attributes of a prototype are not attributes', async () => {
    const limiter = await limiterAt(new ManualClock(), {
      policy: policyWith({name: 'a', key: '{constructor}', rate: '1/s'}),
    });
    expect(await limiter.check({})).toMatchObject({limit: undefined});
  });

  test('peek tells what the next would get, and takes nothing', async () => {
    const clock = new ManualClock();
    const limiter = await limiterAt(clock, {
      policy: policyWith(
        {name: 'rate', key: '{ip}', rate: '2/s', burst: 2},
        {name: 'slots', key: '{ip}', algorithm: 'concurrency', max: 9},
      ),
    });
    for (let i = 0; i < 3; i++)
      expect(await limiter.peek({ip: 'a'})).toMatchObject({allowed: true, remaining: 1});
    await limiter.check({ip: 'a'});
    await limiter.check({ip: 'a'});
    const peeked = await limiter.peek({ip: 'a'});
    expect(peeked).toMatchObject({allowed: false, limit: 'rate', retryAfterMs: 500, leases: []});
    expect(peeked.layers[1]).toMatchObject({remaining: 7});
    expect(await limiter.peek({ip: 'a'}, {cost: 3})).toMatchObject({never: true});
    clock.advance(SECOND / 2);
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true});
  });

  test('charge: always gives back the slots of a refused request', async () => {
    const store = memoryStore();
    const limiter = await limiterFor({
      store,
      policy: {
        ...policyWith(
          {name: 'slots', key: 'all', algorithm: 'concurrency', max: 5},
          {name: 'rate', key: 'all', rate: '1/h', burst: 1},
        ),
        charge: 'always',
      },
    });
    for (let i = 0; i < 20; i++) await limiter.check({});
    // One is held by the request that was allowed, one by the request that is asked about.
    expect((await limiter.peek({})).layers[0]).toMatchObject({name: 'slots', remaining: 3});
  });
});

describe('switches', () => {
  test('off: everything is allowed, and no store is opened', async () => {
    const limiter = await limiterFor({policy: PER_IP, store: 'redis://127.0.0.1:1', enabled: false});
    for (let i = 0; i < 9; i++)
      expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'open'});
    expect(await limiter.peek({ip: 'a'})).toMatchObject({allowed: true});
    expect(await limiter.observe({limit: 'per-ip', key: 'a', status: 429, headers: {}})).toEqual({
      kind: 'nothing',
    });
    await limiter.refreshNow();
  });

  test('shadow: nothing is refused, and what would be is told', async () => {
    const limiter = await limiterAt(new ManualClock(), {policy: PER_IP, mode: 'shadow'});
    for (let i = 0; i < 2; i++) await limiter.check({ip: 'a'});
    const third = await limiter.check({ip: 'a'});
    expect(third).toMatchObject({allowed: true, shadowDenied: ['per-ip']});
  });

  test('a rollout refuses its share of the keys, always the same ones', async () => {
    const refusedAt = async (rollout: number): Promise<readonly number[]> => {
      const limiter = await limiterAt(new ManualClock(), {policy: PER_IP, rollout});
      const refused: number[] = [];
      for (let ip = 0; ip < 400; ip++) {
        for (let i = 0; i < 2; i++) await limiter.check({ip});
        if (!(await limiter.check({ip})).allowed) refused.push(ip);
      }
      return refused;
    };
    const [some, more] = [await refusedAt(0.25), await refusedAt(0.5)];
    expect(some.length).toBeGreaterThan(60);
    expect(some.length).toBeLessThan(140);
    expect(more).toEqual(expect.arrayContaining([...some]));
    expect(await refusedAt(0)).toEqual([]);
  });

  test.each([
    ['/health', true],
    ['/health?verbose=1', true],
    ['/static/app.js', true],
    ['/healthz', false],
    ['/api', false],
  ])('exempt paths: %s', async (path, exempt) => {
    const limiter = await limiterAt(new ManualClock(), {
      policy: PER_IP,
      exemptPaths: ['/health', '/static/*'],
    });
    for (let i = 0; i < 2; i++) await limiter.check({ip: 'a', path});
    expect((await limiter.check({ip: 'a', path})).allowed).toBe(exempt);
  });

  test('a policy that was loaded before, and the state of another limiter in the same store', async () => {
    const clock = new ManualClock();
    const store = memoryStore(clock);
    const policy = parsePolicy('{version: 1, limits: [{name: a, key: "{ip}", rate: 1/h}]}', 'p.yaml');
    const [one, two] = [await limiterAt(clock, {policy, store}), await limiterAt(clock, {policy, store})];
    expect((await one.check({ip: 'x'})).allowed).toBe(true);
    expect((await two.check({ip: 'x'})).allowed).toBe(false);
  });
});

describe('what cannot be is said', () => {
  test.each<[string, LimiterOptions, RegExp]>([
    [
      'a policy that is not there',
      {policy: 'no-such-policy.yaml'},
      /cannot read policy "no-such-policy.yaml"/,
    ],
    ['a policy that is wrong', {policy: {version: 1, limits: [{name: 'a'}]}}, /policy.json/],
    ['a policy that is none', {policy: 5 as unknown as string}, /policy is "5", expected the path/],
    ['a store without a scheme', {store: 'hello'}, /the store of the limiter has no scheme/],
    ['a mode', {mode: 'off' as 'shadow'}, /mode is "off", expected "enforce" or "shadow"/],
    ['a share', {rollout: 25}, /rollout is "25", expected a share from 0 to 1/],
    ['instances', {instances: 0}, /instances is "0"/],
    ['a timeout', {timeoutMs: Number.NaN}, /timeoutMs is "NaN"/],
    [
      'a slack below 0, which would forget keys early',
      {ttlSlackMs: -1},
      /ttlSlackMs is "-1", expected a whole/,
    ],
    ['what to do without the store', {onStoreError: 'panic' as 'open'}, /onStoreError is "panic"/],
  ])('%s', async (_, options, message) => {
    const made = createLimiter({policy: PER_IP, store: 'memory:', ...options});
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toBeInstanceOf(RatectlError);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number])(
    'a cost of %s',
    async (cost) => {
      const limiter = await limiterAt(new ManualClock(), {policy: PER_IP});
      await expect(limiter.check({ip: 'a'}, {cost})).rejects.toThrow(/a cost of .*, expected a whole number/);
    },
  );

  test.each([undefined, null, 'ip=a'])('attributes of %s', async (attributes) => {
    const limiter = await limiterAt(new ManualClock(), {policy: PER_IP});
    await expect(limiter.check(attributes as unknown as Attributes)).rejects.toThrow(
      /attributes are .*, expected an object/,
    );
  });
});
