import {describe, expect, test} from 'vitest';
import {totalsLines} from '../../src/view/simulate/totals-lines.ts';
import {oneLimit} from './reports.ts';

const STYLE = {width: 100, colour: false, ascii: false};

const linesOf = (totals: Partial<typeof oneLimit.totals>): readonly string[] =>
  totalsLines({...oneLimit, totals: {...oneLimit.totals, ...totals}}, STYLE).map((line) => line.trim());

describe('what stands under the totals of a replay', () => {
  test('says of which of them it is a part', () => {
    const lines = linesOf({never: 4, delayed: 12, unlimited: 51});
    expect(lines).toContain('of allowed  12 held back · 51 to which no limit applied');
    expect(lines).toContain('of denied   4 for ever: their cost can never fit');
  });

  test('says nothing of denied requests where only allowed ones are remarkable', () => {
    const lines = linesOf({never: 0, delayed: 0, unlimited: 51});
    expect(lines).toContain('of allowed  51 to which no limit applied');
    expect(lines.filter((line) => /^of (denied|these)/.test(line))).toEqual([]);
  });
});
