import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {StatusKey, StatusReport} from '../../src/view/model/status-report.ts';
import {statusTable} from '../../src/view/status/table.ts';

const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');

const key = (more: Partial<StatusKey> & Pick<StatusKey, 'limit' | 'key' | 'state'>): StatusKey => ({
  deniedLastMinute: 0,
  buckets: [],
  ...more,
});

/** What was found when the screen of the README was taken. */
const REPORT: StatusReport = {
  store: {
    url: 'redis://cache:6379/0',
    server: 'redis 7.0.15',
    now: '2026-11-21T06:26:56.948Z',
    skewMs: 0,
    skewErrorMs: 1,
    remarks: [],
  },
  policy: {file: 'ratectl.yaml', from: 'published by the applications'},
  scope: {kind: 'recent', selector: ''},
  keys: [
    key({
      limit: 'plan',
      key: 'acme',
      state: 'limited',
      used: 100,
      capacity: 100,
      remaining: 0,
      share: 1,
      retryAfterMs: 367,
      resetAfterMs: 360_000,
    }),
    key({
      limit: 'per-ip',
      key: '203.0.113.66',
      state: 'near',
      used: 98,
      capacity: 100,
      remaining: 2,
      share: 0.98,
      retryAfterMs: 0,
      resetAfterMs: 9_800,
      deniedLastMinute: 201,
    }),
  ],
  totals: {
    shown: 2,
    matching: 2,
    read: 2,
    states: {blocked: 0, limited: 1, 'shadow-limited': 0, near: 1, unknown: 0, ok: 0, exempt: 0},
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
};

test('README.md shows the screen of status as it is', () => {
  const [, shown] = /^```text\n\$ ratectl status\n([\s\S]*?)^```$/m.exec(README) ?? [];
  const times = {format: 'relative', timeZone: 'UTC', now: Date.parse(REPORT.store.now)} as const;
  const style = {width: 80, colour: false, ascii: false};
  const text = statusTable(REPORT, {detail: 'table', fields: undefined, contextName: null, times}, style);
  // The hint below the last line is left out there.
  expect(`${shown}  every key: --all\n`).toBe(text);
});
