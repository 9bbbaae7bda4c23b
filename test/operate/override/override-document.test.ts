import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import type {LiveEffect, LiveOverride} from '../../../src/engine/live/live-override.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {
  listOverrides,
  OVERRIDE_KIND,
  overrideDocument,
  readOverride,
  readOverrideNote,
} from '../../../src/store/override-document.ts';
import type {StoredDocument} from '../../../src/store/port.ts';
import {SPECS, specOf} from '../../support/arbitraries.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {HOSTILE_KEYS, memoryStore, NOW} from '../reset/stores.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const NOTE = {by: 'ada@build-7', why: 'a test', at: NOW};
const FOREVER = Number.POSITIVE_INFINITY;

const documentOf = (override: LiveOverride): StoredDocument => {
  const {id, value} = overrideDocument(override, NOTE);
  return {id, version: 1, expiresAt: override.until, value: JSON.parse(JSON.stringify(value)) as unknown};
};

const documentWith = (effect: unknown, id = '["per-ip","a"]'): StoredDocument => ({
  id,
  version: 1,
  expiresAt: FOREVER,
  value: {effect},
});

const CALENDAR: AlgorithmSpec = {
  kind: 'fixed-window',
  limit: 5,
  window: {align: 'calendar', unit: 'day', timeZone: 'Europe/Berlin'},
  countDenied: true,
};

describe('an override as a document', () => {
  test('is read as it was written, whatever the key and the buckets', () => {
    const effect: fc.Arbitrary<LiveEffect> = fc.oneof(
      fc.constantFrom({kind: 'block'} as const, {kind: 'exempt'} as const),
      fc
        .array(fc.oneof(specOf(Object.keys(SPECS)), fc.constant(CALENDAR)), {minLength: 1, maxLength: 4})
        .map((buckets) => ({kind: 'buckets', buckets}) as const),
    );
    const override = fc.record({
      limit: fc.constantFrom('per-ip', 'a.b-c_d'),
      key: fc.oneof(fc.constantFrom(...HOSTILE_KEYS), fc.string({minLength: 1, unit: 'binary'})),
      until: fc.constantFrom(NOW, FOREVER),
      effect,
    });
    fc.assert(
      fc.property(override, (one) => {
        const document = documentOf(one);
        expect(readOverride(document)).toEqual(one);
        expect(readOverrideNote(document)).toEqual(NOTE);
      }),
    );
  });

  test('of one key is not that of another', () => {
    const ids = HOSTILE_KEYS.flatMap((key) =>
      ['a', 'a/b', 'a"'].map(
        (limit) => overrideDocument({limit, key, until: 1, effect: {kind: 'block'}}, NOTE).id,
      ),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  const bucket = {kind: 'gcra', count: 1, per: 1_000_000, burst: 1};
  test.each([
    ['no effect', undefined],
    ['an unknown effect', 'slow down'],
    ['no buckets', {buckets: []}],
    ['too many buckets', {buckets: Array.from({length: 17}, () => bucket)}],
    ['an unknown algorithm', {buckets: [{kind: 'magic', count: 1}]}],
    ['one bucket of two that is wrong', {buckets: [bucket, {...bucket, per: 0}]}],
    ['a rate of 0', {buckets: [{...bucket, count: 0}]}],
    ['a rate that is not whole', {buckets: [{...bucket, count: 0.5}]}],
    ['a rate that is text', {buckets: [{...bucket, count: '1'}]}],
    ['a rate beyond 2^53', {buckets: [{...bucket, count: 2 ** 53}]}],
    ['a negative period', {buckets: [{...bucket, per: -1}]}],
    ['a period of ages', {buckets: [{...bucket, per: 2 ** 52}]}],
    [
      'more tokens at first than it holds',
      {buckets: [{...bucket, kind: 'token-bucket', initial: 2, refill: {kind: 'continuous'}}]},
    ],
    ['no refill', {buckets: [{...bucket, kind: 'token-bucket', initial: 1}]}],
    ['an unknown refill', {buckets: [{...bucket, kind: 'token-bucket', initial: 1, refill: {kind: 'no'}}]}],
    [
      'a leak too slow to count',
      {buckets: [{kind: 'leaky-bucket', count: 1, per: 36_525 * 86_400_000_000, burst: 1, delayFrom: 0}]},
    ],
    [
      'an unknown time zone',
      {buckets: [{...CALENDAR, window: {...CALENDAR.window, timeZone: 'Mars/Olympus'}}]},
    ],
    ['an unknown calendar unit', {buckets: [{...CALENDAR, window: {...CALENDAR.window, unit: 'eon'}}]}],
    ['too many leases', {buckets: [{kind: 'concurrency', max: 1e9, timeout: 1}]}],
    ['an inherited member', {buckets: [Object.create(bucket)]}],
  ])('with %s is none', (_, effect) => {
    expect(readOverride(documentWith(effect))).toBeUndefined();
  });

  test.each([
    '',
    '[]',
    '["per-ip"]',
    '["per-ip","a","b"]',
    '["","a"]',
    '["per-ip",""]',
    '[1,2]',
    '{',
    'null',
  ])('with the id %s is none', (id) => expect(readOverride(documentWith('block', id))).toBeUndefined());

  test.each([null, 1, 'x', [], {by: 1, why: {}, at: -1}])('whose note is %j has none', (value) => {
    const document = {...documentWith('block'), value};
    expect(readOverrideNote(document)).toEqual({by: '', why: '', at: 0});
  });
});

test('the list leaves out what cannot be read, and what has ended', async () => {
  let now = NOW;
  const store = memoryStore(() => now);
  const put = async (limit: string, key: string, until: number) => {
    const {id, value} = overrideDocument({limit, key, until, effect: {kind: 'block'}}, NOTE);
    await store.put(OVERRIDE_KIND, id, value, {expiresAt: until});
  };
  await put('per-ip', 'a', NOW + 10);
  await put('per-ip', 'b', FOREVER);
  await store.put(OVERRIDE_KIND, 'nonsense', {effect: 'block'});
  expect((await listOverrides(store)).map(({key}) => key)).toEqual(['a', 'b']);
  now += 10;
  expect((await listOverrides(store)).map(({key}) => key)).toEqual(['b']);
});
