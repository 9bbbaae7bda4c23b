import {describe, expect, test} from 'vitest';
import {benchCsv} from '../../../src/view/bench/csv.ts';
import {benchHtml} from '../../../src/view/bench/html.ts';
import {benchMarkdown} from '../../../src/view/bench/markdown.ts';
import {benchTable} from '../../../src/view/bench/table.ts';
import {signedShare} from '../../../src/view/bench/verdict-words.ts';
import {fewNotes, headlines, latencyText} from '../../../src/view/bench/words.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {latencies, made, measuredRun, store} from '../../bench-command/results.ts';
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

describe('what figures do not say by themselves', () => {
  const measured = (count: number, seconds: number) =>
    made([store({runs: [measuredRun({values: latencies(count), seconds})]})]);

  test.each([
    [20_000, []],
    [9_999, ['redis: p99.99 of 9,999 requests is the longest of them: 10,000 and more tell (--duration)']],
    [
      500,
      ['redis: p99.9 and p99.99 of 500 requests are the longest of them: 1,000 and more tell (--duration)'],
    ],
  ])('percentiles of %i requests', (count, expected) => {
    expect(fewNotes(measured(count, 2))).toEqual(expected);
  });

  test('a rate that was not kept stands beside the one that was asked for', () => {
    const [line] = headlines(measured(2_000, 3));
    expect(line).toMatch(/^redis: 667 decisions\/s of 1,000 asked for, p50/);
    expect(benchTable(measured(2_000, 3), {width: 100, colour: false, ascii: false})).toContain(
      'fell behind: 667 of 1,000 requests/s were answered',
    );
    expect(headlines(measured(2_000, 2))[0]).toMatch(/^redis: 1,000 decisions\/s, p50/);
  });

  test('a run without decisions has fallen behind nothing, and one that lost its store says so at once', () => {
    const none = (more: object) =>
      made([store({runs: [measuredRun({values: [], seconds: 0, more})]})], {durationMs: 10_000});
    expect(headlines(made([store({runs: [measuredRun({more: {withoutStore: 7}})]})]))[0]).toMatch(
      /longest .*; 7 requests more without the store$/,
    );
    expect(headlines(none({}))).toEqual(['redis: nothing was measured']);
    expect(headlines(none({withoutStore: 3}))).toEqual(['redis: the store decided nothing']);
    expect(benchTable(none({}), {width: 100, colour: false, ascii: false})).not.toContain('fell behind');
  });

  test('more processes than processors are told', () => {
    const many = made([store()], {processes: 9});
    expect(many.noise.reasons).toContainEqual(expect.stringContaining('9 processes share 4 processors'));
    expect(made([store()], {processes: 4}).noise.reasons.join()).not.toContain('share');
  });
});
