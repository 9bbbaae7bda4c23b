import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {setManualMode} from '../../../src/store/control-document.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import type {StatusReport} from '../../../src/view/model/status-report.ts';
import {PATIENTLY} from '../../support/in-time.ts';
import {watchCommands} from '../../support/servers/redis-monitor.ts';
import {queryOf} from '../live-state.ts';
import {LOAD_POLICY, overloaded} from '../load-state.ts';

const PREFIX = `t${randomUUID().slice(0, 8)}`;

const STORES: readonly (readonly [string, () => string])[] = [
  ['SQLite', () => 'sqlite:state.db'],
  ['Redis', () => `${inject('redisUrl')}?prefix=${PREFIX}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=${PREFIX}`],
];

const look = async (store: Store): Promise<StatusReport> => {
  const {policy} = parsePolicy(LOAD_POLICY, 'ratectl.yaml');
  const source = {store, policy, policyFile: null, localNow: () => Date.now() * 1_000, describe: () => ''};
  return (await readStatus(source, queryOf())).report;
};

describe.each(STORES)('in %s, opened for reading alone', (name, url) => {
  const cwd = mkdtempSync(join(tmpdir(), 'ratectl-load-'));
  const open = (access: 'read' | 'write'): Promise<Store> =>
    openStore(parseStoreUrl(url(), {folder: cwd, env: {}, name: 'test'}), {access});
  let store: Store;
  beforeAll(async () => {
    const writing = await open('write');
    await overloaded(writing, await writing.now());
    await setManualMode(writing, {mode: 'closed', by: 'ada@desk', reason: 'repair', lasts: 60_000_000});
    await writing.close();
    store = await open('read');
  });
  afterAll(async () => {
    await store.close();
    rmSync(cwd, {recursive: true});
  });

  test('pools, adaptive control, the mode and breakers of keys are found', async () => {
    const {alerts, pools, adaptive, degradation, breakers} = await look(store);
    expect(pools).toMatchObject([
      {name: 'api', running: 6, max: 10, effectiveMax: 6, waiting: 4, clientsAtLimit: 1},
      {name: 'exports', running: 0},
      {name: 'old-pool', running: 1, configured: false},
    ]);
    expect(adaptive).toMatchObject([
      {name: 'protect', share: 0.6, pressure: {signal: 'cpu'}},
      {name: 'quick', share: 1},
    ]);
    expect(degradation).toMatchObject({mode: 'closed', rule: 'shed-low', manual: {reason: 'repair'}});
    expect(breakers.find((one) => one.name === 'abuse')!.keys).toMatchObject({
      open: 7,
      halfOpen: 1,
      closed: 1,
    });
    expect(alerts.map(({kind, subject}) => `${kind} ${subject}`.trim())).toEqual([
      'degraded',
      'breaker-open abuse',
      'pool-full api',
    ]);
  });

  test.runIf(name === 'Redis')('nothing but reading commands is sent, and none of them scans', async () => {
    const redis = new Redis(inject('redisUrl'));
    const monitor = await watchCommands(inject('redisUrl'), PREFIX);
    await look(store);
    await expect.poll(() => monitor.sent.size, PATIENTLY).toBeGreaterThan(2);
    const infos = (await redis.command('INFO', ...monitor.sent)) as readonly (readonly unknown[])[];
    for (const [command, , flags] of infos) expect(flags, String(command)).toContain('readonly');
    expect([...monitor.sent].filter((one) => /scan|keys|eval/.test(one))).toEqual([]);
    monitor.close();
    redis.disconnect();
  });
});
