import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, inject, test} from 'vitest';
import {createLimiter} from '../../src/guard/create-limiter.ts';
import type {Limiter} from '../../src/guard/limiter.ts';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {limiterFor, policyWith, setOverride, until} from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-guard-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const POLICY = policyWith(
  {name: 'rate', key: '{ip}', rate: '5/h', burst: 5},
  {name: 'slots', key: '{ip}', algorithm: 'concurrency', max: 100},
);

/** Limiters and an open store in a place that no other test uses. */
describe.each([
  ['sqlite', () => `sqlite:${join(folder, `${randomUUID()}.db`)}`],
  ['redis', () => inject('redisUrl')],
  ['postgres', () => inject('databaseUrl')],
])('%s', (_, urlOf) => {
  const place = (): {readonly url: string; readonly prefix: string} => ({
    url: urlOf(),
    prefix: `guard_${Math.random().toString(36).slice(2, 10)}`,
  });

  const setUp = async (): Promise<{readonly limiters: readonly Limiter[]; readonly store: Store}> => {
    const {url, prefix} = place();
    const made = () =>
      limiterFor({policy: POLICY, store: url, prefix, onStoreError: 'closed', timeoutMs: 5_000});
    const limiters = [await made(), await made()];
    const store = await openStore(parseStoreUrl(url), {access: 'write', prefix});
    return {limiters, store};
  };

  test('limiters on the same store share its limits, whatever they ask at once', async () => {
    const {limiters, store} = await setUp();
    const decisions = await Promise.all(
      Array.from({length: 60}, (_unused, i) => limiters[i % 2]!.check({ip: `ip ${i % 3}\n*`})),
    );
    expect(decisions.filter(({source}) => source === 'store')).toHaveLength(60);
    expect(decisions.filter(({allowed}) => allowed)).toHaveLength(15);
    const peeked = await limiters[0]!.peek({ip: 'ip 0\n*'});
    expect(peeked).toMatchObject({allowed: false, limit: 'rate', remaining: 0});
    expect(peeked.layers[1]).toMatchObject({name: 'slots', remaining: 95});
    await Promise.all(decisions.filter(({allowed}) => allowed).map((decision) => decision.release()));
    expect((await limiters[1]!.peek({ip: 'ip 0\n*'})).layers[1]).toMatchObject({remaining: 100});
    await store.close();
  });

  test('overrides and resets are heard of, and what happened is written down', async () => {
    const {limiters, store} = await setUp();
    for (let i = 0; i < 7; i++) await limiters[0]!.check({ip: 'a'});
    expect(await limiters[0]!.check({ip: 'a'})).toMatchObject({allowed: false, source: 'cache'});
    await setOverride(store, {
      limit: 'rate',
      key: 'a',
      until: Number.POSITIVE_INFINITY,
      effect: {kind: 'exempt'},
    });
    await until(
      async () =>
        (await limiters[0]!.check({ip: 'a'})).allowed && (await limiters[1]!.check({ip: 'a'})).allowed,
    );
    await until(async () =>
      (await store.hot(10)).some(({address}) => address.key === 'a' && address.limit === 'rate'),
    );
    expect((await store.get('policy', 'current'))?.value).toMatchObject({file: 'policy.json'});
    await store.close();
  });

  test('a provider that refuses is heard of by all', async () => {
    const {limiters, store} = await setUp();
    await limiters[0]!.observe({limit: 'rate', key: 'a', status: 429, headers: {'retry-after': '30'}});
    expect(await limiters[0]!.check({ip: 'a'})).toMatchObject({allowed: false, capacity: 0});
    await until(async () => (await limiters[1]!.check({ip: 'a'})).capacity === 0);
    await store.close();
  });
});

test('a server that is no Redis is a store that is lost, not the end of the program', async () => {
  const limiter = await createLimiter({
    policy: POLICY,
    store: `redis://127.0.0.1:${new URL(inject('databaseUrl')).port || 5_432}`,
    timeoutMs: 200,
    events: {onStoreLost: () => undefined},
  });
  expect(await limiter.check({ip: 'a'})).toMatchObject({allowed: true, source: 'local'});
  await limiter.close();
});
