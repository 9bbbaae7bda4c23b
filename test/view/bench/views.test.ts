import {describe, expect, test} from 'vitest';
import {benchCsv} from '../../../src/view/bench/csv.ts';
import {benchHtml} from '../../../src/view/bench/html.ts';
import {benchMarkdown} from '../../../src/view/bench/markdown.ts';
import {benchTable} from '../../../src/view/bench/table.ts';
import {latencyText, signedShare} from '../../../src/view/bench/words.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {expectGolden} from '../../support/golden.ts';
import {unsafeIn} from '../unsafe.ts';
import {emptyReport, hostileReport, openReport, sweepReport, troubledReport} from './reports.ts';

const REPORTS = {open: openReport, troubled: troubledReport, sweep: sweepReport, empty: emptyReport};
const PAGE = {generatedAt: '2026-11-21T12:00:00.000Z', version: '0.1.0', warnings: ['a warning']};

describe('the result of a benchmark on a terminal', () => {
  for (const [name, report] of Object.entries(REPORTS))
    for (const width of [60, 100])
      test(`${name}, ${width} columns`, () => {
        expectGolden(
          `bench/${name}-${width}.txt`,
          benchTable(report(), {width, colour: false, ascii: false}),
        );
      });

  test('fits into every width, in ASCII too', () => {
    for (const report of [...Object.values(REPORTS), hostileReport])
      for (const width of [40, 47, 60, 80, 121, 200])
        for (const ascii of [false, true]) {
          const text = benchTable(report(), {width, colour: false, ascii});
          expect(text.split('\n').filter((line) => textWidth(line) > width)).toEqual([]);
          if (ascii) expect(text).toMatch(/^[\n -~]*$/);
        }
  });

  test('colour changes nothing but colour', () => {
    const style = {width: 80, ascii: false};
    const painted = benchTable(openReport(), {...style, colour: true});
    expect(painted).not.toBe(benchTable(openReport(), {...style, colour: false}));
    expect(painted.replace(/\u001b\[[\d;]*m/g, '')).toBe(benchTable(openReport(), {...style, colour: false}));
  });
});

test('as Markdown', () => expectGolden('bench/open.md', benchMarkdown(openReport())));
test('as CSV', () => expectGolden('bench/open.csv', benchCsv(openReport())));

describe('texts from outside', () => {
  test.each([
    ['terminal', () => benchTable(hostileReport(), {width: 100, colour: false, ascii: false})],
    ['Markdown', () => benchMarkdown(hostileReport())],
    ['CSV', () => benchCsv(hostileReport())],
    ['HTML', () => benchHtml(hostileReport(), PAGE)],
  ])('reach no %s as they are', (_, render) => {
    expect(unsafeIn(render().replaceAll('\r\n', '\n'))).toBeUndefined();
  });

  test('are no markup', () => {
    expect(benchHtml(hostileReport(), PAGE)).not.toContain('<script>alert');
    expect(benchMarkdown(hostileReport())).not.toMatch(/(?<!\\)<script>/);
  });
});

test('the page holds nothing that comes from elsewhere', () => {
  const page = benchHtml(openReport(), PAGE);
  expect(page).not.toMatch(/(?:src|href)=["']?(?!#|data:)[a-z/]/i);
  expect(page).not.toMatch(/url\(|@import|https?:/);
  expect(page).toBe(benchHtml(openReport(), PAGE));
});

test.each([
  [0, '0µs'],
  [999, '999µs'],
  [1_000, '1ms'],
  [1_234, '1.23ms'],
  [99_960, '100ms'],
  [999_400, '999ms'],
  [999_999, '1000ms'],
  [1_000_000, '1s'],
  [61_250_000, '61.3s'],
])('%d µs is told as %s', (us, text) => expect(latencyText(us)).toBe(text));

test.each([
  [null, ''],
  [0, '0%'],
  [0.0001, '0%'],
  [-0.5, '-50%'],
  [12.345, '+1,234.5%'],
])('a change of %s is told as %j', (change, text) => expect(signedShare(change)).toBe(text));
