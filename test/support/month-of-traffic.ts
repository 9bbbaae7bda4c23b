import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import type {KeyUsage, Store} from '../../src/store/port.ts';
import {MINUTE, S} from './instants.ts';

export const TRAFFIC_POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", algorithm: token-bucket, rate: 10/s, burst: 20}
  - {name: per-tenant, key: "{tenant}", mode: shadow, algorithm: sliding-window, limit: 100, window: 60s}
  - {name: login, key: "{ip}", algorithm: fixed-window, limit: 5, window: 1m}
tokens:
  google: {tokenUrl: "https://id.example.com/token", clientId: app}
  crm: {tokenUrl: "https://crm.example.com/token", clientId: app}
queue:
  calls: {classes: {interactive: 0s, batch: 5m}}
breakers:
  provider: {failures: 5, recovery: 1m}
`;

const DAY = 1_440;

/** Numbers in [0, 1) that are the same in every run. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export interface TrafficOptions {
  /** The last minute, µs. */
  readonly until: number;
  readonly days: number;
  readonly requestsPerDay: number;
  /** Minutes between two records. */
  readonly step: number;
  /** Refused keys that a record names. */
  readonly keysPerRecord?: number;
  /** Keys that are refused at all. */
  readonly keys?: number;
  /** Keys that stand among the refused ones, the first the most refused. */
  readonly hostile?: readonly string[];
}

/** Fills a store as a limiter would have: busy days and quiet nights, weekends, an attack, a growing login page. Moves `clock`. */
export const fillWithTraffic = async (
  store: Store,
  clock: {now: number},
  {until, days, requestsPerDay, step, keysPerRecord = 20, keys = 5_000, hostile = []}: TrafficOptions,
): Promise<void> => {
  const random = seeded(7);
  const steps = Math.floor((days * DAY) / step);
  for (let i = steps - 1; i >= 0; i--) {
    clock.now = until - i * step * MINUTE;
    const requests = Math.round(
      ((requestsPerDay * step) / DAY) * shapeAt(clock.now) * (0.9 + 0.2 * random()),
    );
    const isAttack = i * step > 4 * DAY && i * step < 4 * DAY + 180;
    const denied = Math.round(requests * (isAttack ? 0.45 : 0.012 + 0.02 * shapeAt(clock.now) * random()));
    await store.record({
      limits: [
        {limit: 'per-ip', allowed: requests - denied, denied, shadowDenied: 0},
        {
          limit: 'per-tenant',
          allowed: requests - denied,
          denied: 0,
          shadowDenied: Math.round((requests - denied) * 0.004 * random()),
        },
        {
          limit: 'login',
          allowed: Math.round(requests * 0.03),
          denied: Math.round(requests * 0.0004),
          shadowDenied: 0,
        },
        {limit: 'token:google', allowed: Math.round(requests * 0.1), denied: 0, shadowDenied: 0},
      ],
      keys: refusedKeys(denied, {random, now: clock.now, isAttack, count: keysPerRecord, keys, hostile}),
    });
  }
};

/** 0.1 at night, about 2 at noon, less on weekends. */
const shapeAt = (now: number): number => {
  const date = new Date(now / 1_000);
  const hour = date.getUTCHours() + date.getUTCMinutes() / 60;
  const isWeekend = date.getUTCDay() % 6 === 0;
  return (0.15 + 1.85 * Math.max(0, Math.sin(((hour - 5) / 16) * Math.PI)) ** 1.4) * (isWeekend ? 0.45 : 1);
};

interface Refusals {
  readonly random: () => number;
  readonly now: number;
  readonly isAttack: boolean;
  readonly count: number;
  readonly keys: number;
  readonly hostile: readonly string[];
}

const refusedKeys = (denied: number, {random, now, isAttack, count, keys, hostile}: Refusals): KeyUsage[] => {
  const refused = new Map<string, number>();
  for (let n = 0; n < count && denied > 0; n++) {
    // A few keys are refused often, many now and then.
    const rank = isAttack && n < count / 2 ? 0 : Math.floor(keys * random() ** 4);
    const key = hostile[rank] ?? `${203 + (rank % 20)}.0.${Math.floor(rank / 250) % 250}.${rank % 250}`;
    refused.set(key, (refused.get(key) ?? 0) + Math.max(1, Math.round(denied / count)));
  }
  return [...refused].map(([key, times]) => ({
    address: {limit: 'per-ip', key, tier: '', shape: 't'},
    denied: times,
    shadow: false,
    until: now + 60 * S,
  }));
};

/** Rows of keys that used their buckets now, some of them up. */
export const fillBuckets = async (store: Store, now: number, keys: number): Promise<void> => {
  const random = seeded(11);
  const router = new RequestRouter(parsePolicy(TRAFFIC_POLICY, 'ratectl.yaml').policy);
  for (let start = 0; start < keys; start += 100) {
    const checks = [];
    for (let n = start; n < Math.min(keys, start + 100); n++) {
      const request = {ip: `198.51.${Math.floor(n / 250)}.${n % 250}`, tenant: `tenant-${n % 50}`};
      const times = 1 + Math.floor(24 * random() ** 3);
      for (let i = 0; i < times; i++) checks.push(router.route(request, {cost: 1, now, hold: 0}));
    }
    await store.check(checks);
  }
};
