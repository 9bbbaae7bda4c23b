import type {
  ForceRefreshReport,
  ForceRefreshResult,
  RefreshState,
} from '../../../src/view/model/force-refresh.ts';
import type {StoredToken, TokenEntry} from '../../../src/view/model/token-list.ts';

export const EVIL = '\u001b[2J\u202e\n\u0000';

export const token = (more: Partial<StoredToken> = {}): StoredToken => ({
  generation: 7,
  accessFingerprint: '9f2c1a0b',
  refreshFingerprint: '77aa01ff',
  obtainedAt: '2026-01-05T12:00:00.000Z',
  expiresAt: '2026-01-05T13:00:00.000Z',
  expiresInMs: 3_599_000,
  scopes: ['mail.read'],
  keyId: '2026-01',
  ...more,
});

export const state = (more: Partial<RefreshState> = {}): RefreshState => ({
  lock: {held: false, by: null, until: null, remainingMs: null},
  budget: [
    {count: 1, perMs: 180_000, used: 1, left: 0},
    {count: 10, perMs: 600_000, used: 4, left: 6},
  ],
  nextAllowedInMs: 123_456,
  nextAllowedAt: '2026-01-05T12:02:03.456Z',
  breaker: {name: 'token:google', state: 'closed', openUntil: null},
  failures: 0,
  ...more,
});

export const result = (more: Partial<ForceRefreshResult> = {}): ForceRefreshResult => ({
  provider: 'google',
  outcome: 'refreshed',
  because: null,
  error: null,
  detail: null,
  before: token({generation: 6, accessFingerprint: '0011aabb', refreshFingerprint: '55ee0d3c'}),
  after: token(),
  by: 'ada@build-7',
  retryAfterMs: null,
  retryAt: null,
  state: state(),
  ...more,
});

export const report = (
  results: readonly ForceRefreshResult[],
  more: Partial<ForceRefreshReport> = {},
): ForceRefreshReport => {
  const done = results.filter(({outcome}) =>
    ['refreshed', 'adopted', 'fresh', 'would-refresh'].includes(outcome),
  );
  return {
    dryRun: false,
    store: 'redis://cache:6379',
    by: 'ada@build-7',
    why: 'new scope',
    emergency: false,
    results,
    totals: {providers: results.length, done: done.length, failed: results.length - done.length, skipped: 0},
    ...more,
  };
};

const RETRY = {retryAfterMs: 123_456, retryAt: '2026-01-05T12:02:03.456Z'};

/** One result of each outcome. */
export const EVERY_OUTCOME: readonly ForceRefreshResult[] = [
  result(),
  result({outcome: 'would-refresh', provider: 'would', after: token({generation: 6}), by: null}),
  result({outcome: 'adopted', provider: 'adopted', by: 'app-3:4711:9c02'}),
  result({outcome: 'fresh', provider: 'fresh', before: token(), by: null}),
  result({
    outcome: 'busy',
    provider: 'busy',
    by: 'app-3:4711:9c02',
    ...RETRY,
    before: token(),
    state: state({
      lock: {held: true, by: 'app-3:4711:9c02', until: '2026-01-05T12:00:41.000Z', remainingMs: 41_000},
    }),
  }),
  result({outcome: 'wait', provider: 'wait', because: 'budget', by: null, before: token(), ...RETRY}),
  result({
    outcome: 'failed',
    provider: 'failed',
    error: 'http-503',
    by: null,
    before: token(),
    ...RETRY,
    state: state({
      failures: 3,
      breaker: {name: 'token:failed', state: 'open', openUntil: '2026-01-05T12:05:00.000Z'},
    }),
  }),
  result({outcome: 'answer-lost', provider: 'lost', error: 'timeout', by: null, before: token(), ...RETRY}),
  result({
    outcome: 'misconfigured',
    provider: 'wrong',
    error: 'invalid_client',
    detail: 'the client is unknown',
    by: null,
    before: token(),
  }),
  result({
    outcome: 'reauthorise',
    provider: 'spent',
    because: 'answer-lost',
    error: 'timeout',
    by: null,
    before: token({expiresInMs: -90_000}),
    after: token({expiresInMs: -90_000}),
  }),
  result({outcome: 'no-token', provider: 'empty', before: null, after: null, by: null}),
];

export const entry = (more: Partial<TokenEntry> = {}): TokenEntry => ({
  provider: 'google',
  inPolicy: true,
  token: token(),
  status: 'valid',
  recommendation: 'ok',
  reasons: [],
  score: 96,
  refreshDueAt: '2026-01-05T12:54:40.000Z',
  refreshAllowedAt: '2026-01-05T12:02:03.456Z',
  nextRefreshInMs: 3_279_000,
  refreshingBy: null,
  last: {
    at: '2026-01-05T12:00:00.000Z',
    agoMs: 1_000,
    by: 'app-3:4711:9c02',
    reason: 'due',
    outcome: 'refreshed',
    error: null,
  },
  failures: 0,
  ...more,
});

export const ENTRIES: readonly TokenEntry[] = [
  entry(),
  entry({
    provider: 'mail',
    status: 'suspect',
    recommendation: 'refresh-now',
    reasons: ['unauthorised', 'expiry-unknown'],
    token: token({generation: 12, expiresAt: null, expiresInMs: null}),
    score: 85,
    refreshingBy: 'app-3:4711:9c02',
    nextRefreshInMs: null,
  }),
  entry({
    provider: 'payments-eu-production',
    status: 'expired',
    recommendation: 'reauthorise',
    reasons: ['refresh-token-maybe-spent', 'expired'],
    token: token({generation: 1041, expiresInMs: -5_400_000}),
    score: 0,
    nextRefreshInMs: null,
    failures: 4,
    last: {
      at: '2026-01-05T10:20:00.000Z',
      agoMs: 6_000_000,
      by: 'app-1:99:0a1b',
      reason: 'due',
      outcome: 'answer-lost',
      error: 'timeout',
    },
  }),
  entry({
    provider: 'retired',
    inPolicy: false,
    score: null,
    nextRefreshInMs: null,
    last: null,
  }),
  entry({
    provider: 'unreadable',
    token: null,
    status: 'unreadable',
    recommendation: null,
    score: null,
    nextRefreshInMs: null,
    last: null,
  }),
];
