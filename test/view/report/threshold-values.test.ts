import {describe, expect, test} from 'vitest';
import {reportHtml} from '../../../src/view/html/report.ts';
import {reportMarkdown} from '../../../src/view/report/markdown.ts';
import {reportTable} from '../../../src/view/report/table.ts';
import {PAGE} from '../html/page.ts';
import {shortReport} from './reports.ts';

const CASES = [
  ['latency.p99 < 500ms', 480.7, '481ms'],
  ['latency.p99 < 1s', 480.7, '0.481s'],
  ['goodput > 300/s', 310.5, '311/s'],
  ['rehearsal.longestQueue <= 50', 50, '50'],
  ['denied < 10%', 0.0725, '7.25%'],
  ['deniedRate < 1', 1, '100%'],
  ['limit.per-ip.deniedKeys < 1%', 0, '0%'],
  ['denied < 10', 1_234, '1,234'],
] as const;

describe('the value of a threshold in a report', () => {
  test.each(CASES)('of %s at %d is told in its terms: %s', async (expr, actual, told) => {
    const report = {...(await shortReport()), thresholds: [{expr, actual, pass: false}]};
    const style = {width: 80, colour: false, ascii: false};
    const line = reportTable(report, style)
      .split('\n')
      .find((text) => text.includes(expr));
    expect(line?.trim().split(/\s{2,}/)).toEqual(['FAIL', expr, told]);
    expect(reportMarkdown(report)).toContain(`| \`${expr}\` | ${told} |`);
    expect(reportHtml(report, PAGE)).toContain(`<td class="n">${told}</td>`);
  });
});
