import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {simulateCsv} from '../../src/view/simulate/csv.ts';
import {githubAnnotations} from '../../src/view/simulate/github-annotations.ts';
import {githubSummary} from '../../src/view/simulate/github-summary.ts';
import {simulateJsonl} from '../../src/view/simulate/jsonl.ts';
import {simulateJunit} from '../../src/view/simulate/junit.ts';
import {simulateMarkdown} from '../../src/view/simulate/markdown.ts';
import {expectGolden} from '../support/golden.ts';
import {anyReport} from './any-report.ts';
import {parseCsv} from './csv-parse.ts';
import {rehearsed, rehearsedAgainst} from './rehearsals.ts';
import {fourLayers, HOSTILE_KEYS, hostile, oneLimit, REPORTS} from './reports.ts';
import {unsafeIn} from './unsafe.ts';
import {elementsOf} from './xml-check.ts';

describe('goldens', () => {
  for (const [name, report] of Object.entries({...REPORTS, rehearsed, rehearsedAgainst})) {
    test(`${name} as Markdown`, () => expectGolden(`simulate/${name}.md`, simulateMarkdown(report)));
    test(`${name} as CSV`, () => expectGolden(`simulate/${name}.csv`, simulateCsv(report)));
    test(`${name} as JUnit`, () => expectGolden(`simulate/${name}.xml`, simulateJunit(report)));
  }
  for (const [name, report] of Object.entries({fourLayers, hostile, rehearsed})) {
    test(`${name} as JSON lines`, () => expectGolden(`simulate/${name}.jsonl`, simulateJsonl(report)));
    test(`${name} as annotations`, () =>
      expectGolden(`simulate/${name}-annotations.txt`, githubAnnotations(report)));
  }
});

describe('CSV', () => {
  test('reads back, a record for each limit, and no cell is a formula', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const text = simulateCsv(report);
        const [header, ...records] = parseCsv(text);
        expect(records).toHaveLength(report.limits.length);
        expect(records.every((record) => record.length === header!.length)).toBe(true);
        expect(records.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
        expect(records.map((record) => Number(record[3]))).toEqual(
          report.limits.map((limit) => limit.requests),
        );
        expect(unsafeIn(text.replaceAll('\r\n', '\n'))).toBeUndefined();
      }),
    );
  });

  test('a key that starts like a formula gets an apostrophe', () => {
    const limits = [{...oneLimit.limits[0]!, top: [{key: '=1+1', requests: 2, denied: 1}]}];
    expect(simulateCsv({...oneLimit, limits})).toContain(",'=1+1,2,1\r\n");
  });
});

describe('JSON lines', () => {
  test('every line is an object with a type, and the keys come back exactly', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const text = simulateJsonl(report);
        const lines = text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as {type: string; key: string});
        expect(lines[0]).toMatchObject({type: 'trace', schema: 'ratectl.simulate/1'});
        const keys = lines.filter(({type}) => type === 'key').map(({key}) => key);
        expect(keys).toEqual(report.limits.flatMap(({top}) => top.map(({key}) => key)));
        expect(unsafeIn(text)).toBeUndefined();
      }),
    );
  });
});

describe('JUnit', () => {
  test('is well-formed for any report, and counts its tests', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const elements = elementsOf(simulateJunit(report));
        const cases = elements.filter(({name}) => name === 'testcase').length;
        const failures = elements.filter(({name}) => name === 'failure').length;
        expect(cases).toBe(Math.max(1, report.thresholds.length));
        expect(failures).toBe(report.thresholds.filter(({pass}) => !pass).length);
        const counts = {tests: String(cases), failures: String(failures)};
        expect(elements[0]).toMatchObject({name: 'testsuites', attributes: counts});
        expect(elements[1]).toMatchObject({name: 'testsuite', attributes: counts});
      }),
    );
  });

  test('a replay without thresholds is one test that passes', () => {
    const cases = elementsOf(simulateJunit(oneLimit)).filter(({name}) => name === 'testcase');
    expect(cases).toEqual([{name: 'testcase', attributes: {classname: 'ratectl.simulate', name: 'replay'}}]);
  });
});

describe('Markdown', () => {
  /** Cells of a row as GitHub splits them: an escape sign takes the next sign with it. */
  const cellsOf = (line: string): number => line.replace(/\\[!-/:-@[-`{-~]/g, '').split('|').length;

  test('every table is a table: no text breaks its row or opens an element', () => {
    fc.assert(
      fc.property(anyReport, fc.constantFrom('table' as const, 'wide' as const), (report, detail) => {
        const text = simulateMarkdown(report, detail);
        expect(unsafeIn(text)).toBeUndefined();
        for (const block of text.split('\n\n')) {
          const rows = block.split('\n').filter((line) => line.startsWith('| '));
          expect(new Set(rows.map(cellsOf)).size).toBeLessThanOrEqual(1);
        }
        const outsideCode = text.replace(/`[^`\n]*`/g, '').replace(/\\./g, '');
        expect(outsideCode.match(/<(?!\/?code>)/g)).toBeNull();
      }),
    );
  });

  test('a code span holds what GitHub cannot break', () => {
    const text = simulateMarkdown({...hostile, thresholds: []});
    expect(text).toContain('<code>a&#124;b&#96;c&#96;&#96;d&#92;&#124;e&#60;script&#62;');
    expect(text).not.toContain('<script');
  });
});

describe('GitHub', () => {
  test('the summary stays far below 1 MiB however much there is', () => {
    const limits = Array.from({length: 5_000}, (_, i) => ({
      ...oneLimit.limits[0]!,
      name: `limit-${i}-${'利'.repeat(100)}`,
    }));
    const text = githubSummary({...oneLimit, limits});
    expect(new TextEncoder().encode(text).length).toBeLessThan(300 * 1_024);
    expect(text).toContain('_Cut here');
    expect(text.endsWith('\n\n')).toBe(true);
  });

  test('annotations: failures only, at most ten, each a single well-formed command', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const lines = githubAnnotations(report).split('\n').slice(0, -1);
        expect(lines).toHaveLength(Math.min(10, report.thresholds.filter(({pass}) => !pass).length));
        for (const line of lines) expect(line).toMatch(/^::error (file=[^:,]+,line=\d+,)?title=[^:,]+::./);
        expect(unsafeIn(lines.join('\n'))).toBeUndefined();
      }),
    );
  });

  test('signs that GitHub reads are escaped, more in properties than in the message', () => {
    const source = 'a,b:c%.yaml:7';
    const threshold = {expr: 'denied < 5%', actual: 0.1, pass: false, source};
    expect(githubAnnotations({...oneLimit, thresholds: [threshold]})).toBe(
      '::error file=a%2Cb%3Ac%25.yaml,line=7,title=ratectl%3A threshold failed::denied < 5%25: actual 10%25 (a,b:c%25.yaml:7)\n',
    );
  });

  test('nothing failed, nothing is said', () => {
    expect(githubAnnotations(oneLimit)).toBe('');
  });

  test('the eleventh failure is counted, not shown', () => {
    const thresholds = HOSTILE_KEYS.slice(0, 11).map((expr) => ({expr, actual: 1, pass: false, source: 'x'}));
    const lines = githubAnnotations({...oneLimit, thresholds})
      .trimEnd()
      .split('\n');
    expect(lines.at(-1)).toBe('::error title=ratectl%3A thresholds failed::2 more thresholds failed');
  });
});
