import {describe, expect, test} from 'vitest';
import {headline} from '../../src/view/simulate/headline.ts';
import {emptyTrace, oneLimit} from './reports.ts';

const failing = {expr: 'requests > 0', actual: 0, pass: false, source: 'ratectl.yaml:10'};
const shard = {index: 2, of: 4, thresholds: []};

describe('the first line of a report', () => {
  test.each([
    ['thresholds that had nothing to be held against', emptyTrace, 'WARN'],
    ['nothing decided and no thresholds', {...emptyTrace, thresholds: []}, 'WARN'],
    ['a threshold that asks for requests', {...emptyTrace, thresholds: [failing]}, 'FAIL'],
    [
      'a share of the keys that has no requests, though the trace has',
      {...emptyTrace, trace: {...oneLimit.trace, requests: 0}, thresholds: [], shard},
      undefined,
    ],
  ])('%s', (_, report, verdict) => {
    const {verdict: said, statements} = headline(report);
    expect(said?.text).toBe(verdict);
    expect(statements.at(-1)).toMatch(/^no requests in (the trace: nothing was decided|this shard)$/);
  });
});
