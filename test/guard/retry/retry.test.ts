import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {BreakerOpenError} from '../../../src/guard/breaker/breaker-open-error.ts';
import {RateLimitError} from '../../../src/guard/rate-limit-error.ts';
import {createRetry} from '../../../src/guard/retry/create-retry.ts';
import {RetryError} from '../../../src/guard/retry/retry-error.ts';
import type {GaveUpNotice, RetryNotice, RetryOptions} from '../../../src/guard/retry/retry-options.ts';
import {askedWaitMs, isRetryableByDefault} from '../../../src/guard/retry/retryable.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import {RunningTime} from '../process-time.ts';
import {limiterFor, ManualClock, memoryStore, policyWith} from '../support.ts';

const broken = Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'});

/** A retry that remembers what it was told; waits are the longest of their range, a few ms. */
const scene = (options: RetryOptions = {}) => {
  const waits: RetryNotice[] = [];
  const gaveUp: GaveUpNotice[] = [];
  const retry = createRetry({
    ...{firstMs: 4, mostMs: 1_000, random: () => 1},
    events: {onRetry: (notice) => waits.push(notice), onGaveUp: (notice) => gaveUp.push(notice)},
    ...options,
  });
  let calls = 0;
  /** Fails so many times, then answers. */
  const failing =
    (times: number, error: unknown = broken) =>
    () => {
      calls++;
      if (calls <= times) throw error;
      return 'done';
    };
  return {retry, waits, gaveUp, failing, calls: () => calls};
};

const errorOf = async (promise: Promise<unknown>): Promise<RetryError> => {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RetryError);
  return error as RetryError;
};

describe('what fails for a while', () => {
  test('is tried again until it succeeds; waits double', async () => {
    const {retry, waits, failing, calls} = scene();
    expect(await retry.run(failing(3))).toBe('done');
    expect(calls()).toBe(4);
    expect(waits.map(({attempt, waitMs}) => [attempt, waitMs])).toEqual([
      [1, 4],
      [2, 8],
      [3, 16],
    ]);
  });

  test('full jitter: the wait is anything from nothing to the longest one', async () => {
    const chances = [0, 0.25, 0.75];
    const {retry, waits, failing} = scene({random: () => chances.shift()!});
    await retry.run(failing(3));
    expect(waits.map(({waitMs}) => waitMs)).toEqual([0, 2, 12]);
  });

  test('is told which attempt it is', async () => {
    const {retry} = scene();
    const attempts: number[] = [];
    await retry.run(({attempt}) => {
      attempts.push(attempt);
      if (attempt < 3) throw broken;
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('a function can be wrapped', async () => {
    const {retry} = scene();
    let calls = 0;
    const add = retry.wrap((a: number, b: number) => {
      if (calls++ === 0) throw broken;
      return a + b;
    });
    expect(await add(1, 2)).toBe(3);
  });
});

describe('what is given up, and why', () => {
  test('attempts: no more than so many', async () => {
    const {retry, gaveUp, failing, calls} = scene({attempts: 3});
    const error = await errorOf(retry.run(failing(9)));
    expect(error).toMatchObject({
      why: 'attempts',
      attempts: 3,
      code: 'retry/attempts',
      cause: broken,
      message: 'gave up after 3 attempts: no attempts are left',
    });
    expect(calls()).toBe(3);
    expect(gaveUp).toMatchObject([{why: 'attempts', attempts: 3}]);
  });

  test('not retryable: at once', async () => {
    const mistake = new TypeError('x is not a function');
    const {retry, failing, calls} = scene();
    const error = await errorOf(retry.run(failing(9, mistake)));
    expect(error).toMatchObject({why: 'not-retryable', attempts: 1, cause: mistake});
    expect(calls()).toBe(1);
  });

  test('deadline: at once when the wait would pass it', async () => {
    const {retry, failing, calls} = scene();
    const time = new RunningTime();
    const asks = Object.assign(new Error('busy'), {status: 503, headers: {'retry-after': '30'}});
    const error = await errorOf(retry.run(failing(9, asks), {deadlineMs: 5_000}));
    expect(error).toMatchObject({why: 'deadline', attempts: 1, retryAfterMs: 30_000});
    expect(time.ms).toBeLessThan(1_000);
    expect(calls()).toBe(1);
  });

  test('deadline: an attempt that takes too long is told to end', async () => {
    const {retry} = scene();
    const error = await errorOf(
      retry.run(({signal}) => sleep(60_000, undefined, {signal}), {deadlineMs: 30}),
    );
    expect(error.why).toBe('deadline');
  });

  test('budget: all calls together make no more retries than it allows', async () => {
    const {retry, gaveUp} = scene({
      ...{budget: {ratio: 0.1, reserve: 1}, attempts: 3, firstMs: 1, mostMs: 1},
      clock: () => 0,
    });
    let attempts = 0;
    const calls = Array.from({length: 100}, () =>
      retry
        .run(() => {
          attempts++;
          throw broken;
        })
        .catch((error: RetryError) => error.why),
    );
    const ends = await Promise.all(calls);
    // 10 s × 1 per second, and a tenth of 100 calls.
    expect(attempts).toBe(120);
    expect(ends).toContain('budget');
    expect(gaveUp).toHaveLength(100);
    expect(retry.state.retriesLeft).toBe(0);
  });

  test('the caller: no error of ours, and no further attempt', async () => {
    const {retry, failing, calls} = scene({firstMs: 60_000, mostMs: 60_000});
    const gone = new AbortController();
    setTimeout(() => gone.abort(broken), 20);
    await expect(retry.run(failing(9), {signal: gone.signal})).rejects.toBe(broken);
    expect(calls()).toBe(1);
    await expect(retry.run(failing(9), {signal: gone.signal})).rejects.toBe(broken);
    expect(calls()).toBe(1);
  });

  test('what is done when the caller has gone is done all the same', async () => {
    const {retry} = scene();
    const gone = new AbortController();
    const result = retry.run(
      async () => {
        gone.abort();
        return 'done';
      },
      {signal: gone.signal},
    );
    expect(await result).toBe('done');
  });
});

describe('who says when to come back is not asked earlier', () => {
  test.each([
    ['a breaker', () => new BreakerOpenError({breaker: 'db', retryAfterMs: 40, now: 0})],
    [
      'an answer in an error',
      () =>
        Object.assign(new Error('429'), {
          response: {status: 429, headers: {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0.04'}},
        }),
    ],
    ['an error with retryAfterMs', () => Object.assign(new Error('later'), {status: 503, retryAfterMs: 40})],
  ])('%s', async (_, error) => {
    const {retry, waits, failing} = scene();
    const began = performance.now();
    expect(await retry.run(failing(1, error()))).toBe('done');
    expect(performance.now() - began).toBeGreaterThanOrEqual(39);
    // What was asked for, and the jitter beyond it.
    expect(waits[0]!.waitMs).toBe(44);
  });

  test('a limit', async () => {
    const limiter = await limiterFor({
      policy: policyWith({name: 'all', key: 'all', rate: '20/s', burst: 1}),
      store: memoryStore(),
    });
    const {retry} = scene({random: () => 0});
    const call = () =>
      retry.run(async () => {
        const decision = await limiter.check({});
        if (!decision.allowed) throw new RateLimitError(decision);
      });
    const began = performance.now();
    for (let i = 0; i < 4; i++) await call();
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  test('a server: 503 and 429 are tried again, and the last answer is the answer', async () => {
    const answers = [
      {status: 503, headers: {'retry-after': '0'}},
      {status: 429, headers: {ratelimit: '"a";r=0;t=0'}},
      {status: 200, headers: {}},
    ];
    let requests = 0;
    const server = createServer((_request, response) => {
      const {status, headers} = answers[Math.min(requests++, answers.length - 1)]!;
      response.writeHead(status, headers).end('body');
    }).listen(0);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const {retry} = scene();
    const response = await retry.run(({signal}) => fetch(url, {signal}));
    expect([response.status, await response.text(), requests]).toEqual([200, 'body', 3]);
    answers.length = 1;
    const last = await scene({attempts: 2}).retry.run(({signal}) => fetch(url, {signal}));
    expect([last.status, await last.text()]).toEqual([503, 'body']);
  });

  test('a server that is not there', async () => {
    const {retry, waits} = scene({attempts: 2});
    const error = await errorOf(retry.run(({signal}) => fetch('http://127.0.0.1:1/', {signal})));
    expect(error.why).toBe(waits.length === 1 ? 'attempts' : 'not-retryable');
  });
});

test('waits begin later while much fails, and recover', async () => {
  const clock = {now: 0};
  const {retry, failing} = scene({attempts: 1, clock: () => clock.now, firstMs: 100});
  expect(retry.state).toMatchObject({failedShare: 0, firstMs: 100});
  for (let i = 0; i < 6; i++) await retry.run(failing(1_000)).catch(() => undefined);
  expect(retry.state).toMatchObject({failedShare: 1, firstMs: 800});
  clock.now = 5_000_000;
  for (let i = 0; i < 6; i++) await retry.run(() => 1);
  expect(retry.state.failedShare).toBe(0.5);
  clock.now = 10_000_000;
  expect(retry.state).toMatchObject({failedShare: 0, firstMs: 100});
});

describe('what another attempt may help against', () => {
  const fetchFailed = Object.assign(new TypeError('fetch failed'), {cause: broken});
  test.each([
    ['a broken connection', broken, true],
    ['fetch about one', fetchFailed, true],
    ['a timeout', new DOMException('timed out', 'TimeoutError'), true],
    ['a breaker', new BreakerOpenError({breaker: 'x', retryAfterMs: 1, now: 0}), true],
    ['a store that is away', new StoreError('away', {kind: 'unreachable', url: '', hint: ''}), true],
    ['a conflict of transactions', {code: '40001'}, true],
    ['too many connections', {code: '53300'}, true],
    ['status 502', {status: 502}, true],
    ['statusCode 429 in a response', {response: {statusCode: 429}}, true],
    ['status 500: it may have been done', {status: 500}, false],
    ['status 404, whatever broke before', {status: 404, cause: broken}, false],
    ['a store that refuses the password', new StoreError('no', {kind: 'denied', url: '', hint: ''}), false],
    ['a mistake', new TypeError('x is not a function'), false],
    ['an abort', new DOMException('aborted', 'AbortError'), false],
    ['a unique key', {code: '23505'}, false],
    ['anything', new Error('no'), false],
    ['a text', 'no', false],
    ['nothing', undefined, false],
  ])('%s', (_, error, expected) => {
    expect(isRetryableByDefault({kind: 'threw', error})).toBe(expected);
  });

  test('a limit that never allows it: not', async () => {
    const clock = new ManualClock();
    const limiter = await limiterFor({
      policy: policyWith({name: 'all', key: 'all', rate: '1/s', burst: 1}),
      store: memoryStore(clock),
      clock: clock.read,
    });
    const never = new RateLimitError(await limiter.check({}, {cost: 5}));
    await limiter.check({});
    const later = new RateLimitError(await limiter.check({}));
    expect(isRetryableByDefault({kind: 'threw', error: never})).toBe(false);
    expect(isRetryableByDefault({kind: 'threw', error: later})).toBe(true);
    expect(askedWaitMs({kind: 'threw', error: never}, 0)).toBeUndefined();
    expect(askedWaitMs({kind: 'threw', error: later}, 0)).toBe(1_000);
  });

  test('is what isRetryable says; one that throws says no', async () => {
    const {retry, failing} = scene({isRetryable: (result) => result.kind === 'threw'});
    expect(await retry.run(failing(1, 'no'))).toBe('done');
    const throws = scene({
      isRetryable: () => {
        throw broken;
      },
    });
    expect((await errorOf(throws.retry.run(throws.failing(1)))).why).toBe('not-retryable');
  });
});

test('what listeners throw harms nothing', async () => {
  const throws = (): never => {
    throw new Error('listener');
  };
  const {retry, failing} = scene({events: {onRetry: throws, onGaveUp: throws}});
  expect(await retry.run(failing(1))).toBe('done');
});

describe('what is wrong is said', () => {
  test.each([
    [{attempts: 0}, 'createRetry: attempts is "0", expected a whole number from 1 to 100'],
    [{firstMs: 0}, 'createRetry: firstMs is "0", expected a number from 1 to 3600000'],
    [{firstMs: 10, mostMs: 5}, 'createRetry: mostMs is "5", expected a number from 10 to 3600000'],
    [{budget: {ratio: -1}}, 'createRetry: budget.ratio is "-1", expected a number from 0 to 10'],
    [
      {budget: {reserve: Number.NaN}},
      'createRetry: budget.reserve is "NaN", expected a number from 0 to 1000',
    ],
    [{windowMs: 1}, 'createRetry: windowMs is "1", expected a number from 1000 to 3600000'],
    [{isRetryable: 1 as never}, 'createRetry: isRetryable is "1", expected a function'],
  ])('%j', (options, message) => {
    expect(() => createRetry(options)).toThrow(message);
  });

  test('a deadline that is none', async () => {
    await expect(createRetry().run(() => 1, {deadlineMs: -1})).rejects.toThrow(
      'a deadlineMs of "-1", expected 0 or more',
    );
  });
});
