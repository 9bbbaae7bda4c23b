import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, inject, test} from 'vitest';
import {createLimiter} from '../../src/guard/create-limiter.ts';
import {limiterFor, memoryStore, policyWith, watchedStore} from './support.ts';

const POLICY = policyWith(
  {name: 'rate', key: 'all', rate: '1000/h', burst: 1_000},
  {name: 'slots', key: 'all', algorithm: 'concurrency', max: 1_000, timeout: '1h'},
);

describe.each([
  ['redis', () => inject('redisUrl')],
  ['postgres', () => inject('databaseUrl')],
])('closing a limiter in %s', (_, urlOf) => {
  test('checks and releases that are under way end first, and no store is lost by it', async () => {
    const prefix = `guard_${Math.random().toString(36).slice(2, 10)}`;
    const lost: string[] = [];
    const options = {
      ...{policy: POLICY, store: urlOf(), prefix, timeoutMs: 5_000},
      events: {onStoreLost: ({message}: Error) => lost.push(message)},
    };
    const limiter = await createLimiter(options);
    const held = await Promise.all(Array.from({length: 50}, () => limiter.check({})));
    const released = held.map((decision) => decision.release());
    const asked = Array.from({length: 50}, () => limiter.check({}));
    // By then they are on their way.
    await new Promise((resolve) => setImmediate(resolve));
    await limiter.close();
    await Promise.all(released);
    const decisions = await Promise.all(asked);
    expect(decisions.map(({source}) => source)).toEqual(decisions.map(() => 'store'));
    expect(lost).toEqual([]);
    const other = await limiterFor(options);
    expect((await other.peek({}, {cost: 0})).layers).toMatchObject([
      {name: 'rate', remaining: 900},
      {name: 'slots', remaining: 950},
    ]);
  });
});

test('closing waits for a store that hangs no longer than the timeout', async () => {
  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({policy: POLICY, store: watched.store, timeoutMs: 100});
  watched.fault = 'hang';
  const asked = limiter.check({});
  await sleep(10);
  await limiter.close();
  expect((await asked).source).toBe('local');
});
