import {setTimeout as sleep} from 'node:timers/promises';
import {afterEach, describe, expect, test} from 'vitest';
import {createProtection} from '../../../src/guard/protect/create-protection.ts';
import type {ProtectedDecision} from '../../../src/guard/protect/protected-decision.ts';
import type {Protection} from '../../../src/guard/protect/protection.ts';
import {ProtectionError} from '../../../src/guard/protect/protection-error.ts';
import type {StateChange} from '../../../src/guard/protect/protection-events.ts';
import type {ProtectionMetrics} from '../../../src/guard/protect/protection-metrics.ts';
import type {ProtectionOptions} from '../../../src/guard/protect/protection-options.ts';
import type {PolicyObject} from '../../../src/policy/given-policy.ts';
import {setManualMode} from '../../../src/store/control-document.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import {MINUTE, MS} from '../../support/instants.ts';
import {RunningTime, setClock} from '../process-time.ts';
import {eventually, until} from '../support.ts';

const POLICY: PolicyObject = {
  version: 1,
  priorities: {essential: {path: ['/health', '/pay/*']}, normal: {}, low: {path: '/reports/*'}},
  limits: [
    {name: 'per-client', key: '{key}', algorithm: 'fixed-window', limit: 5, window: '1h', align: 'first-hit'},
  ],
  concurrency: {work: {max: 2, key: '{key}', maxPerKey: 2, queue: 1, wait: '30s', lease: '30s'}},
  breakers: {
    pay: {when: {path: '/pay/*'}, failures: 2, rate: 'none', recovery: '60s'},
    abuse: {key: '{key}', counts: 'refusals', failures: 2, rate: 'none', recovery: '60s'},
  },
  degradation: {signals: {responseTime: '1h'}, every: '100ms', after: '0s', hold: '200ms'},
};

const open: Protection[] = [];

const protect = async (options: ProtectionOptions = {}): Promise<Protection> => {
  const protection = await createProtection({policy: POLICY, store: 'memory:', ...options});
  open.push(protection);
  return protection;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((protection) => protection.close()));
});

const waiting = async (protection: Protection): Promise<number> =>
  (await protection.metrics()).queue[0]!.waiting;

const said = ({allowed, scope, limit, priority}: ProtectedDecision): string =>
  `${priority}: ${allowed ? 'allowed' : `${scope} ${limit}`}`;

describe('a request goes through all that the policy says', () => {
  test('limits refuse what is too much, and tell it as a limiter does', async () => {
    const protection = await protect();
    const decisions: ProtectedDecision[] = [];
    for (let i = 0; i < 6; i++) {
      const decision = await protection.check({key: 'a', path: '/'});
      await decision.release();
      decisions.push(decision);
    }
    expect(decisions.map(said)).toEqual([...Array(5).fill('normal: allowed'), 'normal: rate per-client']);
    expect(decisions[5]!.toResponse().status).toBe(429);
    expect(decisions[0]!.headers()['RateLimit']).toMatch(/^"per-client";r=4;t=\d+$/);
  });

  test('a pool lets in as many as it has slots, makes one wait, and refuses the next', async () => {
    const protection = await protect();
    const [first, second] = await Promise.all([
      protection.check({key: 'a', path: '/'}),
      protection.check({key: 'b', path: '/'}),
    ]);
    const asked = protection.check({key: 'c', path: '/'});
    await until(async () => (await waiting(protection)) === 1);
    await sleep(20);
    const refused = await protection.check({key: 'd', path: '/'});
    expect(said(refused)).toBe('normal: concurrency work');
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    await first.release();
    const third = await asked;
    expect(said(third)).toBe('normal: allowed');
    expect(third.waitedMs).toBeGreaterThanOrEqual(15);
    await Promise.all([second.release(), third.release()]);
  });

  test('a place in a full queue goes to the more important request', async () => {
    const protection = await protect();
    const running = await Promise.all(['a', 'b'].map((key) => protection.check({key, path: '/'})));
    const low = protection.check({key: 'c', path: '/reports/1'});
    await until(async () => (await waiting(protection)) === 1);
    const essential = protection.check({key: 'd', path: '/health'});
    expect(said(await low)).toBe('low: concurrency work');
    await running[0]!.release();
    const served = await essential;
    expect(said(served)).toBe('essential: allowed');
    await Promise.all([running[1]!.release(), served.release()]);
  });

  test('whoever is gone waits in no queue, and takes no slot', async () => {
    const protection = await protect();
    const running = await Promise.all(['a', 'b'].map((key) => protection.check({key, path: '/'})));
    const gone = new AbortController();
    const asked = protection.check({key: 'c', path: '/'}, {signal: gone.signal});
    await until(async () => (await waiting(protection)) === 1);
    gone.abort(new Error('hung up'));
    await expect(asked).rejects.toThrow('hung up');
    await Promise.all(running.map((decision) => decision.release()));
    const next = await Promise.all(['d', 'e'].map((key) => protection.check({key, path: '/'})));
    expect(next.map(said)).toEqual(['normal: allowed', 'normal: allowed']);
    await Promise.all(next.map((decision) => decision.release()));
  });

  test('all queues together take no more time than the request has', async () => {
    const setForward = setClock();
    const pool = {max: 1, queue: 5, wait: '10s'};
    const protection = await protect({
      policy: {
        version: 1,
        concurrency: {
          first: {...pool, when: {path: ['/first', '/both']}},
          second: {...pool, unless: {path: '/first'}},
        },
      },
    });
    const inFirst = await protection.check({path: '/first'});
    const inSecond = await protection.check({path: '/second'});
    const asked = protection.check({path: '/both'}, {timeoutMs: 5_000});
    await until(async () => (await waiting(protection)) === 1);
    setForward(4_500 * MS);
    const time = new RunningTime();
    await inFirst.release();
    expect(await asked).toMatchObject({allowed: false, limit: 'second'});
    // What was left of them, not 5 s again.
    expect(time.ms).toBeLessThan(1_000);
    await inSecond.release();
  });

  test('who waits when it is closed is refused with 503, and so is who comes later', async () => {
    const protection = await protect();
    const running = await Promise.all(['a', 'b'].map((key) => protection.check({key, path: '/'})));
    const waiting = protection.check({key: 'c', path: '/'});
    await eventually(async () => (await protection.metrics()).queue[0]!.waiting).toBe(1);
    const closed = protection.close();
    const refused = [await waiting, await protection.check({key: 'd', path: '/'})];
    expect(refused.map(({allowed, source}) => [allowed, source])).toEqual(Array(2).fill([false, 'closed']));
    const answer = refused[0]!.toResponse();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    await Promise.all(running.map((decision) => decision.release()));
    await closed;
  });

  test('a breaker opens when what it guards keeps failing, leaves the rest alone, and closes after a probe', async () => {
    const setForward = setClock();
    const protection = await protect();
    const pay = {key: 'a', path: '/pay/1'};
    for (let i = 0; i < 2; i++) await (await protection.check(pay)).release('failure');
    const refused = await protection.check(pay);
    expect(said(refused)).toBe('essential: breaker pay');
    expect(refused.toResponse().status).toBe(503);
    const other = await protection.check({key: 'a', path: '/'});
    expect(said(other)).toBe('normal: allowed');
    await other.release();
    expect(refused.retryAfterMs).toBeLessThanOrEqual(60_000);
    setForward(refused.retryAfterMs * MS);
    let probe = await protection.check(pay);
    // The place of a probe is asked for in the background.
    await until(async () => {
      if (!probe.allowed) probe = await protection.check(pay);
      return probe.allowed;
    });
    expect(said(probe)).toBe('essential: allowed');
    await probe.release('success');
    const after = await protection.check({key: 'c', path: '/pay/2'});
    expect(said(after)).toBe('essential: allowed');
    await after.release();
  });

  test('a request that is abandoned says nothing to breakers', async () => {
    const protection = await protect();
    for (const key of ['a', 'b', 'c'])
      await (await protection.check({key, path: '/pay/1'})).release('abandoned');
    const next = await protection.check({key: 'd', path: '/pay/1'});
    expect(said(next)).toBe('essential: allowed');
    await next.release();
  });

  test('a client that is refused again and again has a breaker of its own', async () => {
    const protection = await protect();
    for (let i = 0; i < 5; i++) await (await protection.check({key: 'a', path: '/'})).release();
    const refusals: string[] = [];
    for (let i = 0; i < 3; i++) refusals.push(said(await protection.check({key: 'a', path: '/'})));
    expect(refusals).toEqual(['normal: rate per-client', 'normal: rate per-client', 'normal: breaker abuse']);
    const other = await protection.check({key: 'b', path: '/'});
    expect(said(other)).toBe('normal: allowed');
    await other.release();
  });

  test('a mode set by hand refuses the classes that it does not serve, until it is over', async () => {
    const setForward = setClock();
    const store = new MemoryStore({access: 'write'});
    const protection = await protect({store});
    await setManualMode(store, {mode: 'essential-only', by: 'test', reason: 'drill', lasts: MINUTE});
    await eventually(() => protection.mode).toBe('essential-only');
    const refused = await protection.check({key: 'a', path: '/'});
    expect(said(refused)).toBe('normal: degradation essential-only');
    expect(refused.toResponse().status).toBe(503);
    const essential = await protection.check({key: 'a', path: '/health'});
    expect(said(essential)).toBe('essential: allowed');
    await essential.release();
    setForward(MINUTE);
    await eventually(() => protection.mode).toBe('normal');
  });

  test('slow answers degrade by rule, and the mode is left when they are fast again', async () => {
    const changes: StateChange[] = [];
    const protection = await protect({
      policy: {
        ...{...POLICY, limits: [{name: 'plenty', key: 'all', rate: '10000/s'}], concurrency: {}},
        degradation: {signals: {responseTime: '1s'}, every: '100ms', after: '0s', hold: '200ms'},
      },
      events: {onStateChange: (change) => changes.push(change)},
    });
    const slow = await Promise.all([1, 2, 3].map(() => protection.check({key: 'a', path: '/'})));
    await sleep(1_150);
    await Promise.all(slow.map((decision) => decision.release()));
    await eventually(() => changes[0]).toMatchObject({kind: 'mode', from: 'normal', manual: false});
    const fast = setInterval(async () => {
      const decision = await protection.check({key: 'a', path: '/health'});
      await decision.release();
    }, 20);
    await eventually(() => protection.mode).toBe('normal');
    clearInterval(fast);
  });
});

describe('run', () => {
  test('answers what the work does, and tells breakers when it fails', async () => {
    const protection = await protect();
    expect(await protection.run({key: 'a', path: '/pay/1'}, ({decision}) => decision.priority)).toBe(
      'essential',
    );
    const fails = () =>
      protection.run({key: 'a', path: '/pay/1'}, () => {
        throw new Error('no money');
      });
    await expect(fails()).rejects.toThrow('no money');
    await expect(fails()).rejects.toThrow('no money');
    const refused = await fails().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProtectionError);
    expect(refused).toMatchObject({message: 'breaker "pay" refused', code: 'protection/breaker'});
    expect((refused as ProtectionError).retryAfterMs).toBeGreaterThan(0);
  });

  test('counts a Response of 500 and more as a failure, one of 404 as none', async () => {
    const protection = await protect();
    const run = (status: number) =>
      protection.run({key: 'a', path: '/pay/1'}, () => new Response(null, {status}));
    await run(404);
    await run(404);
    await run(503);
    await run(500);
    await expect(run(200)).rejects.toThrow('breaker "pay" refused');
  });

  test('gives its slots back, also when the work fails', async () => {
    const protection = await protect();
    for (const key of ['a', 'b', 'c', 'd'])
      await protection.run({key, path: '/'}, () => Promise.reject(new Error('x'))).catch(() => undefined);
    expect((await protection.metrics()).concurrency[0]!.running).toBe(0);
  });
});

describe('switches', () => {
  test('a part that is off is not enforced', async () => {
    const protection = await protect({parts: {concurrency: false, breakers: false, degradation: false}});
    const decisions = await Promise.all(
      ['a', 'b', 'c', 'd'].map((key) => protection.check({key, path: '/'})),
    );
    expect(decisions.every(({allowed}) => allowed)).toBe(true);
    expect((await protection.metrics()).concurrency).toEqual([]);
  });

  test('in shadow nothing is refused and nothing waits', async () => {
    const protection = await protect({mode: 'shadow'});
    const decisions = await Promise.all(
      Array.from({length: 8}, () => protection.check({key: 'a', path: '/pay/1'})),
    );
    expect(decisions.every(({allowed}) => allowed)).toBe(true);
    for (const decision of decisions) await decision.release('failure');
    expect(said(await protection.check({key: 'a', path: '/pay/1'}))).toBe('essential: allowed');
    expect((await protection.metrics()).breaker[0]).toMatchObject({breaker: 'pay', state: 'open'});
  });

  test('switched off, everything is allowed and no store is opened', async () => {
    const protection = await protect({enabled: false, store: 'redis://127.0.0.1:1'});
    const decisions = await Promise.all(
      Array.from({length: 9}, () => protection.check({key: 'a', path: '/'})),
    );
    expect(decisions.every(({allowed}) => allowed)).toBe(true);
  });

  test('exempt paths go through unseen', async () => {
    const protection = await protect({exemptPaths: ['/health']});
    const decisions = await Promise.all(
      Array.from({length: 9}, () => protection.check({key: 'a', path: '/health'})),
    );
    expect(decisions.every(({allowed}) => allowed)).toBe(true);
  });

  test.each([
    [
      {metricsEveryMs: 5},
      'metricsEveryMs is "5", expected a whole number of milliseconds from 100 to 3600000',
    ],
    [
      {parts: {queue: false} as never},
      'parts has "queue", expected concurrency, breakers, adaptive, behaviour, degradation',
    ],
    [{parts: {breakers: 'no' as never}}, 'parts.breakers is "no", expected true or false'],
  ])('%j is refused', async (options, message) => {
    await expect(createProtection({policy: POLICY, store: 'memory:', ...options})).rejects.toThrow(message);
  });
});

test('hooks hear of refusals, opened breakers, queues and metrics; what they throw harms nothing', async () => {
  const heard: string[] = [];
  const metrics: ProtectionMetrics[] = [];
  const protection = await protect({
    metricsEveryMs: 100,
    events: {
      onLimitExceeded: (decision) => {
        heard.push(said(decision));
        throw new Error('listener');
      },
      onCircuitOpen: ({breaker, key}) => heard.push(`open ${breaker} ${key}`),
      onQueueChange: ({pool, waiting}) => {
        if (waiting > 0) heard.push(`queue ${pool} ${waiting}`);
      },
      onMetrics: (told) => metrics.push(told),
    },
  });
  for (let i = 0; i < 5; i++) await (await protection.check({key: 'a', path: '/'})).release();
  for (let i = 0; i < 2; i++) await protection.check({key: 'a', path: '/'});
  const running = await Promise.all(['b', 'c'].map((key) => protection.check({key, path: '/'})));
  const late = await protection.check({key: 'd', path: '/'}, {timeoutMs: 300});
  expect(said(late)).toBe('normal: concurrency work');
  await Promise.all(running.map((decision) => decision.release('failure')));
  expect(heard.sort()).toEqual([
    'normal: concurrency work',
    'normal: rate per-client',
    'normal: rate per-client',
    'open abuse a',
    'queue work 1',
  ]);
  await eventually(() => metrics.length).toBeGreaterThan(1);
  const {concurrency, queue, breaker, bucket, performance} = await protection.metrics();
  expect(concurrency).toEqual([
    {pool: 'work', running: 0, max: 2, policyMax: 2, clients: 0, meanHoldMs: expect.any(Number)},
  ]);
  expect(queue).toEqual([
    {
      pool: 'work',
      waiting: 0,
      size: 1,
      estimatedWaitMs: expect.any(Number),
      granted: 7,
      refused: 0,
      timedOut: 1,
      displaced: 0,
    },
  ]);
  expect(breaker).toEqual([
    {breaker: 'pay', state: 'closed', openKeys: null, refused: 0},
    {breaker: 'abuse', state: 'open', openKeys: 1, refused: 0},
  ]);
  expect(bucket).toEqual([{limit: 'per-client', allowed: 8, denied: 2, shadowDenied: 0, share: 1}]);
  expect(performance).toMatchObject({
    requests: 10,
    succeeded: 5,
    failed: 2,
    abandoned: 0,
    running: 0,
    refused: {rate: 2, concurrency: 1, breaker: 0, degradation: 0},
    mode: 'normal',
    storeUp: true,
  });
});
