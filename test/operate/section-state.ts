import type {BreakerState} from '../../src/engine/breaker.ts';
import {
  EMPTY_RECORD,
  type RefreshAttempt,
  type RefreshRecord,
  type TokenState,
} from '../../src/engine/refresh/refresh-record.ts';
import {INSTANCE_KIND} from '../../src/store/instance-document.ts';
import {LEADER_KIND} from '../../src/store/lead-document.ts';
import type {Store} from '../../src/store/port.ts';
import {BREAKER_KIND} from '../../src/store/stored-breaker.ts';
import {TOKEN_KIND, tokenDocument} from '../../src/store/token-document.ts';
import {MINUTE, S} from '../support/instants.ts';

/** Three providers with the usual budget (1 in 3 min, 10 in 10 min) and margin (5 min), a breaker and a queue. */
export const TOKEN_POLICY = `version: 1
tokens:
  google: {tokenUrl: "https://id.example.com/token", clientId: app}
  crm: {tokenUrl: "https://crm.example.com/token", clientId: app}
  reports: {tokenUrl: "https://reports.example.com/token", clientId: app, grant: client-credentials, clientSecret: {env: REPORTS_SECRET}}
limits:
  - {name: per-ip, key: "{ip}", algorithm: token-bucket, rate: 10/s, burst: 20}
queue:
  calls: {classes: {interactive: 0s, batch: 5m}}
breakers:
  provider: {failures: 5, recovery: 1m}
`;

export const tokenState = (now: number, more: Partial<TokenState> = {}): TokenState => ({
  generation: 4,
  sealed: 'sealed',
  obtainedAt: now - 55 * MINUTE,
  expiresAt: now + 60 * MINUTE,
  notBefore: 0,
  scopes: [],
  accessPrint: 'aaaaaaaa',
  refreshPrint: 'bbbbbbbb',
  ...more,
});

/** An attempt that ended `age` µs ago. */
export const attemptAgo = (now: number, age: number, more: Partial<RefreshAttempt> = {}): RefreshAttempt => ({
  fencing: now - age,
  by: 'build-7:17:abc',
  reason: 'due',
  why: '',
  startedAt: now - age - S,
  until: now - age,
  phase: 'ended',
  outcome: 'refreshed',
  error: '',
  generation: 4,
  reuse: false,
  told: true,
  ...more,
});

export const recordOf = (now: number, more: Partial<RefreshRecord> = {}): RefreshRecord => ({
  ...EMPTY_RECORD,
  revision: 7,
  fencing: now,
  generation: 4,
  token: tokenState(now),
  ...more,
});

export const putToken = async (store: Store, provider: string, record: RefreshRecord): Promise<void> => {
  await store.put(TOKEN_KIND, provider, tokenDocument(record));
};

export const breakerState = (more: Partial<BreakerState> = {}): BreakerState => ({
  kind: 'closed',
  failures: 0,
  successes: 0,
  openedAt: 0,
  slots: [],
  probes: [],
  lastProbe: 0,
  failedProbes: 0,
  openedBy: undefined,
  check: undefined,
  ...more,
});

export const putBreaker = async (store: Store, name: string, state: BreakerState): Promise<void> => {
  await store.put(BREAKER_KIND, name, state);
};

export const putInstance = async (
  store: Store,
  id: string,
  {now, role = 'token-manager'}: {readonly now: number; readonly role?: string},
): Promise<void> => {
  const value = {id, host: 'build-7', pid: 17, role, startedAt: now - 90 * MINUTE, seenAt: now - 4 * S};
  await store.put(INSTANCE_KIND, id, value, {expiresAt: now + 26 * S});
};

export const putLead = async (store: Store, holder: string, now: number, until: number): Promise<void> => {
  await store.put(LEADER_KIND, 'tokens', {holder, fencing: 3, since: now - 80 * MINUTE, until});
};

/** Puts so many items of a class into a queue, and gives up those that are to be dead. */
export const enqueue = async (
  store: Store,
  queue: string,
  items: readonly (readonly [name: string, payload: unknown, notBefore?: number])[],
): Promise<readonly string[]> => {
  const now = await store.now();
  return store.enqueue(
    queue,
    items.map(([name, payload, notBefore = 0]) => ({class: name, rank: now, notBefore, payload})),
  );
};

/** Claims so many items and gives them up. */
export const kill = async (store: Store, queue: string, count: number): Promise<void> => {
  for (const claim of await store.claim(queue, {count, leaseFor: MINUTE}))
    await store.settle(queue, claim, {kind: 'dead', error: 'HTTP 410'});
};

/** Everything that can need somebody, at once. */
export const troubled = async (store: Store, now: number): Promise<void> => {
  const running = attemptAgo(now, 0, {
    startedAt: now - 3 * S,
    until: now + 57 * S,
    phase: 'sent',
    outcome: undefined,
    fencing: 1_767_614_397_000_000,
  });
  await putToken(
    store,
    'google',
    recordOf(now, {
      token: tokenState(now, {expiresAt: now + 4 * MINUTE}),
      attempts: [
        attemptAgo(now, 9 * MINUTE),
        attemptAgo(now, 5 * MINUTE, {outcome: 'failed', error: 'http-503'}),
        running,
      ],
      failures: 1,
      suspect: {at: now - 2 * MINUTE, by: 'build-8:9:def', why: '401'},
    }),
  );
  await putToken(
    store,
    'crm',
    recordOf(now, {
      token: tokenState(now, {expiresAt: now - 3 * MINUTE}),
      reauthorise: {since: now - 12 * MINUTE, why: 'rejected'},
      failures: 1,
    }),
  );
  await putToken(
    store,
    'old',
    recordOf(now, {generation: 2, token: tokenState(now, {expiresAt: Number.POSITIVE_INFINITY})}),
  );
  await store.put(TOKEN_KIND, 'strange', {what: 'is this'});
  await putBreaker(store, 'token:crm', breakerState({kind: 'open', failures: 3, openedAt: now - 30 * S}));
  await putBreaker(store, 'provider', breakerState({kind: 'open', failures: 5, openedAt: now - 2 * MINUTE}));
  await putBreaker(store, 'forgotten', breakerState({kind: 'open', failures: 9, openedAt: now - MINUTE}));
  await enqueue(store, 'calls', [
    ['interactive', {n: 1}],
    ['batch', {n: 2}],
    ['batch', {n: 3}],
  ]);
  await kill(store, 'calls', 1);
  await store.claim('calls', {count: 1, leaseFor: MINUTE});
  await enqueue(store, 'calls', [['interactive', {n: 4}, now + 30 * S]]);
  await putInstance(store, 'build-7:17:abc', {now});
  await putInstance(store, 'build-8:9:def', {now});
  await store.record({
    limits: [
      {limit: 'token:google', allowed: 120, denied: 0, shadowDenied: 0},
      {limit: 'per-ip', allowed: 40, denied: 2, shadowDenied: 0},
    ],
    keys: [],
  });
};
