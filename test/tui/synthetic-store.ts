import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {AUDIT_JOURNAL} from '../../src/store/audit-entry.ts';
import {EVENT_JOURNAL} from '../../src/store/event-journal.ts';
import type {KeyUsage, Store} from '../../src/store/port.ts';
import {troubled} from '../operate/section-state.ts';

/** Refilled so slowly that no state changes while somebody looks. */
export const TOP_POLICY = `version: 1
tokens:
  google: {tokenUrl: "https://id.example.com/token", clientId: app}
  crm: {tokenUrl: "https://crm.example.com/token", clientId: app}
limits:
  - {name: per-ip, key: "{ip}", algorithm: token-bucket, rate: 20/d}
  - {name: per-tenant, key: "{tenant}", mode: shadow, algorithm: gcra, rate: 50/d}
  - {name: plan, key: "{tenant}", tier: "{plan}", tiers: {free: [{algorithm: gcra, rate: 10/d}], pro: [{algorithm: gcra, rate: 100/d}]}}
queue:
  calls: {classes: {interactive: 0s, batch: 5m}}
breakers:
  provider: {failures: 5, recovery: 1m}
`;

const router = new RequestRouter(parsePolicy(TOP_POLICY, 'ratectl.yaml').policy);
const PAGE = 500;

/** Uses `times` units of each of these addresses, and tells the index of them. */
export const fillKeys = async (
  store: Store,
  keys: readonly (readonly [ip: string, times: number, denied: number])[],
): Promise<void> => {
  const {now} = await store.facts();
  const checks = keys.flatMap(([ip, times]) =>
    Array.from({length: times}, () => router.route({ip}, {cost: 1, now, hold: 0})),
  );
  for (let from = 0; from < checks.length; from += PAGE) await store.check(checks.slice(from, from + PAGE));
  const usage: KeyUsage[] = keys.map(([ip, , denied]) => ({
    address: {limit: 'per-ip', key: ip, tier: '', shape: 't'},
    denied,
    shadow: false,
    until: now + 4_000_000_000,
  }));
  for (let from = 0; from < usage.length; from += PAGE)
    await store.record({limits: [], keys: usage.slice(from, from + PAGE)});
};

/** Something for every pane: keys in several states, counts, tokens and breakers in trouble, a queue, instances, journals. */
export const syntheticStore = async (store: Store): Promise<void> => {
  const {now} = await store.facts();
  await fillKeys(store, [
    ['203.0.113.7', 21, 134],
    ['203.0.113.8', 20, 12],
    ['203.0.113.9', 19, 0],
    ['198.51.100.4', 11, 0],
    ['198.51.100.5', 3, 0],
    ['2001:db8:85a3::8a2e:370:7334', 20, 3],
  ]);
  for (const [tenant, plan, times] of [
    ['acme', 'free', 10],
    ['bcme', 'pro', 96],
  ] as const)
    for (let i = 0; i < times; i++)
      await store.check([router.route({tenant, plan}, {cost: 1, now, hold: 0})]);
  await store.record({
    limits: [
      {limit: 'per-ip', allowed: 1_180, denied: 149, shadowDenied: 0},
      {limit: 'per-tenant', allowed: 106, denied: 0, shadowDenied: 12},
      {limit: 'plan', allowed: 106, denied: 4, shadowDenied: 0},
    ],
    keys: [
      {
        address: {limit: 'plan', key: 'acme', tier: 'free', shape: 'g'},
        denied: 4,
        shadow: false,
        until: now + 4e9,
      },
      {
        address: {limit: 'plan', key: 'bcme', tier: 'pro', shape: 'g'},
        denied: 0,
        shadow: false,
        until: now + 4e9,
      },
      {
        address: {limit: 'per-tenant', key: 'bcme', tier: '', shape: 'g'},
        denied: 12,
        shadow: true,
        until: now + 4e9,
      },
    ],
  });
  await troubled(store, now);
  await store.append(AUDIT_JOURNAL, [
    {action: 'reset', by: 'ada', host: 'build-7', why: 'customer call', target: 'per-ip/192.0.2.1', keys: 1},
  ]);
  await store.append(EVENT_JOURNAL, [
    {kind: 'token-refreshed', subject: 'google', note: ''},
    {kind: 'breaker-opened', subject: 'provider', note: '5 failures in a row'},
    {kind: 'leader-elected', subject: 'build-7:17:abc', note: ''},
  ]);
};
