import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {prioritiesOf} from '../../src/engine/live/priority.ts';
import type {Policy} from '../../src/engine/policy-model.ts';
import {emptyPool, enter} from '../../src/engine/pool/pool.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {packageRoot} from '../../src/policy/package-root.ts';
import {PRESETS, readPreset} from '../../src/policy/presets.ts';
import {parseThreshold} from '../../src/simulate/threshold.ts';
import {decisionsOf, type TestRequest, times} from './decisions.ts';

const policyOf = (name: string): Policy => parsePolicy(readPreset(name), `${name}.yaml`).policy;

/** How many of the requests pass, and what the first that does not is told. */
const passed = (name: string, requests: readonly TestRequest[]): readonly [number, string | undefined] => {
  const decisions = decisionsOf(policyOf(name), requests);
  return [
    decisions.filter((decision) => decision === 'allowed').length,
    decisions.find((decision) => decision !== 'allowed'),
  ];
};

test('the list names every file', () => {
  const files = readdirSync(join(packageRoot(import.meta.url), 'examples', 'policies'));
  expect(files.sort()).toEqual(PRESETS.map(({name}) => `${name}.yaml`).sort());
});

test.each(PRESETS)('$name: its thresholds can be read, and it has one', ({name}) => {
  const {limits, thresholds} = policyOf(name);
  expect(thresholds.length).toBeGreaterThan(0);
  for (const text of thresholds)
    parseThreshold(
      text,
      name,
      limits.map((limit) => limit.name),
    );
});

test('a preset that is none', () => {
  expect(() => readPreset('per_ip')).toThrow('no preset "per_ip" (did you mean "per-ip"?)');
  expect(() => readPreset('../../package')).toThrow('no preset "../../package"');
});

describe('load', () => {
  /** What so many clients get who come at once: slots, places in the queue, refusals. */
  const entriesOf = (name: string, keys: readonly string[]): Readonly<Record<string, number>> => {
    const spec = policyOf(name).pools[0]!;
    const counts: Record<string, number> = {granted: 0, queued: 0, refused: 0};
    let state = emptyPool;
    keys.forEach((key, i) => {
      const answer = enter(state, spec, {id: String(i), key, rank: 0}, NOW);
      state = answer.state;
      counts[answer.entry.kind]!++;
    });
    return counts;
  };
  const NOW = 1_735_689_600_000_000;
  const same = (count: number): readonly string[] => Array.from({length: count}, () => 'c');
  const others = (count: number): readonly string[] => Array.from({length: count}, (_, i) => `c${i}`);

  test.each([
    ['concurrency', 10, 10, 50],
    ['concurrency-strict', 5, 2, 10],
    ['concurrency-permissive', 100, 50, 500],
  ])('%s: %i slots, %i of one client, and a queue of %i', (name, slots, perClient, queue) => {
    expect(entriesOf(name, others(slots + queue + 3))).toEqual({granted: slots, queued: queue, refused: 3});
    expect(entriesOf(name, same(perClient + queue + 3))).toEqual({
      granted: perClient,
      queued: queue,
      refused: 3,
    });
  });

  test('concurrency: a breaker of requests, and limits that shrink under load', () => {
    const {breakers, adaptive, pools} = policyOf('concurrency');
    expect(pools[0]).toMatchObject({wait: 30_000_000, lease: 30_000_000});
    expect(breakers[0]).toMatchObject({
      failures: 5,
      rate: 0.5,
      recovery: 60_000_000,
      healthCheck: 10_000_000,
    });
    expect(breakers[0]!.guards).toMatchObject({kind: 'requests', counts: 'failures'});
    expect(adaptive[0]).toMatchObject({
      limits: ['rate'],
      pools: ['in-flight'],
      every: 5_000_000,
      targets: {cpu: 0.8, memory: 0.85, responseTime: 5_000_000},
    });
  });

  test('database-service: what is not named is the least important, and given up first', () => {
    const policy = policyOf('database-service');
    const classOf = prioritiesOf(policy);
    const named = (attributes: Readonly<Record<string, string>>) =>
      policy.priorities[classOf(attributes)]!.name;
    expect(named({path: '/health'})).toBe('essential');
    expect(named({path: '/api/x'})).toBe('normal');
    expect(named({path: '/reports'})).toBe('low');
    expect(named({path: '/reports', priority: 'essential'})).toBe('essential');
    expect(policy.degradation!.enter).toEqual({'shed-low': 1, 'essential-only': 1.2, closed: 1.5});
    expect(policy.breakers[0]).toMatchObject({guards: {kind: 'calls'}, healthCheck: 10_000_000});
  });

  test('tiers: by behaviour from restricted to enterprise, and a breaker for each tenant', () => {
    const {behaviour, breakers} = policyOf('tiers');
    expect(behaviour).toMatchObject([
      {limit: 'plan', ladder: ['restricted', 'free', 'premium', 'enterprise'], promote: 0.9, demote: 0.3},
    ]);
    expect(breakers[0]!.guards).toMatchObject({kind: 'requests', key: '{tenant}', counts: 'refusals'});
  });

  test('only what a replay has no use for is warned of', () => {
    const warned = PRESETS.filter(
      ({name}) => parsePolicy(readPreset(name), 'p.yaml').warnings.length > 0,
    ).map(({name}) => name);
    expect(warned).toEqual(['database-service', 'tokens']);
  });
});

describe('decisions', () => {
  const ip = '192.0.2.1';

  test('per-ip: 20 at once, then 10 per second, and probes are free', () => {
    expect(passed('per-ip', times(25, {attributes: {ip}}))).toEqual([20, 'per-ip']);
    expect(
      passed('per-ip', [...times(20, {attributes: {ip}}), ...times(12, {at: 1, attributes: {ip}})]),
    ).toEqual([30, 'per-ip']);
    expect(passed('per-ip', times(99, {attributes: {ip, path: '/health'}}))).toEqual([99, undefined]);
  });

  test('service-desk: 60 per minute, and 1,000 per hour', () => {
    expect(passed('service-desk', times(70, {attributes: {key: 'c'}}))).toEqual([60, 'api']);
    // 50 in every second minute: the minute's bucket never says no.
    const spread = Array.from({length: 22}, (_, i) =>
      times(50, {at: i * 120, attributes: {key: 'c'}}),
    ).flat();
    expect(passed('service-desk', spread)).toEqual([1_000, 'api']);
  });

  test('gateway: the tenant is held at 100/s, an integration at its own rate', () => {
    const request = {attributes: {ip, tenant: 't', method: 'GET', path: '/x'}};
    expect(passed('gateway', times(120, request))).toEqual([100, 'tenant']);
    const list = {attributes: {ip, tenant: 't', method: 'GET', path: '/v1/tools'}};
    expect(passed('gateway', times(9, list))).toEqual([5, 'tools-list']);
    const notion = (tenant: string) => ({
      attributes: {ip, tenant, method: 'GET', path: '/x', integration: 'notion'},
    });
    expect(passed('gateway', [...times(2, notion('a')), ...times(2, notion('b'))])).toEqual([3, 'notion']);
  });

  test.each([
    ['tools-select', {method: 'POST', path: '/v1/tools/select'}, 10],
    ['tools-invoke', {method: 'POST', path: '/v1/tools/invoke'}, 20],
    ['tools-list', {method: 'GET', path: '/v1/tools'}, 5],
    ['oauth-config-write', {method: 'PUT', path: '/v1/oauth-config/7'}, 1],
    ['oauth-config-read', {method: 'GET', path: '/v1/oauth-config'}, 10],
    ['oauth-config-delete', {method: 'DELETE', path: '/v1/oauth-config/7'}, 1],
    ['integrations-list', {method: 'GET', path: '/v1/integrations'}, 5],
    ...Object.entries({
      notion: 3,
      github: 60,
      reddit: 60,
      gmail: 25,
      drive: 10,
      calendar: 5,
      tasks: 5,
      docs: 10,
      sheets: 10,
      slides: 10,
      forms: 10,
      chat: 20,
      search: 5,
    }).map(([integration, count]) => [integration, {integration}, count] as const),
  ] as const)('gateway: %s', (name, attributes, count) => {
    expect(passed('gateway', times(count + 3, {attributes: {ip, tenant: 't', ...attributes}}))).toEqual([
      count,
      name,
    ]);
  });

  test.each([
    ['linkedin', {tenant: 't', integration: 'linkedin'}, 100, 'tenant'],
    ['linkedin for two tenants', {integration: 'linkedin'}, 100, 'linkedin'],
    ['categories', {path: '/v1/categories'}, 100, 'categories'],
    ['metrics', {path: '/metrics'}, 100, 'metrics'],
    ['health', {path: '/health'}, 1_000, 'health'],
    ['ready', {path: '/ready'}, 1_000, 'ready'],
    ['anything else', {path: '/'}, 1_000, 'global'],
  ] as const)('gateway, per address: %s', (_title, attributes, count, limit) => {
    expect(passed('gateway', times(count + 5, {attributes: {ip, ...attributes}}))).toEqual([count, limit]);
  });

  test('tiers: the smallest bucket of a plan is the first to empty', () => {
    const count = (plan: string, requests = 400) =>
      passed('tiers', times(requests, {attributes: {tenant: plan, plan}}))[0];
    expect(['restricted', 'free', 'premium', 'enterprise'].map((plan) => count(plan))).toEqual([
      30, 100, 20, 50,
    ]);
    expect(count('unheard-of')).toBe(100);
    // The burst bucket refills at half its rate once it is empty; 5/s alone would let 5 pass every second.
    const steady = Array.from({length: 60}, (_, i) =>
      times(5, {at: i, attributes: {tenant: 'p', plan: 'premium'}}),
    ).flat();
    expect(passed('tiers', steady)[0]).toBeLessThan(200);
  });

  test.each([
    ['concurrency', 20],
    ['concurrency-strict', 10],
    ['concurrency-permissive', 200],
  ])('%s: a burst of %i, then the rate', (name, burst) => {
    expect(passed(name, times(burst + 5, {takes: 0, attributes: {key: 'c'}}))).toEqual([burst, 'rate']);
  });

  test('database-service: a new client starts with 50, an exempt one is bound by the whole', () => {
    expect(passed('database-service', times(60, {attributes: {key: 'c'}}))).toEqual([50, 'global']);
    expect(passed('database-service', times(60, {attributes: {key: 'health-check'}}))).toEqual([
      50,
      'global',
    ]);
    const later = [{attributes: {key: 'c'}}, ...times(150, {at: 60, attributes: {key: 'c'}})];
    expect(passed('database-service', later)).toEqual([101, 'global']);
  });

  test('nginx: one, and a burst of 20', () => {
    expect(passed('nginx', times(30, {attributes: {ip}}))).toEqual([21, 'perip']);
  });

  test('llm-tokens: tokens by their cost, requests by their number', () => {
    const cost = (tokens: number) => ({cost: tokens, attributes: {key: 'c'}});
    expect(passed('llm-tokens', times(10, cost(10_000)))).toEqual([9, 'tokens-per-minute']);
    expect(passed('llm-tokens', [cost(90_001)])).toEqual([0, 'tokens-per-minute!']);
    expect(passed('llm-tokens', times(3_600, cost(1)))).toEqual([3_500, 'requests-per-minute']);
  });
});
