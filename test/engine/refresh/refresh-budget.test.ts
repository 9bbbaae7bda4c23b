import {describe, expect, test} from 'vitest';
import {budgetUse, DEFAULT_BUDGET, nextAllowed} from '../../../src/engine/refresh/refresh-budget.ts';
import {EMPTY_RECORD, type RefreshAttempt} from '../../../src/engine/refresh/refresh-record.ts';
import {installToken} from '../../../src/engine/refresh/refresh-transitions.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {NEW_TOKEN, REFRESHED, Trace} from './records.ts';

const ended = (until: number, outcome: RefreshAttempt['outcome'] = 'refreshed'): RefreshAttempt => ({
  fencing: until,
  by: 'a',
  reason: 'due',
  why: '',
  startedAt: until - S,
  until,
  phase: 'ended',
  outcome,
  error: '',
  generation: 1,
  reuse: false,
  told: true,
});

describe('the budget of refreshes', () => {
  test.each([
    // ends of attempts (s), now (s), next (s), next in an emergency (s)
    {ends: [], now: 0, next: 0, emergency: 0},
    {ends: [10], now: 10, next: 190, emergency: 0},
    {ends: [10], now: 189, next: 190, emergency: 0},
    {ends: [10], now: 190, next: 0, emergency: 0},
    // Kept in another order than they ended in: a clock was put back between them.
    {ends: [100, 40], now: 150, next: 280, emergency: 0},
    {ends: [100, 40], now: 280, next: 0, emergency: 0},
    // Ten emergencies: the eleventh waits until the first is 10 min old.
    {
      ends: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
      now: 100,
      next: 610,
      emergency: 610,
    },
    {ends: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100], now: 610, next: 0, emergency: 0},
  ])('after $ends at $now s: next at $next s, in an emergency at $emergency s', (row) => {
    const attempts = row.ends.map((end) => ended(end * S));
    expect(nextAllowed(attempts, DEFAULT_BUDGET, row.now * S)).toBe(row.next * S);
    expect(nextAllowed(attempts, DEFAULT_BUDGET, row.now * S, 'emergency')).toBe(row.emergency * S);
  });

  test('does not count what was not sent', () => {
    expect(nextAllowed([ended(10 * S, 'not-sent')], DEFAULT_BUDGET, 11 * S)).toBe(0);
  });

  test('counts an attempt whose outcome is unknown', () => {
    expect(nextAllowed([ended(10 * S, 'answer-lost')], DEFAULT_BUDGET, 11 * S)).toBe(190 * S);
  });

  test('says how each window stands', () => {
    expect(budgetUse([ended(10 * S), ended(200 * S)], DEFAULT_BUDGET, 201 * S)).toEqual([
      {count: 1, per: 3 * MINUTE, used: 1, nextAt: 380 * S},
      {count: 10, per: 10 * MINUTE, used: 2, nextAt: 0},
    ]);
  });

  test('lets attempts through every three minutes and no more, asked every second for an hour', () => {
    const trace = new Trace(installToken(EMPTY_RECORD, NEW_TOKEN));
    const starts: number[] = [];
    for (let now = 0; now < 60 * MINUTE; now += S) {
      if (trace.acquire(now) !== 'granted') continue;
      starts.push(now);
      trace.send(now);
      trace.settle(now, REFRESHED);
    }
    expect(starts).toEqual(Array.from({length: 20}, (_, n) => n * 3 * MINUTE));
  });
});
