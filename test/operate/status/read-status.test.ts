import {beforeEach, describe, expect, test} from 'vitest';
import type {RowAddress} from '../../../src/engine/live/check.ts';
import {readStatus, type StatusQuery} from '../../../src/operate/status/read-status.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import type {StatusKey} from '../../../src/view/model/status-report.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {busyState, LiveState, NOON, queryOf} from '../live-state.ts';

let state: LiveState;
beforeEach(async () => {
  state = await busyState();
});

const read = async (more: Partial<StatusQuery> = {}) => readStatus(state.source, queryOf(more));
const names = (keys: readonly StatusKey[]): readonly string[] =>
  keys.map(({limit, key, state: one}) => `${limit}/${key} ${one}`);
const ALL = {scope: {kind: 'all'}} as const;

describe('every key', () => {
  test('the worst first', async () => {
    const {report, warnings} = await read(ALL);
    expect(names(report.keys)).toEqual([
      'per-ip/203.0.113.7 limited',
      'plan/acme limited',
      'per-tenant/acme shadow-limited',
      'per-ip/203.0.113.8 near',
      'per-tenant/bcme ok',
      'per-ip/203.0.113.9 ok',
      'plan/bcme ok',
    ]);
    expect(report.totals).toMatchObject({shown: 7, matching: 7, read: 7, complete: true});
    expect(report.totals.states).toMatchObject({limited: 2, 'shadow-limited': 1, near: 1, ok: 3});
    expect(warnings).toEqual([]);
  });

  test('a key with all that is known of it', async () => {
    const {report} = await read({scope: {kind: 'exact', limit: 'plan', key: 'acme'}});
    expect(report.keys).toEqual([
      {
        limit: 'plan',
        key: 'acme',
        tier: 'free',
        state: 'limited',
        used: 100,
        capacity: 100,
        remaining: 0,
        share: 1,
        resetAfterMs: 3_600_000,
        retryAfterMs: 600,
        deniedLastMinute: 0,
        shape: 'g,f1h',
        shapeMatches: true,
        expiresAt: '2026-01-05T13:00:05.000Z',
        buckets: [
          expect.objectContaining({algorithm: 'GCRA 100/m, burst 100', used: 100, retryAfterMs: 600}),
          expect.objectContaining({algorithm: 'fixed window 130/h', used: 100, retryAfterMs: 0}),
        ],
      },
    ]);
  });

  test.each([
    ['reset', ['per-ip/203.0.113.7 limited', 'per-ip/203.0.113.9 ok', 'plan/acme limited']],
    ['key', ['per-ip/203.0.113.7 limited', 'per-ip/203.0.113.8 near', 'per-ip/203.0.113.9 ok']],
  ] as const)('sorted by %s', async (sort, first) => {
    const {report} = await read({...ALL, sort, limit: 3});
    expect(names(report.keys)).toEqual(first);
    expect(report.totals).toMatchObject({shown: 3, matching: 7});
  });

  test('sorted by refusals, and the other way round', async () => {
    await state.refused('plan', 'bcme', 7, 'premium');
    const {report} = await read({...ALL, sort: 'denied'});
    expect(report.keys[0]).toMatchObject({key: 'bcme', limit: 'plan', deniedLastMinute: 7});
    const reversed = await read({...ALL, sort: 'key', direction: 'reverse'});
    expect(names(reversed.report.keys)[0]).toBe('plan/bcme ok');
  });

  test('filtered by name and by state', async () => {
    const near = await read({...ALL, states: new Set(['near', 'limited'])});
    expect(near.report.totals.matching).toBe(3);
    const filtered = await read({
      ...ALL,
      filter: (texts) => texts.map((text) => text.includes('/203.') && !text.endsWith('9')),
    });
    expect(filtered.report.totals).toMatchObject({matching: 2, read: 7});
  });

  test('--max-keys ends the search and says so', async () => {
    const {report, warnings} = await read({...ALL, maxKeys: 3});
    expect(report.totals).toMatchObject({read: 3, complete: false});
    expect(warnings).toEqual(['stopped after 3 keys, as --max-keys asks: there may be more']);
  });

  test('as a stream keeps none of them', async () => {
    const seen: StatusKey[] = [];
    const {report} = await readStatus(state.source, queryOf(ALL), {onKey: (key) => void seen.push(key)});
    expect(seen).toHaveLength(7);
    expect(report.keys).toEqual([]);
    expect(report.totals).toMatchObject({shown: 7, matching: 7});
  });

  test('hostile keys are found as they are', async () => {
    state = new LiveState();
    const keys = HOSTILE_KEYS.filter((key) => key !== '');
    for (const ip of keys) await state.send({ip}, 1);
    const {report} = await read({...ALL, limit: 1_000});
    const wellFormed = keys.map((key) => key.toWellFormed());
    expect(new Set(report.keys.map(({key}) => key))).toEqual(new Set(wellFormed));
    for (const key of wellFormed) {
      const one = await read({scope: {kind: 'exact', limit: 'per-ip', key}});
      expect(one.report.keys.map((found) => found.key)).toEqual([key]);
    }
  });
});

describe('without a selector', () => {
  test('answers from the index, and judges with the state of this moment', async () => {
    await state.refused('per-ip', '203.0.113.7', 5);
    await state.refused('per-ip', 'long-gone', 2);
    state.now += 100_000;
    const {report} = await read();
    expect(report.scope).toEqual({kind: 'recent', selector: ''});
    expect(report.keys.map(({key, state: one, deniedLastMinute}) => [key, one, deniedLastMinute])).toEqual([
      ['203.0.113.7', 'near', 5],
      ['long-gone', 'ok', 2],
    ]);
    expect(report.totals.read).toBe(2);
  });

  test('reads the most refused keys of a full index first, and says that there are more', async () => {
    await state.refused('per-ip', '203.0.113.8', 1);
    await state.refused('per-ip', '203.0.113.7', 5);
    await state.refused('per-ip', '203.0.113.9', 2);
    const {report} = await read({mostRecent: 2});
    expect(report.keys.map(({key}) => key)).toEqual(['203.0.113.7', '203.0.113.9']);
    expect(report.totals).toMatchObject({read: 2, complete: false});
  });

  test('a row that somebody else wrote over is left out and named, and hides no other one', async () => {
    for (const key of ['203.0.113.7', '203.0.113.8', '203.0.113.9']) await state.refused('per-ip', key, 1);
    const {store} = state;
    const source = {
      ...state.source,
      store: {
        get: store.get.bind(store),
        list: store.list.bind(store),
        queues: store.queues.bind(store),
        hot: store.hot.bind(store),
        slots: store.slots.bind(store),
        latest: store.latest.bind(store),
        facts: store.facts.bind(store),
        scan: store.scan.bind(store),
        read: async (addresses: readonly RowAddress[]) => {
          if (addresses.some(({key}) => key === '203.0.113.8'))
            throw new StoreError('something else', {kind: 'foreign', url: 'memory:', hint: 'look'});
          return store.read(addresses);
        },
      },
    };
    const {report, warnings} = await readStatus(source, queryOf());
    expect(report.keys.map(({key}) => key)).toEqual(['203.0.113.7', '203.0.113.9']);
    expect(report.totals).toMatchObject({read: 3, foreign: 1, complete: true});
    expect(warnings).toEqual([expect.stringMatching(/^1 thing .* is not ours .*per-ip\/203\.0\.113\.8$/)]);
  });

  test('never looks through the keys', async () => {
    const {store} = state;
    const source = {
      ...state.source,
      store: {
        read: store.read.bind(store),
        get: store.get.bind(store),
        list: store.list.bind(store),
        queues: store.queues.bind(store),
        hot: store.hot.bind(store),
        slots: store.slots.bind(store),
        latest: store.latest.bind(store),
        facts: store.facts.bind(store),
        scan: () => {
          throw new Error('scanned');
        },
      },
    };
    await expect(readStatus(source, queryOf())).resolves.toBeDefined();
  });

  test('an empty store is an empty answer', async () => {
    state = new LiveState();
    const {report} = await read();
    expect(report.keys).toEqual([]);
    expect(report.usage).toEqual([]);
    expect(report.totals).toMatchObject({matching: 0, complete: true});
  });
});

describe('rules', () => {
  test('live overrides hold, those of the policy too', async () => {
    await state.override({
      limit: 'per-ip',
      key: '203.0.113.7',
      until: NOON + MINUTE,
      effect: {kind: 'exempt'},
    });
    await state.override({
      limit: 'per-ip',
      key: '203.0.113.9',
      until: NOON + MINUTE,
      effect: {kind: 'block'},
    });
    const {report} = await read(ALL);
    expect(report.liveOverrides).toBe(2);
    expect(report.keys[0]).toMatchObject({
      key: '203.0.113.9',
      state: 'blocked',
      retryAfterMs: 60_000,
      override: {from: 'live', effect: 'block', until: '2026-01-05T12:01:00.000Z'},
    });
    expect(report.keys.at(-1)).toMatchObject({key: '203.0.113.7', state: 'exempt'});
    const own = await read({scope: {kind: 'exact', limit: 'per-ip', key: '10.0.0.9'}});
    expect(own.report.keys).toMatchObject([{state: 'exempt', override: {from: 'policy', effect: 'exempt'}}]);
  });

  test('an unknown limit is refused with a suggestion', async () => {
    await expect(read({scope: {kind: 'exact', limit: 'per-iq', key: 'x'}})).rejects.toThrow(
      /unknown limit "per-iq" \(did you mean "per-ip"\?\)/,
    );
  });

  test('without a policy keys are listed, not judged', async () => {
    const {report} = await readStatus(
      state.withoutPolicy,
      queryOf({scope: {kind: 'exact', limit: 'plan', key: 'acme'}}),
    );
    expect(report.policy).toBeNull();
    expect(report.keys).toEqual([
      {
        limit: 'plan',
        key: 'acme',
        tier: 'free',
        state: 'unknown',
        deniedLastMinute: 0,
        shape: 'g,f1h',
        expiresAt: '2026-01-05T13:00:05.000Z',
        buckets: [],
      },
    ]);
  });

  test('a row of another policy counts as never seen, and is marked', async () => {
    const address = {limit: 'per-ip', key: 'old', tier: '', shape: 'f1m'};
    await state.store.change([
      {address, expected: undefined, next: {words: [NOON, 5], expiresAt: NOON + MINUTE}},
    ]);
    const {report} = await read({scope: {kind: 'prefix', limit: 'per-ip', prefix: 'old'}});
    expect(report.keys).toMatchObject([{state: 'ok', used: 0, shape: 'f1m', shapeMatches: false}]);
  });

  test('rows that have expired are as if never used', async () => {
    state.now += 7_200 * S;
    const {report} = await read(ALL);
    expect(report.keys.every(({state: one, used}) => one === 'ok' && used === 0)).toBe(true);
  });
});

describe('clocks and counts', () => {
  test('the clock of the store rules, and how far it is off is told', async () => {
    state.skew = 30 * S;
    const {report, warnings} = await read(ALL);
    expect(report.store).toMatchObject({now: '2026-01-05T12:00:00.000Z', skewMs: 30_000, skewErrorMs: 0});
    expect(report.keys[0]).toMatchObject({key: '203.0.113.7', state: 'limited', retryAfterMs: 100});
    expect(warnings).toEqual([
      "the store's clock is 30000 ms ahead of this machine's: limits go by the store's",
    ]);
  });

  test('what the limits did in the last minute and hour', async () => {
    await state.refused('per-ip', 'x', 4);
    state.now += 90 * S;
    await state.refused('per-ip', 'x', 6);
    const {report} = await read();
    // Half of the minute before, and this one.
    expect(report.usage).toEqual([
      {
        limit: 'per-ip',
        lastMinute: {allowed: 15, denied: 8, shadowDenied: 0},
        lastHour: {allowed: 20, denied: 10, shadowDenied: 0},
      },
    ]);
  });

  test('nothing is written by looking', async () => {
    await state.refused('per-ip', '203.0.113.7', 5);
    const before = await state.store.read([{limit: 'per-ip', key: '203.0.113.7', tier: '', shape: 't'}]);
    await read(ALL);
    await read();
    expect(await state.store.read([{limit: 'per-ip', key: '203.0.113.7', tier: '', shape: 't'}])).toEqual(
      before,
    );
    expect(await state.store.generation()).toBe(0);
    expect(await state.store.latest('audit', 10)).toEqual([]);
  });
});
