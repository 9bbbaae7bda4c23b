import {describe, expect, test} from 'vitest';
import type {ActivityReport} from '../../../src/view/model/activity-report.ts';
import {reportCsv} from '../../../src/view/report/csv.ts';
import {reportMarkdown} from '../../../src/view/report/markdown.ts';
import {reportTable} from '../../../src/view/report/table.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {expectGolden} from '../../support/golden.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';
import {busyReport, emptyReport, hostileReport, shortReport} from './reports.ts';

const REPORTS: Readonly<Record<string, () => Promise<ActivityReport>>> = {
  busy: busyReport,
  short: shortReport,
  empty: emptyReport,
};

const STYLES = [
  ['100', {width: 100, colour: false, ascii: false}],
  ['100-colour', {width: 100, colour: true, ascii: false}],
  ['60', {width: 60, colour: false, ascii: false}],
  ['60-ascii', {width: 60, colour: false, ascii: true}],
] as const;

describe.each(Object.keys(REPORTS))('the %s report', (name) => {
  test.each(STYLES)('on a terminal, %s', async (which, style) => {
    const text = reportTable(await REPORTS[name]!(), style);
    for (const line of withoutColour(text).split('\n'))
      expect(textWidth(line), line).toBeLessThanOrEqual(style.width);
    if (style.ascii) expect(text).toMatch(/^[\n -~]*$/);
    expectGolden(`report/${name}-${which}.txt`, text);
  });

  test('as Markdown', async () => expectGolden(`report/${name}.md`, reportMarkdown(await REPORTS[name]!())));

  test('as CSV, of which the first rows of long parts are kept', async () => {
    const seen = new Map<string, number>();
    const lines = reportCsv(await REPORTS[name]!())
      .split('\r\n')
      .filter((line) => {
        const section = line.split(',')[0]!;
        seen.set(section, (seen.get(section) ?? 0) + 1);
        return seen.get(section)! <= 12;
      });
    expectGolden(`report/${name}.csv`, lines.join('\r\n'));
  });
});

describe('keys from attackers', () => {
  test.each([20, 40, 60, 100])('never act on a terminal of %i columns', async (width) => {
    for (const ascii of [false, true]) {
      const text = reportTable(await hostileReport(), {width, colour: false, ascii});
      expect(unsafeIn(text)).toBeUndefined();
      expect(text).not.toMatch(/::error::|##\[/);
      for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(Math.max(40, width));
    }
  });

  test('are no markup in Markdown and no formula in CSV', async () => {
    const markdown = reportMarkdown(await hostileReport());
    expect(unsafeIn(markdown)).toBeUndefined();
    expect(markdown.replace(/`[^`]*`/g, '').replace(/\\</g, '')).not.toMatch(/<(?!\/?code>)/);
    const csv = reportCsv(await hostileReport());
    expect(unsafeIn(csv.replaceAll('\r', ''))).toBeUndefined();
    expect(csv).not.toMatch(/(^|,)"?=/m);
  });
});

test('a command that is broken over lines is one command for the shell', async () => {
  const text = reportTable(await busyReport(), {width: 60, colour: false, ascii: false});
  const start = text.indexOf('$ ratectl simulate');
  const command = /\$ ((?:.*\\\n)*.*)/.exec(text.slice(start))![1]!;
  expect(command.split('\n').length).toBeGreaterThan(1);
  expect(command.replace(/ \\\n\s+/g, ' ')).toBe(
    "ratectl simulate TRACE --policy ratectl.yaml --solve limit.per-ip.rate --target 'limit.per-ip.denied < 0.1%'",
  );
});
