import {describe, expect, test} from 'vitest';
import {KeyRules} from '../../src/operate/key-rules.ts';
import {S} from '../support/instants.ts';
import {fixedWindowSpec, tokenBucketSpec} from '../support/policies.ts';
import {LiveState, NOON} from './live-state.ts';

const {policy} = new LiveState().loaded;
const rules = new KeyRules(policy, [
  {limit: 'plan', key: 'acme', until: NOON, effect: {kind: 'buckets', buckets: [tokenBucketSpec(1, S, 5)]}},
  {limit: 'per-ip', key: 'x', until: NOON, effect: {kind: 'buckets', buckets: [fixedWindowSpec(5, S)]}},
  {limit: 'per-ip', key: 'y', until: NOON, effect: {kind: 'block'}},
]);
const texts = (rows: readonly {tier: string; shape: string}[]): string[] =>
  rows.map(({tier, shape}) => `${tier}:${shape}`);

describe('where the state of a key is', () => {
  test.each([
    ['one row per tier', 'plan', 'other', ['free:g,f1h', 'premium:f1h']],
    ['that of the override, in every tier and without one', 'plan', 'acme', ['free:t', 'premium:t', ':t']],
    ['one row in a limit without tiers', 'per-ip', 'other', [':t']],
    ['the row behind a block', 'per-ip', 'y', [':t']],
    ['nowhere in a limit that there is not', 'none', 'x', []],
  ])('%s', (_, limit, key, places) => {
    expect(texts(rules.placesOf(limit, key, NOON - S))).toEqual(places);
  });

  test('an override that has ended is not asked', () => {
    expect(texts(rules.placesOf('per-ip', 'x', NOON))).toEqual([':t']);
  });

  test('a reset takes what the policy and the override count, in force or not', () => {
    expect(texts(rules.rowsOf('per-ip', 'x'))).toEqual([':t', ':f1s']);
    expect(texts(rules.rowsOf('plan', 'acme'))).toEqual([
      'free:g,f1h',
      'free:t',
      'premium:f1h',
      'premium:t',
      ':t',
    ]);
    expect(rules.rowsOf('none', 'x')).toEqual([]);
  });
});
