import {type AdaptiveState, idleAdaptive} from '../../src/engine/control/adaptive.ts';
import {type DegradationState, normalDegradation} from '../../src/engine/control/degradation.ts';
import {emptyPool, type PoolLease, type PoolState, type PoolWaiter} from '../../src/engine/pool/pool.ts';
import {ADAPTIVE_KIND, DEGRADATION_ID, DEGRADATION_KIND} from '../../src/store/control-document.ts';
import type {Store} from '../../src/store/port.ts';
import {POOL_KIND} from '../../src/store/stored-pool.ts';
import {MINUTE, S} from '../support/instants.ts';
import {breakerState, putBreaker} from './section-state.ts';

/** Three classes, two pools, request breakers with and without a key, adaptive control of a limit with tiers and one without. */
export const LOAD_POLICY = `version: 1
priorities:
  essential: {path: [/health, "/checkout/*"]}
  normal: {}
  low: {path: "/reports/*"}
concurrency:
  api: {max: 10, key: "{tenant}", maxPerKey: 3, queue: 50, wait: 30s, lease: 30s}
  exports: {max: 2, queue: 0, when: {path: "/reports/*"}}
breakers:
  payments: {when: {path: "/pay/*"}, unless: {method: [GET]}, failures: 5}
  abuse: {key: "{tenant}", counts: refusals, failures: 20, recovery: 5m}
  database: {failures: 5}
limits:
  - {name: per-ip, key: "{ip}", algorithm: token-bucket, rate: 10/s, burst: 20, overrides: {"10.0.0.9": {rate: 100/s, burst: 100}}}
  - {name: plan, key: "{tenant}", tier: "{plan}", tiers: {free: [{algorithm: gcra, rate: 100/m, burst: 100}], pro: [{algorithm: fixed-window, limit: 1000, window: 1h}]}}
adaptive:
  protect: {limits: [per-ip, plan], concurrency: [api], controller: aimd, signals: {cpu: 80%, eventLoop: 200ms}, floor: 20%}
  quick: {concurrency: [exports], controller: gradient, signals: {responseTime: 5s}}
degradation: {signals: {cpu: 80%}}
`;

export const lease = (token: number, now: number, key = '', more: Partial<PoolLease> = {}): PoolLease => ({
  token,
  id: `holder-${token}`,
  key,
  since: now - 2 * S,
  until: now + 28 * S,
  ...more,
});

export const waiter = (n: number, now: number, key = '', more: Partial<PoolWaiter> = {}): PoolWaiter => ({
  id: `waiter-${n}`,
  key,
  rank: 1,
  since: now - n * S,
  until: now + 25 * S,
  seen: now,
  ...more,
});

export const poolState = (more: Partial<PoolState> = {}): PoolState => ({
  ...emptyPool,
  lastToken: Math.max(0, ...(more.leases ?? []).map(({token}) => token)),
  overloadedSince:
    Math.min(...(more.waiting ?? []).map(({since}) => since), Number.MAX_SAFE_INTEGER) %
    Number.MAX_SAFE_INTEGER,
  ...more,
});

export const putPool = async (store: Store, name: string, state: PoolState): Promise<void> => {
  await store.put(POOL_KIND, name, state);
};

export const putAdaptive = async (
  store: Store,
  name: string,
  more: Partial<AdaptiveState> = {},
): Promise<void> => {
  await store.put(ADAPTIVE_KIND, name, {...idleAdaptive, ...more});
};

export const putDegradation = async (store: Store, more: Partial<DegradationState> = {}): Promise<void> => {
  await store.put(DEGRADATION_KIND, DEGRADATION_ID, {...normalDegradation, ...more});
};

/** Under load in every way: 6 of 10 slots left and all taken, the mode by rule, keys of a breaker open. */
export const overloaded = async (store: Store, now: number): Promise<void> => {
  const keys = ['acme', 'acme', 'acme', 'bcme', 'bcme', 'ccme'];
  await putPool(
    store,
    'api',
    poolState({
      leases: keys.map((key, i) => lease(i + 1, now, key)),
      waiting: [
        waiter(4, now, 'acme'),
        waiter(3, now, 'dcme'),
        waiter(2, now, 'acme', {rank: 2}),
        waiter(1, now, 'ecme'),
      ],
      meanHold: 2.4 * S,
    }),
  );
  await putPool(store, 'old-pool', poolState({leases: [lease(9, now)]}));
  await putAdaptive(store, 'protect', {share: 0.6, steppedAt: now - 2 * S, pressure: 1.31, signal: 'cpu'});
  await putDegradation(store, {
    mode: 'shed-low',
    since: now - 3 * MINUTE,
    pressure: 1.04,
    signal: 'cpu',
    steppedAt: now - 2 * S,
  });
  const open = breakerState({kind: 'open', failures: 20, openedAt: now - MINUTE});
  await putBreaker(store, 'payments', breakerState({failures: 2}));
  for (const key of ['acme', 'bcme', 'tenant with spaces', 'd', 'e', 'f', 'g'])
    await putBreaker(store, `abuse ${key}`, open);
  await putBreaker(store, 'abuse hcme', breakerState({...open, openedAt: now - 6 * MINUTE}));
  await putBreaker(store, 'abuse icme', breakerState({failures: 4}));
};
