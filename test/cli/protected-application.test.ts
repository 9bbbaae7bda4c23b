import {expect, onTestFinished, test} from 'vitest';
import {createProtection} from '../../src/guard/protect/create-protection.ts';
import type {ProtectedDecision} from '../../src/guard/protect/protected-decision.ts';
import type {Protection} from '../../src/guard/protect/protection.ts';
import type {StatusReport} from '../../src/view/model/status-report.ts';
import {PATIENTLY} from '../support/in-time.ts';
import {type LiveCli, liveCli} from './live-cli.ts';

/** What applications write while they run, as operators see it; and what operators set, as applications hear it. */
const POLICY = `version: 1
priorities:
  essential: {path: [/health]}
  normal: {}
  low: {path: "/reports/*"}
limits:
  - {name: per-client, key: "{client}", algorithm: fixed-window, limit: 3, window: 1h, align: first-hit, unless: {client: [free]}}
concurrency:
  work: {max: 2, key: "{client}", maxPerKey: 2, queue: 5, wait: 60s, lease: 60s, when: {path: "/work"}}
breakers:
  abuse: {key: "{client}", counts: refusals, failures: 3, rate: none, recovery: 1m}
adaptive:
  protect: {limits: [per-client], concurrency: [work], controller: aimd, every: 1s, signals: {responseTime: 1s}, floor: 10%}
degradation: {signals: {responseTime: 1s}, every: 1s}
`;

const running = async (): Promise<{readonly cli: LiveCli; readonly protection: Protection}> => {
  const cli = liveCli({}, {'ratectl.yaml': POLICY});
  const policy = `${cli.folder}/ratectl.yaml`;
  const protection = await createProtection({policy, store: `sqlite:${cli.folder}/state.db`});
  onTestFinished(() => protection.close());
  return {cli, protection};
};

const statusOf = async (cli: LiveCli): Promise<StatusReport> => {
  const {code, out, err} = await cli.run('status', '--json');
  expect(code, err).toBe(0);
  return (JSON.parse(out) as {readonly data: StatusReport}).data;
};

const hears = (protection: Protection, path: string, allowed: boolean): Promise<void> =>
  expect
    .poll(async () => {
      const decision = await protection.check({client: 'free', path});
      await decision.release();
      return decision.allowed;
    }, PATIENTLY)
    .toBe(allowed);

test('slots, waiters and the clients at their limit are seen; freed slots go to who waits', {
  timeout: 60_000,
}, async () => {
  const {cli, protection} = await running();
  const held = [
    await protection.check({client: 'free', path: '/work'}),
    await protection.check({client: 'free', path: '/work'}),
  ];
  const waits: Promise<ProtectedDecision> = protection.check({client: 'free', path: '/work'});
  await expect
    .poll(async () => (await statusOf(cli)).pools[0], PATIENTLY)
    .toMatchObject({
      name: 'work',
      running: 2,
      effectiveMax: 2,
      waiting: 1,
      clients: [{key: 'free', running: 2, waiting: 1}],
    });
  expect((await cli.run('status', '--fail-on', 'pool', '--quiet')).code).toBe(5);
  const {code, out, err} = await cli.run(
    'reset',
    '--pool',
    'work',
    '--yes',
    '--reason',
    'their node is gone',
  );
  expect([code, out], err).toEqual([0, expect.stringContaining('2 slots freed')]);
  const decision = await waits;
  expect(decision.allowed).toBe(true);
  for (const one of [decision, ...held]) await one.release();
  await expect.poll(async () => (await statusOf(cli)).pools[0]!.running, PATIENTLY).toBe(0);
});

test('a client whose breaker is open is seen, and let in again when it is reset', {
  timeout: 60_000,
}, async () => {
  const {cli, protection} = await running();
  for (let i = 0; i < 8; i++) await (await protection.check({client: 'a b', path: '/'})).release();
  await expect
    .poll(async () => (await statusOf(cli)).breakers[0], PATIENTLY)
    .toMatchObject({name: 'abuse', state: 'open', keys: {open: 1, shown: [{key: 'a b', state: 'open'}]}});
  expect((await cli.run('reset', '--breaker', 'abuse a b', '--yes', '--reason', 'x')).code).toBe(0);
  await expect.poll(async () => (await statusOf(cli)).breakers[0]!.state, PATIENTLY).toBe('closed');
});

test('a mode that is set is heard at once, and so is that it was cleared', {timeout: 60_000}, async () => {
  const {cli, protection} = await running();
  await hears(protection, '/reports/1', true);
  const set = await cli.run('degrade', 'set', 'shed-low', '--yes', '--reason', 'database failover');
  expect(set.code, set.err).toBe(0);
  await hears(protection, '/reports/1', false);
  await hears(protection, '/', true);
  expect((await cli.run('status', '--fail-on', 'degraded', '--quiet')).code).toBe(5);
  await cli.run('degrade', 'set', 'closed', '--yes', '--reason', 'worse');
  await hears(protection, '/health', false);
  await cli.run('degrade', 'clear', '--reason', 'over');
  await hears(protection, '/reports/1', true);
});

test('what control measured and decided is seen', {timeout: 60_000}, async () => {
  const {cli} = await running();
  await expect.poll(async () => (await statusOf(cli)).adaptive[0]!.lookedAt, PATIENTLY).not.toBeNull();
  expect((await statusOf(cli)).degradation).toMatchObject({mode: 'normal', from: 'rule'});
  expect((await cli.run('degrade')).out).toMatch(/process +CPU/);
});
