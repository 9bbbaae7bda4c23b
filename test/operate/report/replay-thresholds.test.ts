import {expect, test} from 'vitest';
import {reportOfReplay} from '../../../src/operate/report/report-of-replay.ts';
import type {SimulateReport} from '../../../src/view/model/simulate-report.ts';
import {emptyTrace} from '../../view/reports.ts';

const replay: SimulateReport = {
  ...emptyTrace,
  thresholds: [
    {expr: 'denied > 1%', actual: 0.0725, pass: false, source: '--fail-if'},
    {expr: 'denied < 1%', actual: 0.0725, pass: false, source: 'ratectl.yaml:12'},
    {expr: 'denied < 9%', actual: 0.0725, pass: true, source: 'ratectl.yaml:13'},
  ],
};

test('advice on a threshold that failed says whether it had to hold or not', () => {
  const {recommendations} = reportOfReplay(replay, {file: 'result.json', timeZone: 'UTC', keys: 10});
  expect(recommendations.map(({text, reason}) => [text, reason])).toEqual([
    [
      'the threshold "fail if denied > 1%" failed',
      'it comes from --fail-if; what was measured stands under Thresholds',
    ],
    [
      'the threshold "denied < 1%" failed',
      'it comes from ratectl.yaml:12; what was measured stands under Thresholds',
    ],
  ]);
});
