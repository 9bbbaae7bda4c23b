import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {BreakerChange} from '../../../src/guard/breaker/breaker-events.ts';
import {BreakerOpenError} from '../../../src/guard/breaker/breaker-open-error.ts';
import {breakerOptionsFromEnv} from '../../../src/guard/breaker/breaker-options-from-env.ts';
import {createBreaker} from '../../../src/guard/breaker/create-breaker.ts';
import {RateLimitError} from '../../../src/guard/rate-limit-error.ts';
import {EVENT_JOURNAL} from '../../../src/store/event-journal.ts';
import {listBreakers} from '../../../src/store/stored-breaker.ts';
import {MS} from '../../support/instants.ts';
import {RunningTime, setClock} from '../process-time.ts';
import {limiterFor, memoryStore, policyWith, until, watchedStore} from '../support.ts';
import {breakerFor, call, fail, failed, isOpenIn, SPEC} from './breaker-support.ts';

describe.each(['of this process alone', 'with a store'])('a breaker around calls, %s', (where) => {
  const store = () => (where === 'with a store' ? {store: memoryStore()} : {});
  type Place = ReturnType<typeof store>;

  /** Sets the clock past the recovery, once the store knows that the breaker is open. */
  const recover = async (at: Place, setForward: (us: number) => void): Promise<void> => {
    await until(async () => at.store === undefined || (await isOpenIn(at.store)));
    setForward(SPEC.recovery);
  };

  test('opens at the third failure in a row, refuses, lets one probe through, and closes when it succeeds', async () => {
    const setForward = setClock();
    const at = store();
    const changes: BreakerChange[] = [];
    const breaker = await breakerFor({...at, events: {onStateChange: (change) => changes.push(change)}});
    expect(await breaker.run(() => 42)).toBe(42);
    await fail(breaker, 2);
    expect(await call(breaker, 'ok')).toBe('ok');
    await fail(breaker, 3);
    expect(breaker.state).toMatchObject({kind: 'open', failures: 3});
    const refused = await breaker.run(() => 1).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BreakerOpenError);
    expect(refused).toMatchObject({code: 'breaker/open', breaker: 'db', message: 'breaker "db" is open'});
    expect((refused as BreakerOpenError).retryAfterMs).toBeGreaterThan(30_000);
    expect((refused as BreakerOpenError).retryAfterMs).toBeLessThanOrEqual(60_000);
    await recover(at, setForward);
    await until(() => breaker.state.kind === 'half-open');
    const probing = Promise.withResolvers<void>();
    const probe = breaker.run(() => probing.promise);
    expect(await call(breaker, 'ok')).toBe('open');
    probing.resolve();
    await probe;
    expect(await call(breaker, 'ok')).toBe('ok');
    await until(() => changes.length >= 3);
    expect(changes.map(({from, to, why}) => `${from} ${to} ${why}`)).toEqual([
      'closed open failures',
      'open half-open recovery',
      'half-open closed probes',
    ]);
    expect(changes[0]!.until).toBeGreaterThan(0);
    expect(changes.every(({breaker: name, where: told}) => name === 'db' && told === 'here')).toBe(true);
  });

  test('opens again when its probe fails', async () => {
    const setForward = setClock();
    const at = store();
    const breaker = await breakerFor(at);
    await fail(breaker, 3);
    await recover(at, setForward);
    await until(() => breaker.state.kind === 'half-open');
    expect(await call(breaker, 'fail')).toBe('failed');
    expect(breaker.state.kind).toBe('open');
    expect(await call(breaker, 'ok')).toBe('open');
  });

  test('a probe that its caller gives up gives its place back', async () => {
    const setForward = setClock();
    const at = store();
    const breaker = await breakerFor(at);
    await breaker.open('ada');
    await fail(breaker, 3);
    await recover(at, setForward);
    await until(() => breaker.state.kind === 'half-open');
    const gone = new AbortController();
    const began = Promise.withResolvers<void>();
    const probe = breaker.run(
      (signal) => {
        began.resolve();
        return sleep(60_000, undefined, {signal});
      },
      {signal: gone.signal},
    );
    await began.promise;
    expect(await call(breaker, 'ok')).toBe('open');
    gone.abort();
    await expect(probe).rejects.toThrow();
    const time = new RunningTime();
    await until(async () => (await call(breaker, 'ok')) === 'ok');
    expect(time.ms).toBeLessThan(1_000);
  });

  test('is opened and closed by hand', async () => {
    const changes: string[] = [];
    const breaker = await breakerFor({
      ...store(),
      events: {onStateChange: ({to, why}) => changes.push(`${to} ${why}`)},
    });
    await breaker.open('ada');
    expect(await call(breaker, 'ok')).toBe('open');
    await breaker.reset('ada');
    expect(await call(breaker, 'ok')).toBe('ok');
    expect(changes).toEqual(['open operator', 'closed reset']);
  });

  test('a call that began before it opened says nothing about the time after it', async () => {
    const setForward = setClock();
    const at = store();
    const breaker = await breakerFor(at);
    const slow = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const late = slow.map(({promise}) => breaker.run(() => promise).catch(() => undefined));
    await fail(breaker, 3);
    await recover(at, setForward);
    await until(async () => (await call(breaker, 'ok')) === 'ok');
    for (const {reject} of slow) reject(failed);
    await Promise.all(late);
    expect(await call(breaker, 'ok')).toBe('ok');
    expect(breaker.state).toMatchObject({kind: 'closed', failures: 0});
  });
});

describe('what counts as a failure', () => {
  const kindAfter = async (
    fn: (signal: AbortSignal) => unknown,
    {signal, ...options}: Parameters<typeof breakerFor>[0] & {readonly signal?: () => AbortSignal} = {},
  ): Promise<string> => {
    const breaker = await breakerFor({spec: {...SPEC, failures: 1}, ...options});
    await breaker.run(fn, {signal: signal?.()}).catch(() => undefined);
    return breaker.state.kind;
  };

  test('what it throws, and answers of 500 and more; not what the caller gave up, nor what a limit refused', async () => {
    expect(await kindAfter(() => Promise.reject(failed))).toBe('open');
    expect(await kindAfter(() => new Response('', {status: 503}))).toBe('open');
    expect(await kindAfter(() => new Response('', {status: 404}))).toBe('closed');
    expect(await kindAfter(() => ({status: 500}))).toBe('closed');
    expect(
      await kindAfter((signal) => sleep(9_000, undefined, {signal}), {signal: () => AbortSignal.timeout(5)}),
    ).toBe('open');
    const gone = (): AbortSignal => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 5);
      return controller.signal;
    };
    expect(await kindAfter((signal) => sleep(9_000, undefined, {signal}), {signal: gone})).toBe('closed');
    const limiter = await limiterFor({
      policy: policyWith({name: 'none', key: 'all', rate: '1/h', burst: 1}),
      store: memoryStore(),
    });
    await limiter.check({});
    const decision = await limiter.check({});
    expect(await kindAfter(() => Promise.reject(new RateLimitError(decision)))).toBe('closed');
    expect(
      await kindAfter(() => Promise.reject(new BreakerOpenError({breaker: 'x', retryAfterMs: 1, now: 0}))),
    ).toBe('closed');
  });

  test('is what isFailure says; one that throws says yes', async () => {
    expect(await kindAfter(() => Promise.reject(failed), {isFailure: () => false})).toBe('closed');
    expect(
      await kindAfter(() => 'bad', {
        isFailure: (result) => result.kind === 'returned' && result.value === 'bad',
      }),
    ).toBe('open');
    expect(
      await kindAfter(() => 1, {
        isFailure: () => {
          throw failed;
        },
      }),
    ).toBe('open');
  });

  test('a signal that is aborted before keeps the function from being called', async () => {
    const breaker = await breakerFor();
    let calls = 0;
    await expect(breaker.run(() => calls++, {signal: AbortSignal.abort(failed)})).rejects.toBe(failed);
    expect(calls).toBe(0);
  });
});

test('calls that are made elsewhere are admitted and reported, once each', async () => {
  const breaker = await breakerFor({spec: {...SPEC, failures: 2}});
  const first = await breaker.admit();
  expect(first.isProbe).toBe(false);
  first.report('failure');
  first.report('failure');
  first.abandon();
  expect(breaker.state).toMatchObject({kind: 'closed', failures: 1});
  (await breaker.admit()).report('failure');
  await expect(breaker.admit()).rejects.toBeInstanceOf(BreakerOpenError);
});

test('a wrapped function is called with its arguments', async () => {
  const breaker = await breakerFor();
  const add = breaker.wrap((a: number, b: number) => a + b);
  expect(await add(1, 2)).toBe(3);
});

test('what listeners throw harms nothing', async () => {
  const throws = (): never => {
    throw failed;
  };
  let checks = 0;
  const breaker = await breakerFor({
    store: memoryStore(),
    healthCheck: () => {
      checks++;
      return false;
    },
    events: {onStateChange: throws, onRefused: throws, onHealthCheck: throws},
  });
  await fail(breaker, 3);
  expect(await call(breaker, 'ok')).toBe('open');
  await until(() => checks > 1);
  expect(breaker.state.kind).toBe('open');
});

test('a refusal is an answer for HTTP and for MCP servers', async () => {
  setClock('stands');
  const breaker = await breakerFor({spec: {...SPEC, failures: 1, recovery: 90_000_000}});
  await fail(breaker, 1);
  const error = (await breaker.admit().catch((refusal: unknown) => refusal)) as BreakerOpenError;
  expect(error.toJsonRpc(7)).toMatchObject({
    id: 7,
    error: {
      code: -32_000,
      message: 'temporarily refused (db); try again in 1m30s',
      data: {type: 'circuit_breaker', limit: 'db', retryAfter: 90},
    },
  });
  expect(error.decision).toMatchObject({allowed: false, scope: 'breaker', limit: 'db'});
});

test('calls while it is closed make no round trip; failures are told at once, successes together', async () => {
  const watched = watchedStore(memoryStore());
  const breaker = await breakerFor({
    store: watched.store,
    spec: {...SPEC, rate: 0.5, failures: 1_000, minimumCalls: 100_000},
  });
  await until(() => (watched.calls.get('get') ?? 0) > 0);
  const puts = () => watched.calls.get('put') ?? 0;
  for (let i = 0; i < 1_000; i++) void breaker.run(() => i);
  expect(puts()).toBe(0);
  await until(() => puts() === 1);
  for (let i = 0; i < 1_000; i++) await call(breaker, 'fail');
  // One is under way at a time, and takes along what came meanwhile.
  expect(puts()).toBeGreaterThan(1);
  await breaker.close();
  const [stored] = await listBreakers(watched.store);
  expect(stored!.state).toMatchObject({kind: 'open', openedBy: 'failures'});
});

test('the journal has when it opened and closed, and by whom', async () => {
  const setForward = setClock();
  const store = memoryStore();
  const breaker = await breakerFor({store});
  await fail(breaker, 3);
  await until(() => isOpenIn(store));
  setForward(SPEC.recovery);
  await until(async () => (await call(breaker, 'ok')) === 'ok');
  await breaker.open('ada@build-7');
  await breaker.reset('ada@build-7');
  const notes = async () =>
    (await store.latest(EVENT_JOURNAL, 10)).map(({value}) => (value as {note: string}).note).reverse();
  await until(async () => (await notes()).length === 4);
  expect(await notes()).toEqual([
    '3 failures in a row',
    'probes went through',
    'opened by ada@build-7',
    'reset by ada@build-7',
  ]);
});

test('switched off it lets everything through, and needs no store', async () => {
  const breaker = await breakerFor({enabled: false, store: 'redis://nowhere.invalid:1'});
  await fail(breaker, 10);
  expect(await call(breaker, 'ok')).toBe('ok');
  expect(breaker.storeState).toBe('local');
});

test('options come from the environment', () => {
  expect(breakerOptionsFromEnv({})).toEqual({});
  expect(
    breakerOptionsFromEnv({
      RATE_LIMIT_BREAKER: 'payments-db',
      RATE_LIMIT_BREAKER_ENABLED: 'off',
      RATE_LIMIT_BREAKER_TIMEOUT: '2s',
      RATE_LIMIT_STORE: 'memory:',
      RATE_LIMIT_POLICY: 'p.yaml',
      RATE_LIMIT_PREFIX: 'x:',
    }),
  ).toEqual({
    ...{breaker: 'payments-db', enabled: false, timeoutMs: 2_000},
    ...{store: 'memory:', policy: 'p.yaml', prefix: 'x:'},
  });
});

describe('what is wrong is said', () => {
  const POLICY = {
    version: 1,
    breakers: {'payments-db': {failures: 2, recovery: '1s'}, search: {}},
  } as const;

  test.each([
    [{policy: POLICY}, 'createBreaker: the policy describes several breakers: payments-db, search'],
    [{policy: POLICY, breaker: 'x'}, 'createBreaker: breaker is "x", expected payments-db, search'],
    [
      {policy: 7 as never},
      'createBreaker: policy is "7", expected the path of a policy file, or a policy as an object',
    ],
    [{spec: SPEC, timeoutMs: 1}, 'createBreaker: timeoutMs is "1", expected a whole number of milliseconds'],
    [
      {spec: {...SPEC, failures: 0}},
      'createBreaker: spec.failures is "0", expected a whole number of 1 or more',
    ],
    [{spec: {...SPEC, name: 'a b'}}, 'createBreaker: spec.name is "a b", expected a name without spaces'],
    [{spec: {...SPEC, rate: 2}}, 'createBreaker: spec.rate is "2", expected a share above 0, up to 1'],
    [{spec: SPEC, healthCheck: 1 as never}, 'createBreaker: healthCheck is "1", expected a function'],
  ])('%#', async (options, message) => {
    await expect(createBreaker(options)).rejects.toThrow(message);
  });

  test('the policy says how it is', async () => {
    const breaker = await breakerFor({
      spec: undefined,
      policy: POLICY,
      breaker: 'payments-db',
      store: memoryStore(),
    });
    expect(breaker.name).toBe('payments-db');
    expect(breaker.spec).toMatchObject({failures: 2, rate: 0.5, recovery: 1_000 * MS});
  });
});
