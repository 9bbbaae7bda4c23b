import type {Look} from '../../src/tui/data/look.ts';
import type {DashboardState} from '../../src/tui/state/dashboard-state.ts';
import {initialState} from '../../src/tui/state/initial-state.ts';
import type {StatusKey, StatusReport, StatusState} from '../../src/view/model/status-report.ts';
import {STATUS_STATES} from '../../src/view/model/status-report.ts';

/** 2026-01-05T12:00:00Z, ms. */
export const NOON_MS = 1_767_614_400_000;

/** A dashboard that has seen nothing yet. */
export const atFirst = (contexts: Parameters<typeof initialState>[0]['contexts'] = []): DashboardState =>
  initialState({
    columns: 100,
    lines: 30,
    now: NOON_MS,
    sort: 'used',
    direction: 'forward',
    timeFormat: 'relative',
    interval: 2_000,
    contexts,
  });

const CAPACITY = 20;

/** The i-th key of look `number`: some full, some near, most not; they change from look to look. */
export const syntheticKey = (i: number, number = 0): StatusKey => {
  const used = (i * 7 + number * (1 + (i % 3))) % (CAPACITY + 1);
  const remaining = CAPACITY - used;
  const state: StatusState = remaining === 0 ? 'limited' : remaining === 1 ? 'near' : 'ok';
  return {
    limit: i % 4 === 0 ? 'per-tenant' : 'per-ip',
    key: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    state,
    used,
    capacity: CAPACITY,
    remaining,
    share: used / CAPACITY,
    resetAfterMs: used * 100,
    retryAfterMs: remaining === 0 ? 100 + (i % 50) * 90 : 0,
    deniedLastMinute: remaining === 0 ? (i + number) % 300 : 0,
    shape: 't',
    shapeMatches: true,
    buckets: [],
  };
};

export const syntheticReport = (
  keys: readonly StatusKey[],
  more: Partial<StatusReport> = {},
): StatusReport => {
  const states = Object.fromEntries(STATUS_STATES.map((state) => [state, 0])) as Record<StatusState, number>;
  for (const {state} of keys) states[state]++;
  return {
    store: {
      url: 'redis://cache:6379',
      server: 'Redis 8.0.1',
      now: new Date(NOON_MS).toISOString(),
      skewMs: 0,
      skewErrorMs: 1,
      remarks: [],
    },
    policy: {file: 'ratectl.yaml', from: 'ratectl.yaml'},
    scope: {kind: 'recent', selector: ''},
    keys,
    totals: {
      shown: keys.length,
      matching: keys.length,
      read: keys.length,
      states,
      foreign: 0,
      complete: true,
    },
    usage: [],
    liveOverrides: 0,
    alerts: [],
    tokens: [],
    breakers: [],
    queues: [],
    pools: [],
    adaptive: [],
    behaviour: [],
    degradation: null,
    instances: [],
    leader: null,
    ...more,
  };
};

export const syntheticLook = (number: number, report: StatusReport, more: Partial<Look> = {}): Look => ({
  number,
  report,
  warnings: [],
  contextName: null,
  readOnly: false,
  production: false,
  at: NOON_MS,
  tookMs: 12,
  series: new Map(),
  journal: [],
  ...more,
});
