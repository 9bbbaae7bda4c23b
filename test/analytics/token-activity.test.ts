import {describe, expect, test} from 'vitest';
import {type RefreshEntry, tokenActivity} from '../../src/analytics/token-activity.ts';
import {DAY, HOUR, MINUTE} from '../support/instants.ts';

const entry = (hours: number, outcome: RefreshEntry['outcome'], error = ''): RefreshEntry => ({
  at: Math.round(hours * HOUR),
  outcome,
  error,
});

describe('what happened with a token', () => {
  test('is told hour by hour, also of hours in which nothing did', () => {
    const activity = tokenActivity(
      [entry(1, 'refreshed'), entry(1.99, 'failed', 'http-503'), entry(3.5, 'refreshed')],
      [
        {at: HOUR, uses: 10, unauthorised: 1},
        {at: HOUR + 5 * MINUTE, uses: 5, unauthorised: 0},
        {at: 9 * HOUR, uses: 99, unauthorised: 99},
      ],
      {from: HOUR, until: 4 * HOUR},
    );
    expect(activity.hours).toEqual([
      {at: HOUR, refreshed: 1, failed: 1, uses: 15, unauthorised: 1},
      {at: 2 * HOUR, refreshed: 0, failed: 0, uses: 0, unauthorised: 0},
      {at: 3 * HOUR, refreshed: 1, failed: 0, uses: 0, unauthorised: 0},
    ]);
    expect(activity).toMatchObject({refreshed: 2, failed: 1, successRate: 2 / 3, uses: 15, unauthorised: 1});
  });

  test('leaves out what was before or after the range, to the microsecond', () => {
    const entries = [entry(1.5, 'refreshed'), entry(2.5, 'refreshed')];
    const range = {from: 1.5 * HOUR + 1, until: 2.5 * HOUR};
    expect(tokenActivity(entries, [], range)).toMatchObject({refreshed: 0, successRate: undefined});
    expect(tokenActivity(entries, [], {from: 1.5 * HOUR, until: 2.5 * HOUR + 1}).refreshed).toBe(2);
  });

  test('has the most common errors first, those without a code under what came of them', () => {
    const entries = [
      entry(0, 'failed', 'http-503'),
      entry(0, 'answer-lost'),
      entry(0, 'answer-lost'),
      entry(0, 'failed', 'ECONNREFUSED'),
      entry(0, 'rejected', 'invalid_grant'),
      entry(0, 'failed', 'http-503'),
      entry(0, 'failed', 'http-503'),
      entry(0, 'not-sent', 'lease-lost'),
      entry(0, 'discarded', 'late'),
    ];
    expect(tokenActivity(entries, [], {from: 0, until: HOUR, errors: 3}).errors).toEqual([
      {error: 'http-503', count: 3},
      {error: 'answer-lost', count: 2},
      {error: 'ECONNREFUSED', count: 1},
    ]);
  });

  test('counts what was not sent, or discarded, neither as success nor as failure', () => {
    const entries = [entry(0, 'not-sent'), entry(0, 'discarded'), entry(0, 'refreshed')];
    expect(tokenActivity(entries, [], {from: 0, until: HOUR})).toMatchObject({failed: 0, successRate: 1});
  });

  test('is nothing in an empty range', () => {
    expect(tokenActivity([entry(1, 'failed')], [], {from: HOUR, until: HOUR}).hours).toEqual([]);
  });

  test('is refused for a range that would make an endless list', () => {
    expect(() => tokenActivity([], [], {from: 0, until: 368 * DAY})).toThrow(RangeError);
    expect(tokenActivity([], [], {from: 0, until: 366 * DAY}).hours).toHaveLength(366 * 24);
  });
});
