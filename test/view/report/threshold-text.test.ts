import {describe, expect, test} from 'vitest';
import {reportOfReplay} from '../../../src/operate/report/report-of-replay.ts';
import {reportHtml} from '../../../src/view/html/report.ts';
import {reportMarkdown} from '../../../src/view/report/markdown.ts';
import {reportTable} from '../../../src/view/report/table.ts';
import {PAGE} from '../html/page.ts';
import {oneLimit} from '../reports.ts';

const report = reportOfReplay(
  {
    ...oneLimit,
    thresholds: [
      {expr: 'denied > 5', actual: 6, pass: false, source: '--fail-if'},
      {expr: 'denied > 80', actual: 6, pass: true, source: '--fail-if'},
      {expr: 'denied < 70', actual: 6, pass: true, source: 'ratectl.yaml:9'},
    ],
  },
  {file: 'result.json', timeZone: 'UTC', keys: 10},
);

describe('a threshold in a report says whether it must hold', () => {
  test('as text', () => {
    const lines = reportTable(report, {width: 100, colour: false, ascii: false}).split('\n');
    const rows = lines
      .filter((line) => /^ *(PASS|FAIL) /.test(line))
      .map((line) => line.trim().split(/ {2,}/));
    expect(rows).toEqual([
      ['FAIL', 'fail if denied > 5', '6'],
      ['PASS', 'fail if denied > 80', '6'],
      ['PASS', 'denied < 70', '6'],
    ]);
  });

  test('as Markdown', () => {
    const text = reportMarkdown(report);
    expect(text).toContain('| **FAIL** | `fail if denied > 5` | 6 |');
    expect(text).toContain('| PASS | `fail if denied > 80` | 6 |');
    expect(text).toContain('| PASS | `denied < 70` | 6 |');
  });

  test('as HTML', () => {
    const page = reportHtml(report, PAGE);
    for (const condition of ['fail if denied &gt; 5', 'fail if denied &gt; 80', 'denied &lt; 70'])
      expect(page).toMatch(new RegExp(`<th scope="row">(<[^>]*>)?${condition}<`));
  });
});
