import {describe, expect, test} from 'vitest';
import {DecisionTally} from '../../../src/operate/report/decision-tally.ts';
import {at} from '../../support/instants.ts';

const START = at('2026-11-21T12:00:00Z') / 1_000;

/** A limit that lets 99,850 of 100,000 requests through, and another that is the tightest for nearly all of them. */
const reportOfTwoLimits = () => {
  const tally = new DecisionTally();
  for (let i = 0; i < 100_000; i++) {
    const denied = i % 1_000 === 0 || i % 2_000 === 1;
    tally.add({t: START + i, key: `k${i % 7}`, allowed: !denied, limit: denied ? 'wide' : 'tightest'});
  }
  return tally.report({file: 'd.ndjson', lines: 100_000, skipped: 0}, 'UTC', 10);
};

describe('a report of decisions', () => {
  test('takes the refusals of a limit as a share of all requests: a decision names one limit only', () => {
    const {limits} = reportOfTwoLimits();
    expect(limits).toMatchObject([
      {limit: 'tightest', requests: 100_000, allowed: 100_000, denied: 0, allowRate: 1, shareOfDenied: 0},
      {limit: 'wide', requests: 100_000, allowed: 99_850, denied: 150, allowRate: 0.9985, shareOfDenied: 1},
    ]);
  });

  test('advises no wider limit because of refusals that are few among all requests', () => {
    expect(reportOfTwoLimits().recommendations).toEqual([]);
  });
});
