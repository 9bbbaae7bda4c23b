import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {Limiter} from '../../src/guard/limiter.ts';
import type {LimiterOptions} from '../../src/guard/limiter-options.ts';
import {StoreError} from '../../src/store/store-error.ts';
import {type RedisServer, startRedis} from '../support/servers/redis-server.ts';
import {RunningTime} from './process-time.ts';
import {limiterFor, memoryStore, PER_IP, policyWith, TWO_PER_IP, until, watchedStore} from './support.ts';

/** A limiter that keeps a list of what happened to its store. */
const tellingLimiter = async (
  options: LimiterOptions,
): Promise<{readonly limiter: Limiter; readonly told: readonly string[]}> => {
  const told: string[] = [];
  const limiter = await limiterFor({
    ...options,
    events: {onStoreLost: () => told.push('lost'), onStoreBack: () => told.push('back')},
  });
  return {limiter, told};
};

const gone = new StoreError('gone', {kind: 'unreachable', url: 'redis://x', hint: ''});

describe('a store that dies and comes back', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test.each(['open', 'closed', 'local'] as const)('%s, and recovery within 5 s', async (onStoreError) => {
    const {limiter, told} = await tellingLimiter({
      policy: TWO_PER_IP,
      store: `${server.url}?prefix=${onStoreError}`,
      onStoreError,
    });
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'store'});
    await server.kill();
    const decisions = [];
    for (let i = 0; i < 4; i++) decisions.push(await limiter.check({ip: 'a'}));
    expect(decisions.map(({allowed, source}) => [allowed, source])).toEqual(
      {
        open: Array(4).fill([true, 'open']),
        closed: Array(4).fill([false, 'closed']),
        local: [
          [true, 'local'],
          [true, 'local'],
          [false, 'local'],
          [false, 'local'],
        ],
      }[onStoreError],
    );
    expect(limiter.storeState).toBe('lost');
    // A request that was under way may still reach the store while the driver has not given it up.
    await new Promise((resolve) => setTimeout(resolve, 600));
    await server.start();
    const time = new RunningTime();
    await until(() => told.includes('back'));
    expect(time.ms).toBeLessThan(5_000);
    expect(told).toEqual(['lost', 'back']);
    // What was decided without the store is not charged to it.
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'store', remaining: 1});
    expect(limiter.metrics()).toContain('ratectl_store_losses_total 1\n');
  });

  test('requests under load are all answered, and nothing is left unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): number => unhandled.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const {limiter, told} = await tellingLimiter({policy: PER_IP, store: server.url, onStoreError: 'open'});
    let stop = false;
    const sources = new Set<string>();
    const load = Array.from({length: 20}, async (_, worker) => {
      for (let i = 0; !stop; i++) {
        const {source} = await limiter.check({ip: `${worker}-${i}`});
        sources.add(source);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    await until(() => sources.has('store'));
    await server.restart();
    await server.kill();
    await until(() => told.includes('lost') && sources.has('open'));
    await server.start();
    await until(() => told.at(-1) === 'back' && limiter.storeState === 'ok');
    sources.clear();
    await until(() => sources.has('store'));
    stop = true;
    await Promise.all(load);
    expect(unhandled).toEqual([]);
  });

  test('a server that hangs counts as lost after the timeout, once', async () => {
    const {limiter, told} = await tellingLimiter({
      policy: PER_IP,
      store: server.url,
      onStoreError: 'open',
      timeoutMs: 100,
    });
    server.signal('SIGSTOP');
    onTestFinished(() => server.signal('SIGCONT'));
    const decisions = await Promise.all(Array.from({length: 10}, () => limiter.check({ip: 'h'})));
    expect(decisions.every(({source}) => source === 'open')).toBe(true);
    const time = new RunningTime();
    for (let i = 0; i < 100; i++) await limiter.check({ip: 'h'});
    // None of them waited for the server: they would have taken 10 s.
    expect(time.ms).toBeLessThan(1_000);
    server.signal('SIGCONT');
    await until(() => told.includes('back'));
    await until(async () => (await limiter.check({ip: 'h'})).source === 'store');
  });

  test('a process that was held up itself does not blame the store', async () => {
    const {limiter, told} = await tellingLimiter({policy: PER_IP, store: server.url, timeoutMs: 400});
    await limiter.check({ip: 'busy'});
    const asked = limiter.check({ip: 'busy'});
    await new Promise((resolve) => setImmediate(resolve));
    // The answer arrives meanwhile, and so does the end of the timeout. Held up without keeping a processor from the server.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
    expect(await asked).toMatchObject({source: 'store'});
    expect(told).toEqual([]);
  });

  test('the application starts while the store is down', async () => {
    await server.kill();
    const {limiter, told} = await tellingLimiter({policy: PER_IP, store: server.url});
    expect(told).toEqual(['lost']);
    expect(await limiter.check({ip: 's'})).toMatchObject({allowed: true, source: 'local'});
    await server.start();
    await until(() => told.includes('back'));
    expect(await limiter.check({ip: 's'})).toMatchObject({source: 'store'});
  });

  test('failFast rejects instead', async () => {
    await server.kill();
    onTestFinished(() => server.start());
    await expect(limiterFor({policy: PER_IP, store: server.url, failFast: true})).rejects.toBeInstanceOf(
      StoreError,
    );
  });
});

describe('without the store', () => {
  test('a policy says what happens, and the option comes before it', async () => {
    const store = memoryStore();
    const policy = {...PER_IP, onStoreError: 'closed'};
    expect((await limiterFor({policy, store})).onStoreError).toBe('closed');
    expect((await limiterFor({policy, store, onStoreError: 'open'})).onStoreError).toBe('open');
    expect((await limiterFor({policy: PER_IP, store})).onStoreError).toBe('local');
  });

  test('each of several instances allows its share', async () => {
    const watched = watchedStore(memoryStore());
    const policy = policyWith({name: 'a', key: '{ip}', rate: '9/h', burst: 9});
    const {limiter} = await tellingLimiter({policy, store: watched.store, instances: 3});
    watched.fault = gone;
    let allowed = 0;
    for (let i = 0; i < 9; i++) if ((await limiter.check({ip: 'a'})).allowed) allowed++;
    expect(allowed).toBe(3);
    // Too much for a third, not for the limit: not yet, rather than never.
    expect(await limiter.check({ip: 'b'}, {cost: 9})).toMatchObject({
      allowed: false,
      never: false,
      retryAfterMs: 1_000,
    });
    expect(await limiter.check({ip: 'b'}, {cost: 10})).toMatchObject({never: true});
  });

  test('slots are taken and given back in this process', async () => {
    const watched = watchedStore(memoryStore());
    const {limiter} = await tellingLimiter({
      policy: policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 1}),
      store: watched.store,
    });
    watched.fault = gone;
    const first = await limiter.check({});
    expect(await limiter.check({})).toMatchObject({allowed: false, source: 'local'});
    await first.release();
    expect(await limiter.check({})).toMatchObject({allowed: true, source: 'local'});
  });

  test('a store that is lost again and again does not hand out a fresh budget each time', async () => {
    const watched = watchedStore(memoryStore());
    const policy = policyWith({name: 'a', key: '{ip}', rate: '2/h', burst: 2});
    const {limiter, told} = await tellingLimiter({policy, store: watched.store});
    let local = 0;
    for (let loss = 1; loss <= 3; loss++) {
      watched.fault = gone;
      for (let i = 0; i < 4; i++) if ((await limiter.check({ip: 'a'})).allowed) local++;
      watched.fault = 'none';
      await until(() => told.filter((word) => word === 'back').length === loss);
    }
    expect(local).toBe(2);
  });

  test('slots of requests that ended while the store was lost are given back when it is there again', async () => {
    const watched = watchedStore(memoryStore());
    const policy = policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 1, timeout: '1h'});
    const {limiter, told} = await tellingLimiter({policy, store: watched.store, onStoreError: 'closed'});
    const slot = await limiter.check({});
    watched.fault = gone;
    await slot.release();
    watched.fault = 'none';
    await until(() => told.includes('back'));
    await until(async () => (await limiter.check({})).allowed);
  });

  test('a slot that was granted too late for its request is given back', async () => {
    const inner = memoryStore();
    let arrival = Promise.resolve();
    const store = new Proxy(inner, {
      get(target, name) {
        const member = target[name as keyof typeof target] as (...args: readonly unknown[]) => unknown;
        if (typeof member !== 'function') return member;
        if (name !== 'check') return member.bind(target);
        return async (...args: readonly unknown[]) => {
          const answers = await member.apply(target, [...args]);
          await arrival;
          return answers;
        };
      },
    });
    const policy = policyWith({name: 'slots', key: 'all', algorithm: 'concurrency', max: 1, timeout: '1h'});
    const {limiter} = await tellingLimiter({policy, store, onStoreError: 'closed', timeoutMs: 50});
    const late = Promise.withResolvers<void>();
    arrival = late.promise;
    expect(await limiter.check({})).toMatchObject({allowed: false, source: 'closed'});
    late.resolve();
    await until(async () => {
      const {allowed, source} = await limiter.check({});
      return allowed && source === 'store';
    });
  });

  test('closed: a policy in shadow refuses nothing', async () => {
    const watched = watchedStore(memoryStore());
    const {limiter} = await tellingLimiter({
      policy: PER_IP,
      store: watched.store,
      mode: 'shadow',
      onStoreError: 'closed',
    });
    watched.fault = gone;
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'open'});
  });

  test('closed: the answer is 503, and names no limit', async () => {
    const watched = watchedStore(memoryStore());
    const {limiter} = await tellingLimiter({policy: PER_IP, store: watched.store, onStoreError: 'closed'});
    watched.fault = gone;
    const decision = await limiter.check({ip: 'a'});
    expect(decision).toMatchObject({
      allowed: false,
      never: false,
      limit: undefined,
      retryAfterMs: 1_000,
      layers: [],
    });
    expect(decision.toResponse().status).toBe(503);
  });

  test('open: a key that the policy blocks stays blocked', async () => {
    const watched = watchedStore(memoryStore());
    const policy = policyWith({
      name: 'a',
      key: '{ip}',
      rate: '9/h',
      overrides: {bad: 'block', good: 'exempt'},
    });
    const {limiter} = await tellingLimiter({policy, store: watched.store, onStoreError: 'open'});
    watched.fault = gone;
    expect(await limiter.check({ip: 'bad'})).toMatchObject({allowed: false, never: true});
    expect(await limiter.check({ip: 'any'})).toMatchObject({allowed: true});
  });

  test('peek tells what is left here', async () => {
    const watched = watchedStore(memoryStore());
    const {limiter} = await tellingLimiter({policy: TWO_PER_IP, store: watched.store});
    watched.fault = gone;
    await limiter.check({ip: 'a'});
    expect(await limiter.peek({ip: 'a'})).toMatchObject({source: 'local', remaining: 1});
  });

  test('nothing is asked of it but a probe now and then', async () => {
    const watched = watchedStore(memoryStore());
    const {limiter} = await tellingLimiter({policy: PER_IP, store: watched.store});
    watched.fault = gone;
    await limiter.check({ip: 'a'});
    watched.calls.clear();
    for (let i = 0; i < 100; i++) await limiter.check({ip: 'a'});
    expect(watched.calls.get('check')).toBeUndefined();
  });

  test('a store that answers probes and refuses to write is not back before it has decided a check', async () => {
    const inner = memoryStore();
    let full = false;
    let refused = 0;
    const store = new Proxy(inner, {
      get(target, name) {
        const member = target[name as keyof typeof target] as (...args: readonly unknown[]) => unknown;
        if (name === 'check' && full)
          return () => {
            refused++;
            return Promise.reject(
              new StoreError('out of memory', {kind: 'server', url: 'redis://x', hint: ''}),
            );
          };
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const {limiter, told} = await tellingLimiter({policy: PER_IP, store, usage: false});
    full = true;
    const sources = new Set<string>();
    // Three that lose it, and two that try whether it decides again.
    for (let i = 0; refused < 5; i++) {
      sources.add((await limiter.check({ip: `${i}`})).source);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([...sources]).toEqual(['local']);
    expect(told).toEqual(['lost']);
    full = false;
    await until(async () => (await limiter.check({ip: 'x'})).source === 'store');
    expect(told).toEqual(['lost', 'back']);
  });

  test('one odd error of the server is answered without it, and does not end its use', async () => {
    const inner = memoryStore();
    const store = new Proxy(inner, {
      get(target, name) {
        const member = target[name as keyof typeof target] as (...args: readonly unknown[]) => unknown;
        if (name === 'check')
          return async (checks: Parameters<typeof inner.check>[0]) => {
            if (checks.some(({layers}) => layers.some(({address}) => address.key === 'poison')))
              throw new StoreError('script failed', {kind: 'server', url: 'redis://x', hint: ''});
            return inner.check(checks);
          };
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const {limiter, told} = await tellingLimiter({policy: PER_IP, store});
    for (let i = 0; i < 10; i++) {
      expect(await limiter.check({ip: 'poison'})).toMatchObject({source: 'local'});
      expect(await limiter.check({ip: `${i}`})).toMatchObject({source: 'store'});
    }
    expect(told).toEqual([]);
  });

  test("an error of one key is that key's alone", async () => {
    const inner = memoryStore();
    const store = new Proxy(inner, {
      get(target, name) {
        const member = target[name as keyof typeof target] as (...args: readonly unknown[]) => unknown;
        if (name === 'check')
          return async (checks: Parameters<typeof inner.check>[0]) => {
            if (checks.some(({layers}) => layers.some(({address}) => address.key === 'foreign')))
              throw new StoreError('not ours', {kind: 'foreign', url: 'redis://x', hint: ''});
            return inner.check(checks);
          };
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const {limiter, told} = await tellingLimiter({policy: PER_IP, store});
    const decisions = await Promise.all(['a', 'foreign', 'b'].map((ip) => limiter.check({ip})));
    expect(decisions.map(({source}) => source)).toEqual(['store', 'local', 'store']);
    expect(limiter.storeState).toBe('ok');
    expect(told).toEqual([]);
    expect(limiter.metrics()).toContain('ratectl_store_errors_total{kind="foreign"}');
  });

  test('overrides that were known stay in force', async () => {
    const watched = watchedStore(memoryStore());
    const {overrideDocument} = await import('../../src/store/override-document.ts');
    const block = {
      limit: 'per-ip',
      key: 'a',
      until: Number.POSITIVE_INFINITY,
      effect: {kind: 'block'},
    } as const;
    const {id, value} = overrideDocument(block, {by: '', why: '', at: 0});
    await watched.store.put('override', id, value);
    const {limiter} = await tellingLimiter({policy: PER_IP, store: watched.store});
    watched.fault = gone;
    expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: false, never: true, source: 'local'});
  });
});
