import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {ActivityReport} from '../../../src/view/model/activity-report.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE} from '../../support/instants.ts';
import {fillBuckets, fillWithTraffic} from '../../support/month-of-traffic.ts';
import {DAY, reportOn, storeAt} from './traffic-report.ts';

/** The clocks of servers are set by hand, but what they forget goes by their own: the traffic ends now. */
const NOW = Math.floor((Date.now() * 1_000) / MINUTE) * MINUTE;
const RANGES = [0.2, 2, 7, 30];

const STORES: readonly (readonly [string, () => string])[] = [
  ['SQLite', () => 'sqlite:state.db'],
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`],
];

type Opened = ReturnType<typeof storeAt>;

/** What a report says, whatever the store: not its name, and keys with as many refusals in any order. */
const reportsOf = async ({
  store,
  clock,
}: Pick<Opened, 'clock'> & {store: Opened['store'] | Awaited<ReturnType<typeof openStore>>}): Promise<
  readonly Omit<ActivityReport, 'source'>[]
> => {
  await fillWithTraffic(store, clock, {
    until: NOW,
    days: 31,
    requestsPerDay: 100_000,
    step: 180,
    hostile: HOSTILE_KEYS,
    keysPerRecord: 40,
    keys: 200,
  });
  clock.now = NOW;
  await fillBuckets(store, NOW, 60);
  await store.append('audit', [{action: 'reset', by: 'ada', target: 'per-ip/a', why: 'asked'}]);
  const reports: Omit<ActivityReport, 'source'>[] = [];
  for (const days of RANGES) {
    const {report, warnings} = await reportOn(store, NOW, {
      selector: {kind: 'all'},
      compare: days < 15,
      rangeAt: () => ({from: NOW - days * DAY, until: NOW}),
      timeZone: 'Asia/Kolkata',
    });
    expect(warnings).toEqual([]);
    const {source: _, changes, utilisation, ...rest} = report;
    reports.push({
      ...rest,
      changes: {...changes!, latest: changes!.latest.map((change) => ({...change, at: ''}))},
      utilisation: {...utilisation!, at: ''},
    });
  }
  return reports;
};

describe.each(STORES)('the reports of %s', (_, url) => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ratectl-report-'));
  });

  afterAll(() => rmSync(folder, {recursive: true, force: true}));

  test('are those of memory, figure by figure, for hours, days and a month', async () => {
    const expected = await reportsOf(storeAt(NOW));
    const clock = {now: NOW};
    const store = await openStore(parseStoreUrl(url(), {folder, env: {}, name: 'test'}), {
      access: 'write',
      clock: () => clock.now,
    });
    try {
      expect(await reportsOf({store, clock})).toEqual(expected);
    } finally {
      await store.close();
    }
    expect(expected.map(({totals}) => totals.denied > 0)).toEqual([true, true, true, true]);
    expect(expected.at(-1)!.identities.keys.some(({key}) => key === HOSTILE_KEYS[16])).toBe(true);
  }, 60_000);
});
