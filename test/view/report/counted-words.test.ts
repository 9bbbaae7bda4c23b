import {expect, test} from 'vitest';
import {headlines, sourceText} from '../../../src/view/report/words.ts';
import {shortReport} from './reports.ts';

test.each([
  [1, '0% of 1 request allowed', 'd.ndjson, 1 line'],
  [2, '0% of 2 requests allowed', 'd.ndjson, 2 lines'],
])('a report of %i decisions says how many there are', async (requests, headline, source) => {
  const report = {
    ...(await shortReport()),
    source: {kind: 'decisions', file: 'd.ndjson', lines: requests, skipped: 0} as const,
    totals: {requests, allowed: 0, denied: requests, shadowDenied: 0, allowRate: 0},
  };
  expect(headlines(report)[0]).toBe(headline);
  expect(sourceText(report)).toBe(source);
});
