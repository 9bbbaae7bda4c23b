import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import type {Store} from '../../src/store/port.ts';
import {recordAudit} from '../../src/store/record-audit.ts';
import {MINUTE} from '../support/instants.ts';
import {type MetricFamilyText, readMetrics} from '../support/metrics-text.ts';
import {type Serving, serve, until} from './served.ts';
import {fillStore, HOSTILE, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const OPEN = 'application/openmetrics-text; version=1.0.0';

/** Counters begin with the minute that is running: the one in which the store was filled, or all is done again. */
const served = async (kind: 'sqlite' | 'redis' = 'sqlite'): Promise<{serving: Serving; store: Store}> => {
  for (;;) {
    const url = storeUrl(kind);
    const store = await openedStore(url);
    const minute = async (): Promise<number> => Math.floor((await store.now()) / MINUTE);
    const filledIn = await minute();
    await fillStore(store);
    const serving = await serve([], {store: url, policy: SERVED_POLICY});
    await textOf(serving);
    if ((await minute()) === filledIn) return {serving, store};
    await serving.stop();
  }
};

const textOf = async ({get}: Serving, accept = 'text/plain'): Promise<string> =>
  (await get('/metrics', {headers: {accept}})).text();

const metrics = async (serving: Serving): Promise<ReadonlyMap<string, MetricFamilyText>> =>
  readMetrics(await textOf(serving), 'text');

const metricOf = (
  families: ReadonlyMap<string, MetricFamilyText>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined =>
  families
    .get(`ratectl_${name}`)
    ?.samples.find((sample) => Object.entries(labels).every(([label, text]) => sample.labels[label] === text))
    ?.value;

const promtool = (() => {
  try {
    execFileSync('promtool', ['--version'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
})();

describe('/metrics', {timeout: 60_000}, () => {
  test.each([
    ['text/plain', 'text', 'text/plain; version=0.0.4; charset=utf-8'],
    [OPEN, 'openmetrics', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    [
      `${OPEN};q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
      'openmetrics',
      expect.stringMatching(/^application/),
    ],
    [`${OPEN};q=0.2,text/plain;q=0.9`, 'text', expect.stringMatching(/^text/)],
    [`${OPEN};q=0`, 'text', expect.stringMatching(/^text/)],
    ['*/*', 'text', expect.stringMatching(/^text/)],
  ] as const)('Accept: %s gets %s, which a strict reader takes', async (accept, format, type) => {
    const {serving} = await served();
    const response = await serving.get('/metrics', {headers: {accept}});
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    const families = readMetrics(await response.text(), format);
    expect(families.size).toBeGreaterThan(25);
  });

  test.runIf(promtool)('promtool has nothing against it', async () => {
    const {serving} = await served();
    execFileSync('promtool', ['check', 'metrics'], {input: await textOf(serving)});
  });

  test.each(['sqlite', 'redis'] as const)(
    'tells limits, tokens, breakers, queues, instances and alerts (%s)',
    async (kind) => {
      const {serving} = await served(kind);
      const all = await metrics(serving);
      expect(metricOf(all, 'keys', {limit: 'per-ip', state: 'limited'})).toBe(3);
      expect(metricOf(all, 'keys', {limit: 'per-ip', state: 'blocked'})).toBe(1);
      expect(metricOf(all, 'keys', {limit: 'per-tenant', state: 'shadow-limited'})).toBe(2);
      expect(metricOf(all, 'limit_requests_total', {limit: 'per-ip', outcome: 'denied'})).toBe(314);
      expect(metricOf(all, 'limit_requests_total', {limit: 'per-tenant', outcome: 'shadow_denied'})).toBe(
        210,
      );
      expect(metricOf(all, 'limit_requests_total', {limit: 'per-tenant', outcome: 'allowed'})).toBe(3_790);
      expect(metricOf(all, 'token_condition', {provider: 'google', condition: 'suspect'})).toBe(1);
      expect(metricOf(all, 'token_needs_consent', {provider: 'crm'})).toBe(1);
      expect(metricOf(all, 'token_refreshes_allowed', {provider: 'google'})).toBe(10);
      expect(metricOf(all, 'token_uses_total', {provider: 'google'})).toBe(120);
      expect(metricOf(all, 'breaker_state', {breaker: 'token:crm', state: 'open'})).toBe(1);
      expect(metricOf(all, 'breaker_state', {breaker: 'token:crm', state: 'closed'})).toBe(0);
      expect(metricOf(all, 'queue_dead', {queue: 'calls'})).toBe(1);
      expect(metricOf(all, 'queue_waiting', {queue: 'calls', class: 'batch'})).toBe(1);
      expect(metricOf(all, 'instances', {role: 'token-manager'})).toBe(2);
      expect(metricOf(all, 'token_leader')).toBe(1);
      expect(metricOf(all, 'alerts', {kind: 'breaker-open'})).toBe(2);
      expect(metricOf(all, 'overrides')).toBe(1);
      expect(metricOf(all, 'store_reachable')).toBe(1);
    },
  );

  test('counters grow by what is told, and never fall', async () => {
    const {serving, store} = await served();
    const before = metricOf(await metrics(serving), 'limit_requests_total', {
      limit: 'plan',
      outcome: 'allowed',
    })!;
    await store.record({limits: [{limit: 'plan', allowed: 5, denied: 0, shadowDenied: 0}], keys: []});
    await until(
      async () =>
        metricOf(await metrics(serving), 'limit_requests_total', {limit: 'plan', outcome: 'allowed'}) ===
        before + 5,
    );
  });

  test('resets of the last hour are counted from the audit journal', async () => {
    const {serving, store} = await served();
    const entry = {action: 'reset', by: 'ada', host: 'desk', why: 'test', target: 'per-ip/1', keys: 1};
    await recordAudit(store, entry);
    await recordAudit(store, entry);
    await until(async () => metricOf(await metrics(serving), 'changes_last_hour', {action: 'reset'}) === 2);
  });

  test('keys are never labels', async () => {
    const {serving} = await served();
    const text = await textOf(serving);
    for (const key of ['203.0.113.7', 'acme', HOSTILE[0]!]) expect(text).not.toContain(key);
  });

  test('names that strangers made up are escaped, and their number is bounded', async () => {
    const {serving, store} = await served();
    await store.put('breaker', 'a"b\\c\nd\u202e', {kind: 'closed', failures: 1});
    for (let i = 0; i < 300; i++)
      await store.put('instance', `x${i}`, {
        id: `x${i}`,
        host: 'h',
        pid: 1,
        role: `role-${i}`,
        startedAt: 0,
        seenAt: 0,
      });
    await until(async () => (await metrics(serving)).get('ratectl_instances')!.samples.length > 100);
    const all = await metrics(serving);
    expect(all.get('ratectl_instances')!.samples).toHaveLength(200);
    readMetrics(await textOf(serving, OPEN), 'openmetrics');
  });

  test('requests to it are counted by route, not by path', async () => {
    const {serving} = await served();
    for (let i = 0; i < 5; i++) await serving.get(`/${i}`);
    await serving.get('/healthz');
    const all = await metrics(serving);
    expect(metricOf(all, 'http_requests_total', {route: 'other', code: '404'})).toBe(5);
    expect(metricOf(all, 'http_requests_total', {route: '/healthz', code: '200'})).toBe(1);
  });
});
