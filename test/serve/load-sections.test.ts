import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {describe, expect, test} from 'vitest';
import {setManualMode} from '../../src/store/control-document.ts';
import type {Store} from '../../src/store/port.ts';
import {LOAD_POLICY, lease, poolState, putAdaptive, putPool} from '../operate/load-state.ts';
import {breakerState, putBreaker} from '../operate/section-state.ts';
import {axeViolations, browserForTests} from '../support/chromium.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type MetricFamilyText, readMetrics} from '../support/metrics-text.ts';
import {lastingLoad} from './lasting-load.ts';
import {type Serving, serve, until} from './served.ts';
import {HOSTILE, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const browser = browserForTests();

const served = async (policy = LOAD_POLICY): Promise<{serving: Serving; store: Store}> => {
  const url = storeUrl('sqlite');
  const store = await openedStore(url);
  await lastingLoad(store);
  return {serving: await serve([], {store: url, policy}), store};
};

const textOf = async ({get}: Serving, accept = 'text/plain'): Promise<string> =>
  (await get('/metrics', {headers: {accept}})).text();

const metricOf = (
  families: ReadonlyMap<string, MetricFamilyText>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined =>
  families
    .get(`ratectl_${name}`)
    ?.samples.find(({labels: own}) => Object.entries(labels).every(([label, text]) => own[label] === text))
    ?.value;

describe('/metrics', {timeout: 60_000}, () => {
  test('tells pools, adaptive control, the mode and breakers of keys', async () => {
    const {serving, store} = await served();
    const all = readMetrics(await textOf(serving), 'text');
    const of = (name: string, labels?: Readonly<Record<string, string>>) => metricOf(all, name, labels);
    expect(of('pool_running', {pool: 'api'})).toBe(6);
    expect(of('pool_max', {pool: 'api'})).toBe(10);
    expect(of('pool_effective_max', {pool: 'api'})).toBe(6);
    expect(of('pool_waiting', {pool: 'api'})).toBe(4);
    expect(of('pool_queue_max', {pool: 'api'})).toBe(50);
    expect(of('pool_oldest_wait_seconds', {pool: 'api'})).toBeGreaterThanOrEqual(4);
    expect(of('pool_mean_hold_seconds', {pool: 'api'})).toBe(2.4);
    expect(of('pool_clients_at_limit', {pool: 'api'})).toBe(1);
    expect(of('pool_max', {pool: 'old-pool'})).toBeUndefined();
    expect(of('adaptive_share', {adaptive: 'protect'})).toBe(0.6);
    expect(of('adaptive_pressure_ratio', {adaptive: 'protect'})).toBe(1.31);
    expect(of('degradation_mode', {mode: 'shed-low'})).toBe(1);
    expect(of('degradation_mode', {mode: 'normal'})).toBe(0);
    expect(of('degradation_manual')).toBe(0);
    expect(of('breaker_keys', {breaker: 'abuse', state: 'open'})).toBe(7);
    expect(of('breaker_state', {breaker: 'abuse', state: 'open'})).toBe(1);
    expect(of('alerts', {kind: 'pool-full'})).toBe(1);
    await setManualMode(store, {mode: 'closed', by: 'ada', reason: 'x'});
    await until(async () => metricOf(readMetrics(await textOf(serving), 'text'), 'degradation_manual') === 1);
  });

  test('labels are names, never keys of clients; whoever writes names makes no series without end', async () => {
    const {serving, store} = await served();
    for (let i = 0; i < 300; i++)
      await putPool(store, `made-up-${i}`, poolState({leases: [lease(1, await store.now())]}));
    for (const [i, name] of HOSTILE.entries()) {
      await putPool(store, name, poolState({leases: [lease(i + 1, await store.now(), 'secret-client')]}));
      await putAdaptive(store, name, {share: 0.5});
    }
    const text = await textOf(serving, 'application/openmetrics-text; version=1.0.0');
    const families = readMetrics(text, 'openmetrics');
    expect(families.get('ratectl_pool_running')!.samples.length).toBeLessThanOrEqual(200);
    expect(text).not.toMatch(/acme|secret-client/);
  });

  test('without these sections there are no such families', async () => {
    const url = storeUrl('sqlite');
    await (await openedStore(url)).announce();
    const serving = await serve([], {store: url, policy: SERVED_POLICY});
    expect(await textOf(serving)).not.toMatch(/ratectl_(pool|adaptive|degradation|breaker_keys)/);
  });

  test.runIf(hasPromtool())('promtool has nothing against it', async () => {
    const {serving} = await served();
    execFileSync('promtool', ['check', 'metrics'], {input: await textOf(serving)});
  });
});

describe('the API', () => {
  test('answers what the schema says', async () => {
    const {serving} = await served();
    const answer = await (await serving.get('/api/rate-limit-status')).json();
    const path = join(import.meta.dirname, '..', '..', 'docs/json/status.schema.json');
    const schema = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
    expect(schemaErrors(schema, answer)).toEqual([]);
    expect(answer).toMatchObject({data: {pools: [{name: 'api'}, {}, {}], degradation: {mode: 'shed-low'}}});
  });
});

describe('the page', {timeout: 60_000}, () => {
  const rows = (page: Page, table: string): Promise<string[]> =>
    page.locator(`#${table} tbody tr`).allInnerTexts();

  test('shows pools, adaptive limits, the mode and keys of breakers, accessibly', async () => {
    const {serving, store} = await served();
    await putPool(store, HOSTILE[0]!, poolState({leases: [lease(1, await store.now())]}));
    await putBreaker(
      store,
      `abuse ${HOSTILE[0]!}`,
      breakerState({kind: 'open', failures: 20, openedAt: await store.now()}),
    );
    await setManualMode(store, {mode: 'essential-only', by: 'ada@desk', reason: HOSTILE[0]!});
    const {page, errors} = await browser.open(serving.url);
    await page.goto(`${serving.url}/`);
    await page.waitForSelector('#pools-table tbody tr');
    expect((await rows(page, 'pools-table'))[0]).toMatch(
      /api[\s\S]*acme[\s\S]*6 \/ 10 → 6[\s\S]*4 \/ 50[\s\S]*waits ~2s/,
    );
    expect((await rows(page, 'adaptive-table'))[0]).toMatch(
      /protect[\s\S]*aimd[\s\S]*60 %[\s\S]*131 % CPU[\s\S]*pool api: 10 → 6/,
    );
    expect((await rows(page, 'degradation-table'))[0]).toMatch(
      /essential-only[\s\S]*hand[\s\S]*ada@desk[\s\S]*essential[\s\S]*normal, low/,
    );
    const breakers = await rows(page, 'breakers-table');
    expect(breakers.find((row) => row.startsWith('abuse'))).toContain('8 open of 10 keys');
    expect(breakers.join('\n')).toContain(HOSTILE[0]);
    expect(await page.locator('img').count()).toBe(0);
    expect([errors, await axeViolations(page)]).toEqual([[], []]);
  });

  test('without these sections none of their tables is seen', async () => {
    const url = storeUrl('sqlite');
    await (await openedStore(url)).announce();
    const serving = await serve([], {store: url, policy: SERVED_POLICY});
    const {page} = await browser.open(serving.url);
    await page.goto(`${serving.url}/`);
    await page.waitForSelector('#limits-heading');
    for (const id of ['pools', 'adaptive', 'degradation'])
      expect(await page.locator(`#${id}`).isVisible()).toBe(false);
  });
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}
