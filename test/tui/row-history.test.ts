import {describe, expect, test} from 'vitest';
import {HISTORY_LOOKS, RowHistory} from '../../src/tui/data/row-history.ts';
import type {StatusKey} from '../../src/view/model/status-report.ts';
import {syntheticKey} from './synthetic-look.ts';

const row = (key: string, share: number, denied = 0, tier?: string): StatusKey => ({
  ...syntheticKey(1),
  limit: 'per-ip',
  key,
  share,
  deniedLastMinute: denied,
  ...(tier === undefined ? {} : {tier}),
});
const A = {limit: 'per-ip', key: 'a'};

describe('the history of a row', () => {
  test('is its last looks, the oldest first', () => {
    const history = new RowHistory();
    for (const [share, denied] of [
      [0.2, 1],
      [0.4, 2],
      [1, 30],
    ] as const)
      history.record([row('a', share, denied)]);
    expect(history.trendOf(A, 3)).toEqual({shares: [0.2, 0.4, 1], denied: [1, 2, 30]});
    expect(history.trendOf(A, 2)?.shares).toEqual([0.4, 1]);
    // Before the first look there was nothing.
    expect(history.trendOf(A, 5)?.shares).toEqual([0, 0, 0.2, 0.4, 1]);
  });

  test('has nothing for looks that did not see it', () => {
    const history = new RowHistory();
    history.record([row('a', 1)]);
    history.record([]);
    history.record([row('b', 1)]);
    history.record([row('a', 0.6)]);
    expect(history.trendOf(A, 4)?.shares).toEqual([1, 0, 0, 0.6]);
    history.record([]);
    expect(history.trendOf(A, 3)?.shares).toEqual([0, 0.6, 0]);
  });

  test('keeps tiers apart, and limits', () => {
    const history = new RowHistory();
    history.record([row('a', 1, 0, 'free'), row('a', 0.2, 0, 'pro'), {...row('a', 0.4), limit: 'other'}]);
    expect(history.trendOf({...A, tier: 'free'}, 1)?.shares).toEqual([1]);
    expect(history.trendOf({...A, tier: 'pro'}, 1)?.shares).toEqual([0.2]);
    expect(history.trendOf({...A, limit: 'other'}, 1)?.shares).toEqual([0.4]);
    expect(history.trendOf(A, 1)).toBeUndefined();
  });

  test('goes back so many looks and no further', () => {
    const history = new RowHistory();
    for (let i = 0; i < HISTORY_LOOKS + 20; i++) history.record([row('a', i % 2, i)]);
    const seen = history.trendOf(A, 1_000)!;
    expect(seen.denied).toHaveLength(HISTORY_LOOKS);
    expect(seen.denied[0]).toBe(20);
    expect(seen.denied.at(-1)).toBe(HISTORY_LOOKS + 19);
  });

  test('of rows that come and go takes no more room than those that are there', () => {
    const history = new RowHistory(100);
    for (let look = 0; look < 500; look++)
      history.record(Array.from({length: 50}, (_, i) => row(`${look}-${i}`, 1)));
    expect(history.size).toBeLessThanOrEqual(100);
    expect(history.trendOf({limit: 'per-ip', key: '499-0'}, 1)?.shares).toEqual([1]);
  });

  test('beyond its capacity forgets nobody who is there', () => {
    const history = new RowHistory(100);
    const rows = Array.from({length: 150}, (_, i) => row(String(i), 1));
    for (let look = 0; look < 3; look++) history.record(rows);
    expect(history.size).toBe(100);
    expect(history.trendOf({limit: 'per-ip', key: '0'}, 3)?.shares).toEqual([1, 1, 1]);
    expect(history.trendOf({limit: 'per-ip', key: '149'}, 3)).toBeUndefined();
  });
});
