import {describe, expect, test} from 'vitest';
import {BucketSet} from '../../../src/engine/bucket-set.ts';
import type {RowAddress} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {Kind} from '../../../src/engine/verdict.ts';
import type {RowSelection, Store, StoredRow} from '../../../src/store/port.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {DAY, HOUR, S} from '../../support/instants.ts';
import {fixedWindowSpec, policyOf, slidingLogSpec, tokenBucketSpec} from '../../support/policies.ts';
import {
  ask,
  checkOf,
  keysOf,
  kinds,
  limitOfBuckets,
  type OnScene,
  pagesOf,
  remaining,
  rowsOf,
  START,
} from './scene.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const ALL: RowSelection = {keys: {kind: 'all'}};
const A: RowAddress = {limit: 'limit', key: 'a', tier: '', shape: 'f1h'};
const window = limitOfBuckets(fixedWindowSpec(3, HOUR));

/** The row with the instant it expires at left out: stores keep it with unlike precision. */
const stateOf = (row: StoredRow | undefined): unknown => row && {shape: row.address.shape, words: row.words};

const charge = async (store: Store, keys: readonly string[], limit = 'limit'): Promise<void> => {
  const router = new RequestRouter(policyOf([{name: limit, buckets: [fixedWindowSpec(3, HOUR)]}]));
  for (let i = 0; i < keys.length; i += 500)
    await store.check(keys.slice(i, i + 500).map((key) => checkOf(router, {key})));
};

const describeRead = (on: OnScene): void => {
  test(
    'read gives rows as the engine saves them, in the order asked, undefined where there is none',
    on(async ({store}) => {
      const specs = [tokenBucketSpec(3, 7 * S, 5), slidingLogSpec(5, HOUR), tokenBucketSpec(1, S, 9)];
      const smoothed = tokenBucketSpec(7, HOUR, 900, {refill: {kind: 'smoothed'}});
      const router = limitOfBuckets(...specs, smoothed);
      await store.check([checkOf(router, {key: 'a'}, {cost: 2}), checkOf(router, {key: 'a'})]);
      const address = {...A, shape: 't,l1h,t,s'};
      const [none, other, row] = await store.read([
        {...address, key: 'b'},
        {...address, shape: 't'},
        address,
      ]);
      expect([none, other]).toEqual([undefined, undefined]);
      expect(row!.address).toEqual(address);
      expect(row!.words).toEqual([START, 3, START, 1, 3, START, 3, START, 3, START, 3, START]);
      const state = new Float64Array(new BucketSet([...specs, smoothed]).words);
      expect(() => new BucketSet([...specs, smoothed]).load(state, 0, row!.words)).not.toThrow();
    }),
  );

  test(
    'a row may be forgotten a little after the instant from which it means nothing',
    on(async ({store}) => {
      const asked = performance.now();
      const {verdicts} = await ask(store, checkOf(window, {key: 'a'}));
      const [row] = await store.read([A]);
      const meaningless = START + verdicts[0]!.resetAfter;
      // What a server counts down goes by its own clock, which does not stand still.
      const passed = (performance.now() - asked) * 1_000;
      expect(row!.expiresAt).toBeGreaterThanOrEqual(meaningless - Math.max(0, passed - S));
      expect(row!.expiresAt).toBeLessThanOrEqual(meaningless + 10 * S);
    }),
  );

  test(
    'a bucket that starts below its burst is remembered for 30 days',
    on(async ({store}) => {
      await store.check([checkOf(limitOfBuckets(tokenBucketSpec(1, S, 5, {initial: 1})), {key: 'a'})]);
      const [row] = await store.read([{...A, shape: 't'}]);
      expect(row!.expiresAt).toBeGreaterThanOrEqual(START + 30 * DAY);
    }),
  );

  test(
    'reading changes neither the row nor when it expires',
    on(async ({store, clock}) => {
      await charge(store, ['a']);
      const read = performance.now();
      const before = await store.read([A]);
      clock.now += S;
      await rowsOf(store, ALL);
      const [row] = await store.read([A]);
      const passed = (performance.now() - read) * 1_000;
      expect(stateOf(row)).toEqual(stateOf(before[0]));
      expect(Math.abs(row!.expiresAt - before[0]!.expiresAt)).toBeLessThan(2 * S + passed);
    }),
  );

  test(
    'hostile keys are read exactly',
    on(async ({store}) => {
      await charge(store, HOSTILE_KEYS);
      const rows = await store.read(HOSTILE_KEYS.map((key) => ({...A, key})));
      expect(rows.map((row) => row?.address.key)).toEqual(HOSTILE_KEYS);
      expect(await keysOf(store, ALL)).toEqual([...HOSTILE_KEYS].sort());
    }),
  );
};

const describeScan = (on: OnScene): void => {
  test(
    'scan gives every row of all limits and tiers, or of one limit',
    on(async ({store}) => {
      await charge(store, ['a', 'b'], 'one');
      await charge(store, ['b', 'c'], 'one-more');
      const tiers = new Map([
        ['free', [fixedWindowSpec(3, HOUR)]],
        ['pro', [fixedWindowSpec(3, HOUR)]],
      ]);
      const plan = {kind: 'tiered', tier: '{plan}', tiers, defaultTier: undefined} as const;
      const tiered = new RequestRouter(policyOf([{name: 'plan', plan}]));
      await store.check(['free', 'pro'].map((plan) => checkOf(tiered, {key: 'a', plan})));
      const addresses = (rows: readonly StoredRow[]): string[] =>
        rows.map(({address: {limit, key, tier}}) => `${limit}/${key}/${tier}`).sort();
      expect(addresses(await rowsOf(store, ALL))).toEqual([
        'one-more/b/',
        'one-more/c/',
        'one/a/',
        'one/b/',
        'plan/a/free',
        'plan/a/pro',
      ]);
      expect(addresses(await rowsOf(store, {...ALL, limit: 'one'}))).toEqual(['one/a/', 'one/b/']);
      expect(addresses(await rowsOf(store, {...ALL, limit: 'on'}))).toEqual([]);
      expect(addresses(await rowsOf(store, {...ALL, limit: '*'}))).toEqual([]);
    }),
  );

  test(
    'scan gives the same rows as read',
    on(async ({store}) => {
      await charge(store, ['a', 'b']);
      const rows = await rowsOf(store, ALL);
      const read = await store.read(rows.map(({address}) => address));
      expect(rows.map(stateOf)).toEqual(read.map(stateOf));
    }),
  );

  test(
    'pages hold at most as many rows as asked, together all of them',
    on(async ({store}) => {
      const keys = Array.from({length: 1_234}, (_, i) => `key-${i}`);
      await charge(store, keys);
      const pages = await pagesOf(store, ALL, 100);
      expect(Math.max(...pages.map(({rows}) => rows.length))).toBeLessThanOrEqual(100);
      expect(pages.flatMap(({foreign}) => foreign)).toEqual([]);
      expect([...new Set(pages.flatMap(({rows}) => rows.map(({address}) => address.key)))].sort()).toEqual(
        [...keys].sort(),
      );
    }),
  );

  test(
    'a listing may be left before its end, and rows may come and go meanwhile',
    on(async ({store}) => {
      const keys = Array.from({length: 300}, (_, i) => `key-${i}`);
      await charge(store, keys);
      for await (const _ of store.scan(ALL, 10)) break;
      const seen = new Set<string>();
      let added = 0;
      for await (const {rows} of store.scan(ALL, 10)) {
        for (const {address} of rows) seen.add(address.key);
        if (added < 20) await charge(store, [`new-${added++}`]);
        await store.change([{address: {...A, key: 'key-299'}, expected: 'any', next: undefined}]);
      }
      const stayed = keys.slice(0, 299);
      expect(stayed.filter((key) => !seen.has(key))).toEqual([]);
    }),
  );

  test(
    'an empty store has no rows',
    on(async ({store}) => {
      expect(await rowsOf(store, ALL)).toEqual([]);
    }),
  );

  const prefixes: readonly (readonly [prefix: string, keys: readonly string[]])[] = [
    ['a', ['a', 'a*', 'ab', 'a\u0000', 'a\ud83d\ude00']],
    ['a*', ['a*']],
    ['[', ['[a]']],
    ['\\', ['\\']],
    ['%', ['%_']],
    ['a\u0000', ['a\u0000']],
    ['\ud83d\ude00', ['\ud83d\ude00\ud83d\ude00']],
    [
      '',
      [
        'a',
        'a*',
        'ab',
        'a\u0000',
        'a\ud83d\ude00',
        '[a]',
        '\\',
        '%_',
        '\ud83d\ude00\ud83d\ude00',
        '\u{10ffff}',
      ],
    ],
    ['\u{10ffff}', ['\u{10ffff}']],
    ['none', []],
  ];
  test(
    'a prefix selects keys that begin with just these characters',
    on(async ({store}) => {
      await charge(store, prefixes.find(([prefix]) => prefix === '')![1]);
      await charge(store, ['a elsewhere'], 'limit-2');
      for (const [prefix, keys] of prefixes) {
        const selection: RowSelection = {limit: 'limit', keys: {kind: 'prefix', prefix}};
        expect(await keysOf(store, selection), JSON.stringify(prefix)).toEqual([...keys].sort());
      }
      expect(await keysOf(store, {keys: {kind: 'prefix', prefix: 'a '}})).toEqual(['a elsewhere']);
    }),
  );

  const GLOBBED = [
    'a',
    'ab',
    'abc',
    'a*c',
    'a?',
    'b[a]',
    'b{1}',
    'c\\d',
    'x\ny',
    '%',
    'u:\ud83d\ude00',
    'u:\u00e9',
  ];
  const globs: readonly (readonly [pattern: string, keys: readonly string[]])[] = [
    ['*', GLOBBED],
    ['a*', ['a', 'ab', 'abc', 'a*c', 'a?']],
    ['a?', ['ab', 'a?']],
    ['a\\?', ['a?']],
    ['a\\*c', ['a*c']],
    ['a*c', ['abc', 'a*c']],
    ['?', ['a', '%']],
    ['b[a]', ['b[a]']],
    ['b[*', ['b[a]']],
    ['b{1}', ['b{1}']],
    ['c\\\\d', ['c\\d']],
    ['x?y', ['x\ny']],
    ['u:?', ['u:\ud83d\ude00', 'u:\u00e9']],
    ['*:*', ['u:\ud83d\ude00', 'u:\u00e9']],
    ['**b**', ['ab', 'abc', 'b[a]', 'b{1}']],
    ['[ab]*', []],
    ['', []],
  ];
  test(
    'a glob knows *, ? and \\; everything else stands for itself',
    on(async ({store}) => {
      await charge(store, GLOBBED);
      for (const [pattern, keys] of globs) {
        const selection: RowSelection = {keys: {kind: 'glob', pattern}};
        expect(await keysOf(store, selection), JSON.stringify(pattern)).toEqual([...keys].sort());
      }
    }),
  );
};

const describeChange = (on: OnScene): void => {
  test(
    'change takes a row away: the key is as if never seen; and puts it back',
    on(async ({store}) => {
      await store.check([checkOf(window, {key: 'a'}, {cost: 3})]);
      const [row] = await store.read([A]);
      const [removed] = await store.change([{address: A, expected: row, next: undefined}]);
      expect(removed!.outcome).toBe('done');
      expect(stateOf(removed!.before)).toEqual(stateOf(row));
      expect(await store.read([A])).toEqual([undefined]);
      expect(remaining(await ask(store, checkOf(window, {key: 'a'}, {cost: 0})))).toEqual([3]);
      const [undone] = await store.change([{address: A, expected: undefined, next: row}]);
      expect(undone).toEqual({outcome: 'done', before: undefined});
      expect(kinds(await ask(store, checkOf(window, {key: 'a'})))).toEqual([Kind.notYet]);
    }),
  );

  test(
    'a row that is no longer what was expected stays as it is',
    on(async ({store}) => {
      await charge(store, ['a']);
      const [old] = await store.read([A]);
      await charge(store, ['a']);
      const [now] = await store.read([A]);
      const answers = await store.change([
        {address: A, expected: old, next: undefined},
        {address: A, expected: undefined, next: undefined},
        {address: {...A, key: 'b'}, expected: old, next: old},
      ]);
      expect(answers.map(({outcome}) => outcome)).toEqual(['drifted', 'drifted', 'drifted']);
      expect(answers.map(({before}) => stateOf(before))).toEqual([stateOf(now), stateOf(now), undefined]);
      expect((await store.read([A, {...A, key: 'b'}])).map(stateOf)).toEqual([stateOf(now), undefined]);
    }),
  );

  test(
    'any takes what there is, or nothing',
    on(async ({store}) => {
      await charge(store, ['a']);
      const [row] = await store.read([A]);
      const next = {words: [START, 1 / 3], expiresAt: FOREVER};
      const answers = await store.change([
        {address: A, expected: 'any', next},
        {address: {...A, key: 'b'}, expected: 'any', next: undefined},
      ]);
      expect(answers.map(({outcome}) => outcome)).toEqual(['done', 'done']);
      expect(answers.map(({before}) => stateOf(before))).toEqual([stateOf(row), undefined]);
      expect(await store.read([A])).toEqual([{address: A, ...next}]);
    }),
  );

  test(
    'words come back bit for bit',
    on(async ({store}) => {
      const words = [0, 1, -1, 0.1, 1 / 3, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, 2 ** 60, 1e-300, 1e300];
      const next = {words, expiresAt: START + HOUR};
      // A letter of a later version.
      const address = {...A, shape: 'x'};
      await store.change([{address, expected: undefined, next}]);
      const [row] = await store.read([address]);
      expect(row!.words).toEqual(words);
      const [changed] = await store.change([{address, expected: row, next: undefined}]);
      expect(changed!.outcome).toBe('done');
    }),
  );

  test(
    'changes of one call follow each other; 1,000 of them are made',
    on(async ({store}) => {
      const keys = Array.from({length: 1_000}, (_, i) => `key-${i}`);
      await charge(store, keys);
      const rows = await store.read(keys.map((key) => ({...A, key})));
      const twice = rows.map((row) => ({address: row!.address, expected: row, next: undefined}));
      const answers = await store.change([...twice, twice[0]!]);
      expect(answers.slice(0, -1).every(({outcome}) => outcome === 'done')).toBe(true);
      expect(answers.at(-1)).toEqual({outcome: 'drifted', before: undefined});
      expect(await rowsOf(store, ALL)).toEqual([]);
    }),
  );

  test(
    'hostile keys are taken away exactly, one by one',
    on(async ({store}) => {
      await charge(store, HOSTILE_KEYS);
      const left = new Set(HOSTILE_KEYS);
      for (const key of HOSTILE_KEYS) {
        await store.change([{address: {...A, key}, expected: 'any', next: undefined}]);
        left.delete(key);
        const rows = await store.read(HOSTILE_KEYS.map((key) => ({...A, key})));
        expect(rows.flatMap((row) => row?.address.key ?? [])).toEqual([...left]);
      }
    }),
  );
};

export const describeRows = (on: OnScene): void => {
  describe('rows', () => {
    describeRead(on);
    describeScan(on);
    describeChange(on);
  });
};
