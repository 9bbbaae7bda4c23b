import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {simulateTable} from '../../src/view/simulate/table.ts';
import type {Style} from '../../src/view/style.ts';
import {textWidth} from '../../src/view/text-width.ts';
import {expectGolden} from '../support/golden.ts';
import {cpuMsOf} from '../support/in-time.ts';
import {anyReport} from './any-report.ts';
import {rehearsed, rehearsedAgainst} from './rehearsals.ts';
import {compared, fourLayers, hostile, oneLimit, REPORTS} from './reports.ts';
import {unsafeIn, withoutColour} from './unsafe.ts';

const plain = (width: number): Style => ({width, colour: false, ascii: false});

describe('goldens', () => {
  for (const [name, report] of Object.entries({...REPORTS, rehearsed, rehearsedAgainst})) {
    for (const width of [60, 80, 120]) {
      test(`${name} at ${width} columns`, () => {
        expectGolden(`simulate/${name}-${width}.txt`, simulateTable(report, plain(width)));
      });
    }
  }
  for (const [name, report] of Object.entries({fourLayers, compared, hostile, rehearsed})) {
    test(`${name} in colour`, () => {
      expectGolden(`simulate/${name}-80-colour.txt`, simulateTable(report, {...plain(80), colour: true}));
    });
    test(`${name} in ASCII`, () => {
      expectGolden(`simulate/${name}-80-ascii.txt`, simulateTable(report, {...plain(80), ascii: true}));
    });
  }
  test('wide names every key that was kept', () => {
    expectGolden('simulate/fourLayers-100-wide.txt', simulateTable(fourLayers, plain(100), 'wide'));
  });
});

describe('what a reader relies on', () => {
  test('the verdict is the first word', () => {
    expect(simulateTable(fourLayers, plain(80))).toMatch(/^FAIL {2}2 of 3 thresholds failed/);
    expect(simulateTable(compared, plain(80))).toMatch(/^PASS {2}the threshold holds/);
  });

  test('without thresholds there is no verdict', () => {
    expect(simulateTable(oneLimit, plain(80))).toMatch(/^312 of 4,775 requests denied \(6\.53%\)\n/);
  });

  test('the first line of a rehearsal says what it comes to', () => {
    expect(simulateTable({...rehearsed, thresholds: []}, plain(80))).toMatch(
      /^goodput 200\/s \(33\.3% good\), unprotected 4\.17\/s\n/,
    );
  });

  test('what --fail-if asks does not read as its opposite', () => {
    expect(simulateTable(fourLayers, plain(60))).toContain('fail if limit.plan.deniedKeys > 1');
  });

  test('an IPv6 key is whole at 80 columns', () => {
    const key = '2001:0db8:85a3:08d3:1319:8a2e:0370:7348';
    const limits = [{...oneLimit.limits[0]!, top: [{key, requests: 1, denied: 1}]}];
    expect(simulateTable({...oneLimit, limits}, plain(100))).toContain(key);
  });

  test('ten thousand keys are listed in seconds, where cli-table3 alone takes half a minute', {
    timeout: 180_000,
  }, async () => {
    const top = Array.from({length: 10_000}, (_, i) => ({key: `key-${i}`, requests: 5, denied: 4}));
    const limits = [{...oneLimit.limits[0]!, top, deniedKeys: top.length}];
    const cost = await cpuMsOf(() =>
      expect(simulateTable({...oneLimit, limits}, plain(80), 'wide')).toContain('key-9999'),
    );
    expect(cost).toBeLessThan(8_000);
  });
});

describe('for any report', {timeout: 240_000}, () => {
  const anyStyle = fc.record({
    width: fc.integer({min: 40, max: 200}),
    colour: fc.boolean(),
    ascii: fc.boolean(),
  });
  const anyDetail = fc.constantFrom('table' as const, 'wide' as const);

  test('no line is wider than the terminal, and nothing in it is unsafe', () => {
    fc.assert(
      fc.property(anyReport, anyStyle, anyDetail, (report, style, detail) => {
        const text = simulateTable(report, style, detail);
        const bare = style.colour ? withoutColour(text) : text;
        expect(unsafeIn(bare)).toBeUndefined();
        expect(bare.split('\n').filter((line) => textWidth(line) > style.width)).toEqual([]);
        expect(bare).not.toMatch(
          /NaN|undefined|Infinity/.test(JSON.stringify(report)) ? /$^/ : /NaN|undefined|Infinity/,
        );
        expect(bare).not.toMatch(/^\s*::[a-z-]+( .*)?::|##\w*\[/im);
        if (style.ascii) expect(bare).toMatch(/^[\n -~]*$/);
      }),
      {numRuns: 300},
    );
  });

  test('colour changes nothing but colour', () => {
    fc.assert(
      fc.property(anyReport, anyStyle, (report, style) => {
        const coloured = simulateTable(report, {...style, colour: true});
        expect(withoutColour(coloured)).toBe(simulateTable(report, {...style, colour: false}));
      }),
      {numRuns: 100},
    );
  });
});
