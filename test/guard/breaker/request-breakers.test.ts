import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, describe, expect, inject, onTestFinished, test} from 'vitest';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {listBreakers} from '../../../src/store/stored-breaker.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import {RunningTime, setClock} from '../process-time.ts';
import {memoryStore, until, watchedStore} from '../support.ts';
import {letPass} from './breaker-support.ts';
import {ABUSE, instance, RequestScene, ruleOf, UPSTREAM} from './request-support.ts';

describe('breakers before requests', () => {
  test('a breaker of refusals opens for the one whose requests the limits refuse, and for nobody else', () => {
    const scene = new RequestScene([ABUSE]);
    expect(scene.times(3, {tenant: 'a'}, 'limited')).toEqual(['allowed', 'allowed', 'allowed']);
    expect(scene.request({tenant: 'a'})).toBe('abuse a');
    expect(scene.request({tenant: 'b'})).toBe('allowed');
    // Failures of what serves them are none of its business.
    scene.times(9, {tenant: 'b'}, 'failure');
    expect(scene.request({tenant: 'b'})).toBe('allowed');
    // A key without its attribute has no breaker.
    expect(scene.request({})).toBe('allowed');
    expect(scene.changes).toMatchObject([
      {breaker: 'abuse', key: 'a', from: 'closed', to: 'open', where: 'here'},
    ]);
    expect(scene.changes[0]!.forMs).toBeGreaterThan(30_000);
  });

  test('a breaker of failures opens for the requests that it concerns, and not when limits refuse', () => {
    const scene = new RequestScene([UPSTREAM]);
    scene.times(9, {path: '/pay/now'}, 'limited');
    scene.times(9, {path: '/browse'}, 'failure');
    scene.times(2, {path: '/pay/now'}, 'failure');
    scene.request({path: '/pay/later'}, 'success');
    scene.times(2, {path: '/pay/now'}, 'failure');
    scene.times(9, {path: '/pay/now'}, 'abandoned');
    expect(scene.request({path: '/pay/now'}, 'failure')).toBe('allowed');
    expect(scene.request({path: '/pay/now'})).toBe('upstream');
    expect(scene.request({path: '/browse'})).toBe('allowed');
    expect(scene.changes).toMatchObject([{breaker: 'upstream', key: undefined, to: 'open'}]);
  });

  test('a share of refusals needs the calls that were allowed, too', () => {
    const scene = new RequestScene([
      ruleOf('abuse', {key: '{tenant}', counts: 'refusals'}, {failures: 100, rate: 0.5}),
    ]);
    scene.times(3, {tenant: 'a'}, 'success');
    scene.times(2, {tenant: 'a'}, 'limited');
    expect(scene.request({tenant: 'a'}, 'limited')).toBe('allowed');
    expect(scene.request({tenant: 'a'})).toBe('abuse a');
  });

  test('when one refuses, the place that another gave is free again', () => {
    const setForward = setClock();
    const scene = new RequestScene([
      UPSTREAM,
      ruleOf('abuse', {key: '{tenant}', counts: 'refusals'}, {recovery: 10 * MINUTE}),
    ]);
    scene.times(3, {path: '/pay/a'}, 'failure');
    scene.times(3, {tenant: 'a'}, 'limited');
    setForward(MINUTE);
    expect(scene.request({path: '/pay/a', tenant: 'a'})).toBe('abuse a');
    expect(scene.request({path: '/pay/a', tenant: 'b'})).toBe('allowed');
    expect(scene.request({path: '/pay/a', tenant: 'b'})).toBe('allowed');
  });

  test('says how they stand', () => {
    const setForward = setClock();
    const scene = new RequestScene([ABUSE, UPSTREAM, {...UPSTREAM, name: 'calls', guards: {kind: 'calls'}}]);
    for (const tenant of ['a', 'b']) scene.times(4, {tenant}, 'limited');
    expect(scene.breakers.facts()).toEqual([
      {breaker: 'abuse', state: 'open', openKeys: 2, refused: 2},
      {breaker: 'upstream', state: 'closed', openKeys: null, refused: 0},
    ]);
    setForward(MINUTE);
    expect(scene.breakers.facts()[0]).toMatchObject({state: 'half-open', openKeys: 2});
  });

  test('a request that waited says nothing about the time after the breaker opened', () => {
    const setForward = setClock();
    const scene = new RequestScene([UPSTREAM]);
    const waiting = scene.breakers.admit({path: '/pay/a'});
    scene.times(3, {path: '/pay/a'}, 'failure');
    setForward(MINUTE);
    expect(scene.request({path: '/pay/a'}, 'success')).toBe('allowed');
    for (let i = 0; i < 2; i++) scene.request({path: '/pay/a'}, 'failure');
    if (waiting.kind === 'allowed') for (const call of waiting.calls) scene.breakers.outcome(call, 'failure');
    expect(scene.request({path: '/pay/a'})).toBe('allowed');
  });

  test('remembers a bounded number of identities; a flood of them lets nobody out', () => {
    const scene = new RequestScene([ABUSE], {most: 100});
    scene.times(3, {tenant: 'bad'}, 'limited');
    for (let i = 0; i < 5_000; i++) {
      scene.request({tenant: `t${i}`}, 'limited');
      scene.request({tenant: `t${i}`}, 'success');
    }
    expect(scene.breakers.size).toBe(100);
    expect(scene.request({tenant: 'bad'})).toBe('abuse bad');
  });

  test('a success of somebody with nothing against them is not even remembered', () => {
    const scene = new RequestScene([ABUSE]);
    for (let i = 0; i < 1_000; i++) scene.request({tenant: `t${i}`}, 'success');
    expect(scene.breakers.size).toBe(0);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'ratectl-requests-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

describe.each([
  ['sqlite', () => `sqlite:${join(folder, `${randomUUID()}.db`)}`],
  ['redis', () => inject('redisUrl')],
  ['postgres', () => inject('databaseUrl')],
])('breakers before requests of three instances on %s', (_, urlOf) => {
  const opened = async (): Promise<() => Promise<Store>> => {
    const url = urlOf();
    const prefix = `requests_${Math.random().toString(36).slice(2, 10)}`;
    const open = async () => {
      const store = await openStore(parseStoreUrl(url), {access: 'write', prefix});
      onTestFinished(() => store.close());
      return store;
    };
    return open;
  };

  const three = async (
    rules = [ABUSE],
  ): Promise<{readonly all: readonly RequestScene[]; readonly store: Store}> => {
    const open = await opened();
    const all = [];
    for (let i = 0; i < 3; i++) all.push(await instance(rules, await open()));
    return {all, store: await open()};
  };

  test('refusals at all of them together open it for all of them, within a second', async () => {
    const {all, store} = await three([
      ruleOf('abuse', {key: '{tenant}', counts: 'refusals'}, {failures: 6, recovery: 60 * S}),
    ]);
    for (const one of all) one.times(2, {tenant: 'a'}, 'limited');
    const time = new RunningTime();
    await until(() => all.every((one) => one.request({tenant: 'a'}, 'abandoned') === 'abuse a'));
    expect(time.ms).toBeLessThan(1_000);
    expect(all[0]!.request({tenant: 'b'})).toBe('allowed');
    expect((await listBreakers(store)).map(({name, state}) => [name, state.kind, state.failures])).toEqual([
      ['abuse a', 'open', 6],
    ]);
    const [document] = await store.list('breaker');
    const now = await store.now();
    expect(document!.expiresAt).toBeGreaterThan(now + 60 * S);
    expect(document!.expiresAt).toBeLessThanOrEqual(now + 121 * S);
  });

  test('one request at a time goes through as a probe, over all of them, and closes it for all', async () => {
    const {all, store} = await three();
    all[0]!.times(3, {tenant: 'a'}, 'limited');
    await until(() => all.every((one) => one.request({tenant: 'a'}, 'abandoned') === 'abuse a'));
    await letPass(store, MINUTE);
    const passed: (() => void)[] = [];
    const ask = (): number => {
      for (const {breakers} of all) {
        const admission = breakers.admit({tenant: 'a'});
        if (admission.kind === 'allowed') passed.push(() => breakers.limited(admission.calls, 'allowed'));
      }
      return passed.length;
    };
    await until(() => ask() > 0);
    // While it is under way nobody else gets through, whoever asks.
    const end = performance.now() + 600;
    while (performance.now() < end) {
      expect(ask()).toBe(1);
      await sleep(5);
    }
    passed[0]!();
    await until(() => all.every((one) => one.request({tenant: 'a'}) === 'allowed'));
    // Nothing is counted against it any more: its document is gone.
    await until(async () => (await listBreakers(store)).length === 0);
  });

  test('one that is closed by an operator lets requests through at all of them', async () => {
    const {all, store} = await three([
      ruleOf('abuse', {key: '{tenant}', counts: 'refusals'}, {recovery: 60 * S}),
    ]);
    all[0]!.times(3, {tenant: 'a'}, 'limited');
    await until(() => all.every((one) => one.request({tenant: 'a'}, 'abandoned') === 'abuse a'));
    await store.remove('breaker', 'abuse a');
    await store.announce();
    await until(() => all.every((one) => one.request({tenant: 'a'}, 'abandoned') === 'allowed'));
  });

  test('keys may be anything, and as long as anything', async () => {
    const {all, store} = await three();
    const keys = [
      ...HOSTILE_KEYS.filter((key) => key !== ''),
      'x'.repeat(20_000),
      `${'y'.repeat(300)}1`,
      `${'y'.repeat(300)}2`,
    ];
    for (const tenant of keys) all[0]!.times(3, {tenant}, 'limited');
    for (const tenant of keys) expect(all[0]!.request({tenant})).not.toBe('allowed');
    await until(
      async () => (await listBreakers(store)).length === new Set(keys.map((key) => key.toWellFormed())).size,
    );
    for (const {name} of await listBreakers(store)) expect(name.length).toBeLessThan(220);
  });
});

describe('what is written', () => {
  test('nothing while nothing is counted against anybody, and little while something is', async () => {
    const watched = watchedStore(memoryStore());
    const scene = await instance(
      [ruleOf('abuse', {key: '{tenant}', counts: 'refusals'}, {failures: 1_000, rate: 0.9})],
      watched.store,
    );
    for (let i = 0; i < 2_000; i++) scene.request({tenant: `t${i % 20}`}, 'success');
    await sleep(700);
    expect(watched.calls.get('put') ?? 0).toBe(0);
    for (let i = 0; i < 500; i++) scene.request({tenant: 't1'}, 'limited');
    await until(() => (watched.calls.get('put') ?? 0) > 0);
    await sleep(200);
    expect(watched.calls.get('put')).toBeLessThan(5);
  });

  test('a breaker that nobody met for long is forgotten, as its document is', () => {
    const setForward = setClock();
    const scene = new RequestScene([
      ruleOf('abuse', {key: '{tenant}', counts: 'refusals'}, {window: 2 * MINUTE, recovery: 2 * MINUTE}),
    ]);
    scene.times(2, {tenant: 'a'}, 'limited');
    setForward(3 * MINUTE);
    expect(scene.times(3, {tenant: 'a'}, 'limited')).toEqual(['allowed', 'allowed', 'allowed']);
    expect(scene.request({tenant: 'a'})).toBe('abuse a');
  });
});

test('a store that dies: each goes on alone; when it is back, what happened is shared', {
  timeout: 30_000,
}, async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const target = parseStoreUrl(server.url);
  const made = async () => {
    let lost = 0;
    const scene = await instance([ABUSE], undefined, {
      store: {
        open: () => openStore(target, {access: 'write', connection: 'reconnect', timeoutMs: 500}),
        ...{ownership: 'owned', timeoutMs: 500},
        onLost: () => lost++,
      },
    });
    return {scene, isLost: () => lost > 0};
  };
  const [one, other] = [await made(), await made()];
  await server.kill();
  await until(() => one.isLost() && other.isLost());
  one.scene.times(3, {tenant: 'a'}, 'limited');
  expect(one.scene.request({tenant: 'a'})).toBe('abuse a');
  expect(other.scene.request({tenant: 'a'}, 'abandoned')).toBe('allowed');
  await server.start();
  await until(() => other.scene.request({tenant: 'a'}, 'abandoned') === 'abuse a');
});
