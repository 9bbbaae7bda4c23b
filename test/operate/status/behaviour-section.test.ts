import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import {behaviourAddress, behaviourWords} from '../../../src/engine/behaviour/behaviour-state.ts';
import {selectorJob} from '../../../src/operate/reset/selector-job.ts';
import {parseSelector, type SelectorKind} from '../../../src/operate/selector.ts';
import {behaviourSection} from '../../../src/operate/status/behaviour-section.ts';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import {BEHAVIOUR_KIND, MOST_MOVES, noteMoves, readMoves} from '../../../src/store/behaviour-moves.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE} from '../../support/instants.ts';
import {BehaviourState} from '../behaviour-state.ts';
import {queryOf} from '../live-state.ts';
import {addressOf, fill, rowOf} from '../reset/stores.ts';

const sectionOf = ({store, loaded, now}: BehaviourState) =>
  behaviourSection({store, policy: loaded.policy, now});

describe('the keys that behaviour has moved', () => {
  test('are found from an index, the latest first, with score and terms', async () => {
    const state = await BehaviourState.busy();
    const [limit, ...others] = await sectionOf(state);
    expect(others).toEqual([]);
    expect(limit).toMatchObject({limit: 'plan', ladder: ['restricted', 'free', 'premium'], up: 1, down: 1});
    expect(limit!.keys.map(({key, move, tier, treatedAs}) => [key, move, tier, treatedAs])).toEqual([
      ['flood', 'down', 'premium', 'free'],
      ['good', 'up', 'free', 'premium'],
    ]);
    for (const {score, terms} of limit!.keys)
      expect(terms.reduce((sum, {points}) => sum + points, 0)).toBeCloseTo(score, 9);
  });

  test('are no more when they fell silent for a window', async () => {
    const state = await BehaviourState.busy();
    state.now += 70 * MINUTE;
    expect(await sectionOf(state)).toMatchObject([{up: 0, down: 0, keys: []}]);
  });

  test('are at most 20, however many were moved', async () => {
    const state = new BehaviourState();
    for (let i = 0; i < 30; i++) await state.behave({tenant: `t${i}`, plan: 'free'}, 400, 1_000_000);
    const [limit] = await sectionOf(state);
    expect(limit).toMatchObject({down: 30});
    expect(limit!.keys.map(({key}) => key)).toEqual(Array.from({length: 20}, (_, i) => `t${29 - i}`));
  });

  test('are none without a policy, and without the section', async () => {
    const {store, now} = await BehaviourState.busy();
    expect(await behaviourSection({store, policy: undefined, now})).toEqual([]);
  });
});

describe('the index of moves', () => {
  const move = (key: string, at: number, move: 'up' | 'down' | 'none' = 'down') => ({
    key,
    tier: 'free',
    at,
    move,
  });

  test('keeps the latest 200, and drops those that came back', async () => {
    const {store, now} = new BehaviourState();
    const all = Array.from({length: 250}, (_, i) => move(`k${i}`, now + i));
    for (let i = 0; i < all.length; i += 50) await noteMoves(store, 'plan', all.slice(i, i + 50), now);
    const kept = await readMoves(store, 'plan');
    expect(kept).toHaveLength(MOST_MOVES);
    expect(kept[0]).toEqual({key: 'k249', tier: 'free', at: now + 249});
    await noteMoves(store, 'plan', [move('k249', now + 300, 'none'), move('k248', now + 300, 'up')], now);
    expect((await readMoves(store, 'plan')).slice(0, 2).map(({key}) => key)).toEqual(['k248', 'k247']);
  });

  test('is not written when nothing in it changes', async () => {
    const {store, now} = new BehaviourState();
    await noteMoves(store, 'plan', [move('a', now, 'none')], now);
    expect(await store.get(BEHAVIOUR_KIND, 'plan')).toBeUndefined();
  });

  test('stays small however long the keys are', async () => {
    const {store, now} = new BehaviourState();
    const all = Array.from({length: 200}, (_, i) => move(`${i}`.padEnd(1_000, 'x'), now + i));
    await noteMoves(store, 'plan', all, now);
    const document = await store.get(BEHAVIOUR_KIND, 'plan');
    expect(JSON.stringify(document!.value).length).toBeLessThan(60_000);
  });

  test('misses nothing when several write at once', async () => {
    const {store, now} = new BehaviourState();
    await Promise.all(['a', 'b', 'c'].map((key) => noteMoves(store, 'plan', [move(key, now)], now)));
    expect((await readMoves(store, 'plan')).map(({key}) => key).sort()).toEqual(['a', 'b', 'c']);
  });

  test.each([
    [undefined],
    ['text'],
    [{moves: 7}],
    [
      {
        moves: [
          7,
          null,
          {key: 1},
          {key: 'a', tier: 'free', at: 0.5},
          {key: 'x'.repeat(2_000), tier: 'free', at: 1},
        ],
      },
    ],
  ])('that is %j names nothing', async (value) => {
    const {store} = new BehaviourState();
    if (value !== undefined) await store.put(BEHAVIOUR_KIND, 'plan', value);
    expect(await readMoves(store, 'plan')).toEqual([]);
  });
});

const STORES: readonly (readonly [string, () => string])[] = [
  ['memory', () => 'memory:'],
  ['SQLite', () => 'sqlite:state.db'],
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`],
];

describe.each(STORES)('rows of behaviour in %s', (_, url) => {
  const cwd = mkdtempSync(join(tmpdir(), 'ratectl-behaviour-'));
  const state = new BehaviourState();
  const {policy} = state.loaded;
  const keys = HOSTILE_KEYS.filter((key) => key !== '' && key.length < 1_000);
  let store: Store;
  beforeAll(async () => {
    store = await openStore(parseStoreUrl(url(), {folder: cwd, env: {}, name: 'test'}), {access: 'write'});
    const now = await store.now();
    const expiresAt = now + 60 * MINUTE;
    const words = behaviourWords({record: {since: now, slots: []}, held: {move: 'none', at: 0}});
    await fill(
      store,
      keys.flatMap((key) => [
        rowOf({...addressOf('plan', key, 'free'), shape: 'g'}, 1, expiresAt),
        {address: behaviourAddress(state.spec, key), words, expiresAt},
      ]),
    );
  });
  afterAll(async () => {
    await store.close();
    rmSync(cwd, {recursive: true});
  });

  const statusOf = async (
    known: typeof policy | undefined,
    scope: Parameters<typeof readStatus>[1]['scope'],
  ) => (await readStatus({...state.source, store, policy: known}, queryOf({scope, limit: 10_000}))).report;
  const countOf = async (text: string, kind: SelectorKind, known: typeof policy | undefined) => {
    const job = selectorJob(parseSelector(text, {kind}), {store, policy: known});
    const {keys, notes} = await job.preview();
    expect(notes).toEqual([]);
    let rows = 0;
    for await (const batch of job.batches()) rows += batch.length;
    expect(rows).toBe(keys);
    return keys;
  };

  test('are no keys of the limit to status, and nothing foreign', async () => {
    for (const known of [policy, undefined]) {
      const report = await statusOf(known, {kind: 'all'});
      expect(report.keys).toHaveLength(keys.length);
      expect(report.totals).toMatchObject({foreign: 0, read: keys.length});
      expect(report.keys.every(({tier}) => tier === 'free')).toBe(true);
    }
  });

  test('stay when the keys of the limit, or all keys, are reset', async () => {
    for (const known of [policy, undefined]) {
      expect(await countOf('', 'all', known)).toBe(keys.length);
      expect(await countOf('plan/', 'prefix', known)).toBe(keys.length);
      expect(await countOf('*/*', 'glob', known)).toBe(keys.length);
    }
    expect(await countOf('plan/*', 'exact', undefined)).toBe(1);
  });

  test('go when behaviour is asked for: of a key, of a limit, of all', async () => {
    for (const known of [policy, undefined]) {
      for (const key of keys) expect(await countOf(`behaviour:plan/${key}`, 'exact', known), key).toBe(1);
      expect(await countOf('behaviour:plan/', 'prefix', known)).toBe(keys.length);
      expect(await countOf('behaviour:*/*', 'glob', known)).toBe(keys.length);
      expect(await countOf('behaviour:plan/nobody', 'exact', known)).toBe(0);
    }
    await expect(countOf('behaviour:gone/a', 'exact', policy)).rejects.toThrow('unknown limit "gone"');
  });
});
