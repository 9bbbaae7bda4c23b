import {type ChildProcess, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, describe, expect, inject, onTestFinished, test} from 'vitest';
import type {Breaker} from '../../../src/guard/breaker/breaker.ts';
import type {BreakerOptions} from '../../../src/guard/breaker/breaker-options.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {listBreakers} from '../../../src/store/stored-breaker.ts';
import {MS} from '../../support/instants.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import {RunningTime} from '../process-time.ts';
import {until} from '../support.ts';
import {breakerFor, call, fail, isOpenIn, letPass, SPEC} from './breaker-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-breaker-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

interface Place {
  readonly store: string;
  readonly prefix: string;
}

/** The store itself. */
const openedAt = async (at: Place): Promise<Store> => {
  const store = await openStore(parseStoreUrl(at.store), {access: 'write', prefix: at.prefix});
  onTestFinished(() => store.close());
  return store;
};

/** Three instances of an application on one store, in a place that no other test uses. */
describe.each([
  ['sqlite', () => `sqlite:${join(folder, `${randomUUID()}.db`)}`],
  ['redis', () => inject('redisUrl')],
  ['postgres', () => inject('databaseUrl')],
])('breakers of three instances on %s', (_, urlOf) => {
  const place = (): Place => ({store: urlOf(), prefix: `breaker_${Math.random().toString(36).slice(2, 10)}`});

  const instances = async (
    options: BreakerOptions = {},
    at = place(),
  ): Promise<readonly [Breaker, Breaker, Breaker]> => {
    const made = () => breakerFor({...at, timeoutMs: 5_000, ...options});
    return [await made(), await made(), await made()];
  };

  test('failures of all of them together open it for all of them, within a second', async () => {
    const all = await instances({spec: {...SPEC, failures: 6}});
    const time = new RunningTime();
    await Promise.all(all.map((one) => fail(one, 2)));
    await until(() => all.every(({state}) => state.kind === 'open'));
    expect(time.ms).toBeLessThan(1_000);
    expect(all.map(({state}) => state.failures)).toEqual([6, 6, 6]);
    for (const one of all) expect(await call(one, 'ok')).toBe('open');
  });

  test('their share is that of all calls', async () => {
    const all = await instances({spec: {...SPEC, failures: 100, rate: 0.5, minimumCalls: 12}});
    const [a, b, c] = all;
    for (let i = 0; i < 6; i++) await call(a, 'ok');
    await fail(b, 3);
    // Successes of others are known after half a second at the latest.
    await sleep(1_000);
    expect(all.map(({state}) => state.kind)).toEqual(['closed', 'closed', 'closed']);
    await fail(c, 3);
    await until(() => all.every(({state}) => state.kind === 'open'));
  });

  test('one probe at a time goes through, whoever asks; its success closes it for all', async () => {
    const at = place();
    const all = await instances({}, at);
    await fail(all[0], 3);
    await until(() => all.every(({state}) => state.kind === 'open'));
    await letPass(await openedAt(at), SPEC.recovery);
    await until(() => all.every(({state}) => state.kind === 'half-open'));
    const probing = Promise.withResolvers<void>();
    let calls = 0;
    const outcomes = Array.from({length: 30}, (_unused, i) =>
      all[i % 3]!.run(async () => {
        calls++;
        await probing.promise;
      }).then(
        () => 'ok',
        () => 'open',
      ),
    );
    await until(() => calls > 0);
    await sleep(200);
    expect(calls).toBe(1);
    probing.resolve();
    const found = await Promise.all(outcomes);
    expect(found.filter((one) => one === 'ok')).toHaveLength(1);
    await until(() => all.every(({state}) => state.kind === 'closed'));
  });

  test('health checks are made by one instance at a time, and close it before any call is risked', async () => {
    const every = 300;
    let checks = 0;
    let healthy = false;
    const told: boolean[] = [];
    const all = await instances({
      spec: {...SPEC, healthCheck: every * MS},
      healthCheck: () => {
        checks++;
        return healthy;
      },
      events: {onHealthCheck: (result) => told.push(result.healthy)},
    });
    const began = performance.now();
    await fail(all[1], 3);
    for (const made of [1, 2, 3]) {
      await until(() => checks >= made);
      // Clocks of instances are estimates: a few ms.
      expect(checks).toBeLessThanOrEqual((performance.now() - began + 20) / every);
    }
    expect(all.every(({state}) => state.kind === 'open')).toBe(true);
    healthy = true;
    await until(() => all.every(({state}) => state.kind === 'closed'));
    expect(told.at(-1)).toBe(true);
    expect(told.slice(0, -1).every((one) => !one)).toBe(true);
    const made = checks;
    await sleep(700);
    expect(checks).toBe(made);
  });

  test('what an operator does at one of them, the others hear', async () => {
    const all = await instances();
    const time = new RunningTime();
    await all[0].open('ada');
    await until(() => all.every(({state}) => state.kind === 'open'));
    await all[1].reset('ada');
    await until(() => all.every(({state}) => state.kind === 'closed'));
    expect(time.ms).toBeLessThan(2_000);
  });

  test('the place of a prober that is killed is free again after the recovery', {
    timeout: 30_000,
  }, async () => {
    const at = place();
    const recovery = 3_000_000;
    const [one, other] = await instances({spec: {...SPEC, recovery}}, at);
    await fail(one, 3);
    const store = await openedAt(at);
    await until(() => isOpenIn(store));
    await letPass(store, recovery);
    await until(() => one.state.kind === 'half-open');
    const began = performance.now();
    const prober = probe(at);
    await prober.probing;
    expect(await call(one, 'ok')).toBe('open');
    expect(await call(other, 'ok')).toBe('open');
    prober.child.kill('SIGKILL');
    const time = new RunningTime();
    await until(async () => (await call(other, 'ok')) === 'ok');
    expect(performance.now() - began).toBeGreaterThan(recovery / MS - 20);
    expect(time.ms).toBeLessThan(recovery / MS + 2_000);
  });

  test('what was not told yet is told at the end', async () => {
    const at = place();
    const [one] = await instances({spec: {...SPEC, rate: 0.5, minimumCalls: 100}}, at);
    for (let i = 0; i < 50; i++) await call(one, 'ok');
    await one.close();
    const [stored] = await listBreakers(await openedAt(at));
    expect(stored!.state.slots.reduce((sum, {calls}) => sum + calls, 0)).toBe(50);
  });
});

/** A process that takes the place of the probe and never ends. */
const probe = (at: Place): {readonly child: ChildProcess; readonly probing: Promise<void>} => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'prober-process.ts'), at.store, at.prefix],
    {stdio: ['ignore', 'pipe', 'inherit']},
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const probing = new Promise<void>((resolve) => {
    child.stdout!.once('data', () => resolve());
  });
  return {child, probing};
};

describe('a store that dies and comes back', () => {
  test('calls go on with what is known, none rejects because of it, and all is shared again afterwards', {
    timeout: 60_000,
  }, async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const told: string[] = [];
    const events = {onStoreLost: () => told.push('lost'), onStoreBack: () => told.push('back')};
    const made = () =>
      breakerFor({store: server.url, timeoutMs: 500, spec: {...SPEC, recovery: 3_000_000}, events});
    const [one, other] = [await made(), await made()];
    expect(await call(one, 'ok')).toBe('ok');
    await server.kill();
    await until(() => told.length === 2);
    expect([one.storeState, other.storeState]).toEqual(['lost', 'lost']);
    // Each counts, opens and probes by itself.
    await fail(one, 3);
    expect([await call(one, 'ok'), await call(other, 'ok')]).toEqual(['open', 'ok']);
    await until(async () => (await call(one, 'ok')) === 'ok');
    expect(one.state.kind).toBe('closed');
    // What happened without the store is told when it is back.
    await fail(other, 3);
    await server.start();
    await until(() => told.filter((word) => word === 'back').length === 2);
    await until(() => one.storeState === 'ok' && other.storeState === 'ok');
    await other.open('ada');
    await until(() => one.state.kind !== 'closed');
    await until(async () => (await call(one, 'ok')) === 'ok');
    await until(() => other.state.kind === 'closed');
  });

  test('one that cannot be reached at first is used once it can', {timeout: 30_000}, async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await server.kill();
    const told: string[] = [];
    const breaker = await breakerFor({
      ...{store: server.url, timeoutMs: 500, spec: SPEC},
      events: {onStoreLost: () => told.push('lost'), onStoreBack: () => told.push('back')},
    });
    await fail(breaker, 3);
    expect(await call(breaker, 'ok')).toBe('open');
    await server.start();
    await until(() => breaker.storeState === 'ok');
    expect(told).toEqual(['lost', 'back']);
    const store = await openStore(parseStoreUrl(server.url), {access: 'read'});
    onTestFinished(() => store.close());
    await until(async () => (await listBreakers(store))[0]?.state.kind === 'open');
  });
});
