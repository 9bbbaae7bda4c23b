import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import type {StatusReport} from '../../../src/view/model/status-report.ts';
import {PATIENTLY} from '../../support/in-time.ts';
import {watchCommands} from '../../support/servers/redis-monitor.ts';
import {queryOf} from '../live-state.ts';
import {TOKEN_POLICY, troubled} from '../section-state.ts';

const PREFIX = `t${randomUUID().slice(0, 8)}`;

const STORES: readonly (readonly [string, () => string])[] = [
  ['SQLite', () => 'sqlite:state.db'],
  ['Redis', () => `${inject('redisUrl')}?prefix=${PREFIX}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=${PREFIX}`],
];

const look = async (store: Store): Promise<StatusReport> => {
  const {policy} = parsePolicy(TOKEN_POLICY, 'ratectl.yaml');
  const source = {store, policy, policyFile: null, localNow: () => Date.now() * 1_000, describe: () => ''};
  return (await readStatus(source, queryOf())).report;
};

describe.each(STORES)('in %s, opened for reading alone', (name, url) => {
  const cwd = mkdtempSync(join(tmpdir(), 'ratectl-sections-'));
  const open = (access: 'read' | 'write'): Promise<Store> =>
    openStore(parseStoreUrl(url(), {folder: cwd, env: {}, name: 'test'}), {access});
  let store: Store;
  beforeAll(async () => {
    const writing = await open('write');
    await troubled(writing, await writing.now());
    await writing.close();
    store = await open('read');
  });
  afterAll(async () => {
    await store.close();
    rmSync(cwd, {recursive: true});
  });

  test('tokens, breakers, queues, instances and alerts are found', async () => {
    const {alerts, tokens, breakers, queues, instances, leader} = await look(store);
    expect(alerts.map(({kind, subject}) => `${kind} ${subject}`.trim())).toEqual([
      'token-reauthorise crm',
      'token-unreadable strange',
      'token-suspect google',
      'breaker-open token:crm',
      'breaker-open forgotten',
      'queue-dead calls',
      'no-leader',
    ]);
    expect(tokens.map(({provider, condition}) => `${provider} ${condition}`)).toEqual([
      'google suspect',
      'crm expired',
      'reports none',
      'old valid',
      'strange unreadable',
    ]);
    expect(tokens[0]).toMatchObject({refreshes: {used: 3}, refreshing: {by: 'build-7:17:abc'}});
    expect(breakers.map(({name: one, state}) => `${one} ${state}`)).toContain('provider half-open');
    expect(queues).toMatchObject([{queue: 'calls', waiting: 2, due: 1, claimed: 1, dead: 1, nextInMs: 0}]);
    expect(instances.map(({id}) => id)).toEqual(['build-7:17:abc', 'build-8:9:def']);
    expect(leader).toBeNull();
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
