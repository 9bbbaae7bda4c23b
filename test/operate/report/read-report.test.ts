import {describe, expect, test} from 'vitest';
import {keyFilter} from '../../../src/cli/key-filter.ts';
import {type RecommendFacts, recommend} from '../../../src/operate/report/recommend.ts';
import type {ActivityReport, ReportLimit} from '../../../src/view/model/activity-report.ts';
import {at, HOUR, MINUTE, S} from '../../support/instants.ts';
import {fillBuckets, fillWithTraffic} from '../../support/month-of-traffic.ts';
import {DAY, reportOn, storeAt} from './traffic-report.ts';

const NOW = at('2026-11-21T12:30:00Z');

const counted = async (
  records: readonly (readonly [ago: number, limit: string, allowed: number, denied: number])[],
) => {
  const {store, clock} = storeAt(NOW);
  for (const [ago, limit, allowed, denied] of records) {
    clock.now = NOW - ago;
    await store.record({
      limits: [{limit, allowed, denied, shadowDenied: 0}],
      keys: [
        {
          address: {limit, key: `key-${denied}`, tier: '', shape: 't'},
          denied,
          shadow: false,
          until: clock.now + S,
        },
      ],
    });
  }
  clock.now = NOW;
  return store;
};

describe('a report', () => {
  test('holds what lies in its range, to the minute, and nothing else', async () => {
    const store = await counted([
      [7 * DAY + MINUTE, 'per-ip', 1_000, 0],
      [7 * DAY, 'per-ip', 1, 1],
      [3 * DAY, 'per-ip', 10, 2],
      [3 * DAY, 'login', 5, 5],
      [0, 'per-ip', 100, 4],
    ]);
    const {report} = await reportOn(store, NOW);
    expect(report.totals).toEqual({
      requests: 128,
      allowed: 116,
      denied: 12,
      shadowDenied: 0,
      allowRate: 116 / 128,
    });
    expect(
      report.limits.map(({limit, requests, denied, shareOfDenied}) => [
        limit,
        requests,
        denied,
        shareOfDenied,
      ]),
    ).toEqual([
      ['per-ip', 118, 7, 7 / 12],
      ['per-tenant', 0, 0, 0],
      ['login', 10, 5, 5 / 12],
    ]);
    expect(report.range).toEqual({
      from: '2026-11-14T12:30:00.000Z',
      until: '2026-11-21T12:30:00.000Z',
      ms: (7 * DAY) / 1_000,
      edges: 'exact',
    });
    expect(report.series.points).toHaveLength(169);
    expect(report.series.points.reduce((sum, {allowed, denied}) => sum + allowed + denied, 0)).toBe(128);
  });

  test('of a part of the past ends where it is asked to', async () => {
    const store = await counted([
      [3 * DAY, 'per-ip', 10, 0],
      [2 * DAY, 'per-ip', 20, 0],
      [2 * DAY - MINUTE, 'per-ip', 40, 0],
    ]);
    const rangeAt = () => ({from: NOW - 3 * DAY, until: NOW - 2 * DAY});
    expect((await reportOn(store, NOW, {rangeAt})).report.totals.allowed).toBe(10);
    const later = () => ({from: NOW - 3 * DAY, until: NOW - 2 * DAY + MINUTE});
    expect((await reportOn(store, NOW, {rangeAt: later})).report.totals.allowed).toBe(30);
  });

  test('of few hours goes by minutes', async () => {
    const store = await counted([[HOUR, 'per-ip', 10, 1]]);
    const {report} = await reportOn(store, NOW, {rangeAt: () => ({from: NOW - 2 * HOUR, until: NOW})});
    expect(report.series).toMatchObject({
      stepMs: 60_000,
      peak: {at: '2026-11-21T11:30:00.000Z', requests: 11},
    });
    expect(report.week).toBeNull();
  });

  test('reaches back 30 days by hours, and says so when more is asked for than is kept', async () => {
    const store = await counted([
      [30 * DAY, 'per-ip', 10, 3],
      [0, 'per-ip', 20, 0],
    ]);
    const month = await reportOn(store, NOW, {rangeAt: () => ({from: NOW - 30 * DAY, until: NOW})});
    expect(month.warnings).toEqual([]);
    expect(month.report.totals.allowed).toBe(30);
    expect(month.report.range).toMatchObject({from: '2026-10-22T12:00:00.000Z', edges: 'hour'});
    expect(month.report.identities).toMatchObject({
      keys: [{key: 'key-3', denied: 3, share: 1}],
      range: {from: '2026-10-22T00:00:00.000Z', until: '2026-11-21T12:30:00.000Z'},
    });
    const year = await reportOn(store, NOW, {rangeAt: () => ({from: NOW - 365 * DAY, until: NOW})});
    expect(year.warnings).toEqual([
      'sums are kept for 35 days: the report begins at 2026-10-17T14:00:00.000Z, not at 2025-11-21T12:30:00.000Z',
    ]);
    expect(year.report.totals.allowed).toBe(30);
  });

  test('compares with the range before, key by key', async () => {
    const store = await counted([
      [10 * DAY, 'per-ip', 100, 5],
      [2 * DAY, 'per-ip', 150, 5],
      [DAY, 'per-ip', 150, 7],
    ]);
    const {report} = await reportOn(store, NOW, {compare: true});
    expect(report.before).toMatchObject({
      totals: {requests: 105, denied: 5},
      range: {from: '2026-11-07T12:00:00.000Z', until: '2026-11-14T12:30:00.000Z'},
    });
    expect(report.limits[0]!.before).toMatchObject({allowed: 100, denied: 5});
    expect(report.identities.keys.map(({key, denied, before}) => [key, denied, before])).toEqual([
      ['key-7', 7, 0],
      ['key-5', 5, 5],
    ]);
    const month = await reportOn(store, NOW, {
      compare: true,
      rangeAt: () => ({from: NOW - 30 * DAY, until: NOW}),
    });
    expect(month.report.before).toBeNull();
    expect(month.warnings).toEqual([
      'nothing is compared: sums are kept for 35 days, and the range before begins at 2026-09-22T11:30:00.000Z',
    ]);
  });

  test('is of one limit, and of keys that fit, when asked', async () => {
    const store = await counted([
      [DAY, 'per-ip', 10, 3],
      [DAY, 'per-ip', 10, 4],
      [DAY, 'login', 50, 9],
    ]);
    const one = await reportOn(store, NOW, {
      selector: {kind: 'prefix', limit: 'per-ip', prefix: ''},
      filter: {text: '!key-3', test: keyFilter('!key-3')},
    });
    expect(one.report.limits.map(({limit}) => limit)).toEqual(['per-ip']);
    expect(one.report.totals.requests).toBe(27);
    expect(one.report.identities.keys.map(({key}) => key)).toEqual(['key-4']);
    await expect(
      reportOn(store, NOW, {selector: {kind: 'prefix', limit: 'per-io', prefix: ''}}),
    ).rejects.toMatchObject({
      message: expect.stringContaining('unknown limit'),
    });
  });

  test('writes nothing', async () => {
    const {store, clock} = storeAt(NOW - DAY);
    await fillWithTraffic(store, clock, {until: NOW, days: 2, requestsPerDay: 10_000, step: 60});
    clock.now = NOW;
    const before = (await reportOn(store, NOW)).report;
    expect((await reportOn(store, NOW)).report).toEqual(before);
  });

  test('says how full the buckets of all keys are, up to a number of rows', async () => {
    const {store} = storeAt(NOW);
    await fillBuckets(store, NOW, 300);
    const {report} = await reportOn(store, NOW, {selector: {kind: 'all'}});
    const login = report.utilisation!.limits.find(({limit}) => limit === 'login')!;
    expect(login.keys).toBe(300);
    expect(login.tenths.reduce((sum, keys) => sum + keys, 0)).toBe(300);
    expect([login.p50, login.p90, login.p99, login.max]).toEqual(
      [...[login.p50, login.p90, login.p99, login.max]].sort(),
    );
    expect(login.max).toBe(1);
    const few = await reportOn(store, NOW, {selector: {kind: 'all'}, maxKeys: 50});
    expect(few.report.utilisation).toMatchObject({complete: false});
  });

  test('has the same figures whatever the policy, or without one', async () => {
    const store = await counted([[DAY, 'gone', 10, 3]]);
    const {report} = await reportOn(store, NOW, {}, '');
    expect(report.limits).toMatchObject([{limit: 'gone', mode: null, description: null, denied: 3}]);
    expect(report.policy).toBeNull();
  });

  test('reads journals that others wrote into', async () => {
    const {store} = storeAt(NOW);
    await store.append('events', [1, null, {kind: 3}, {kind: 'breaker-opened', subject: 'x'}]);
    await store.append('audit', ['x', {action: 'reset', by: 'ada', target: 'per-ip/a', why: 'asked'}]);
    const {report} = await reportOn(store, NOW + 1);
    expect(report.changes).toMatchObject({
      actions: [{action: 'reset', count: 1}],
      latest: [{action: 'reset', by: 'ada', target: 'per-ip/a', why: 'asked'}],
      complete: true,
    });
    expect(report.breakers!.map(({name}) => name)).toContain('x');
  });
});

describe('recommendations', () => {
  const limit = (more: Partial<ReportLimit>): ReportLimit => ({
    limit: 'per-ip',
    mode: 'enforce',
    description: null,
    requests: 100_000,
    allowed: 100_000,
    denied: 0,
    shadowDenied: 0,
    allowRate: 1,
    shareOfDenied: 0,
    trend: [],
    before: null,
    ...more,
  });
  const facts = (more: Partial<RecommendFacts>): RecommendFacts => ({
    policy: undefined,
    policyFile: 'ratectl.yaml',
    traces: [],
    limits: [],
    keys: [],
    utilisation: null,
    forecast: {kind: 'none', why: ''},
    lately: 0,
    tokens: [],
    solvable: () => undefined,
    ...more,
  });
  const kinds = (more: Partial<RecommendFacts>): readonly string[] =>
    recommend(facts(more)).map(({kind, urgency}) => `${kind} ${urgency}`);
  const all: ActivityReport['utilisation'] = {
    at: '2026-11-21T12:30:00.000Z',
    scope: 'all',
    keys: 9,
    complete: true,
    limits: [{limit: 'per-ip', keys: 9, p50: 0, p90: 0, p99: 0.05, max: 1, tenths: []}],
  };

  test.each<readonly [string, Partial<RecommendFacts>, readonly string[]]>([
    ['nothing for a limit that refuses little', {limits: [limit({denied: 999})]}, []],
    ['nothing for few refusals, whatever their share', {limits: [limit({requests: 99, denied: 99})]}, []],
    ['to raise what refuses 1 %', {limits: [limit({denied: 1_000})]}, ['raise plan']],
    ['to raise it now at 5 %', {limits: [limit({denied: 5_000})]}, ['raise act']],
    [
      'to look at the one key that has half of them',
      {limits: [limit({denied: 5_000})], keys: [{limit: 'per-ip', key: 'a', denied: 2_500, share: 0.5}]},
      ['one-key act'],
    ],
    [
      'to enforce what would refuse next to nothing',
      {limits: [limit({mode: 'shadow', shadowDenied: 100})]},
      ['enforce consider'],
    ],
    [
      'to keep in shadow what would refuse more',
      {limits: [limit({mode: 'shadow', shadowDenied: 101})]},
      ['keep-shadow consider'],
    ],
    ['nothing of a shadow that saw little', {limits: [limit({mode: 'shadow', requests: 9_999})]}, []],
    ['to narrow what nobody fills', {limits: [limit({})], utilisation: all}, ['lower consider']],
    [
      'not from the index of keys in trouble',
      {limits: [limit({})], utilisation: {...all, scope: 'recent'}},
      [],
    ],
  ])('are %s', (_, given, expected) => {
    expect(kinds(given)).toEqual(expected);
  });

  test('name the replay that checks them: the files where they are known, else TRACE', () => {
    const [first] = recommend(facts({limits: [limit({denied: 5_000})], traces: ['my log.gz', 'b.log']}));
    expect(first!.command).toBe(
      "ratectl simulate 'my log.gz' b.log --policy new.yaml --against ratectl.yaml",
    );
  });
});
