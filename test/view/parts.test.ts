import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {bar} from '../../src/view/bars.ts';
import {painter} from '../../src/view/colour.ts';
import {chopText, cutText} from '../../src/view/cut-text.ts';
import {facts} from '../../src/view/facts.ts';
import {formatCount, formatPlural, formatShare} from '../../src/view/format-number.ts';
import {formatInstant, formatSpan} from '../../src/view/format-span.ts';
import {formatActual} from '../../src/view/simulate/actual.ts';
import {spark} from '../../src/view/spark.ts';
import {table} from '../../src/view/table.ts';
import {textWidth} from '../../src/view/text-width.ts';
import {visible} from '../../src/view/visible.ts';

const unicode = {width: 60, colour: false, ascii: false};
const ascii = {...unicode, ascii: true};

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [1_234_567, '1,234,567'],
    [-1_234, '-1,234'],
    [1.234_5, '1.23'],
    [12_345.678, '12,345.68'],
    [Number.MAX_SAFE_INTEGER, '9,007,199,254,740,991'],
    [1e300, '1e+300'],
  ])('%d is %s', (value, text) => expect(formatCount(value)).toBe(text));

  test.each([
    [0, '0%'],
    [1, '100%'],
    [0.123, '12.3%'],
    [0.04, '4.00%'],
    [0.000_2, '0.02%'],
    [0.000_01, '<0.01%'],
    [Number.MIN_VALUE, '<0.01%'],
    [0.099_96, '10.0%'],
    [0.999_4, '99.9%'],
    [0.999_999, '>99.9%'],
  ])('the share %d is %s', (share, text) => expect(formatShare(share)).toBe(text));

  test('a share between is never shown as none or all', () => {
    fc.assert(
      fc.property(fc.double({min: 0, max: 1, noNaN: true, minExcluded: true, maxExcluded: true}), (share) => {
        expect(Number(formatShare(share).slice(0, -1))).not.toBe(0);
        expect(Number(formatShare(share).slice(0, -1))).not.toBe(100);
      }),
    );
  });

  test('one of a thing has no s', () => {
    expect([0, 1, 2_000].map((count) => formatPlural(count, 'key'))).toEqual([
      '0 keys',
      '1 key',
      '2,000 keys',
    ]);
  });

  test.each([
    ['denied < 0.1%', 0, '0%'],
    ['denied < 0.1%', 0.000_8, '0.08%'],
    ['denied < 0.1%', 0.001_000_4, '0.10004%'],
    ['denied <= 0.1%', 0.001, '0.1%'],
    ['deniedRate < 0.5', 0.065_34, '6.53%'],
    ['limit.rate.denied == 0', 12_345, '12,345'],
    ['denied == 0', 3, '3'],
    ['denied == 0', Number.NaN, 'none'],
    ['goodput > 300/s', 299.951, '299.95/s'],
    ['goodput > 300/s', 4.1667, '4.17/s'],
    ['goodput > 300', 201.553, '202'],
    ['latency.p99 < 500ms', 500.2, '500.2ms'],
    ['latency.p99 < 500ms', 481.279, '481ms'],
    ['latency.max <= 2s', 120_250, '120s'],
    ['latency.max <= 2s', 2_000.5, '2.001s'],
    ['rehearsal.good >= 95%', 0.3325, '33.3%'],
    ['rehearsal.longestQueue < 1000', 2_345, '2,345'],
  ])('%s with %d reads %s', (expr, actual, text) => expect(formatActual(expr, actual)).toBe(text));
});

describe('time', () => {
  test('a span names the day of its end only when it is another', () => {
    expect(formatSpan('2019-01-22T00:26:14.000Z', '2019-01-22T01:12:03.000Z')).toBe(
      '2019-01-22 00:26:14 to 01:12:03 UTC (45m49s)',
    );
    expect(formatSpan('2019-01-22T00:26:14.000Z', '2019-01-23T00:26:14.000Z')).toBe(
      '2019-01-22 00:26:14 to 2019-01-23 00:26:14 UTC (1d)',
    );
    expect(formatSpan('2019-01-22T00:26:14.000Z', '2019-01-22T00:26:14.000Z')).toBe(
      '2019-01-22 00:26:14 UTC',
    );
  });

  test('an instant is as short as the trace allows', () => {
    const at = '2019-01-22T00:26:14.000Z';
    expect(formatInstant(at, at, at)).toBe('00:26:14');
    expect(formatInstant(at, at, '2019-01-23T00:00:00.000Z')).toBe('01-22 00:26');
    expect(formatInstant(at, at, '2020-01-01T00:00:00.000Z')).toBe('2019-01-22 00:26');
  });
});

describe('width of text', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['利用者', 6],
    ['한국', 4],
    ['e\u0301', 1],
    ['👍🏽', 2],
    ['🇦🇹', 2],
    ['❤️', 2],
    ['│█▏·…–', 6],
    ['क्ष', 2],
  ])('%s takes %d columns', (text, width) => expect(textWidth(text)).toBe(width));

  test('a cut text fits and says that it was cut', () => {
    expect(cutText('policies/strict.yaml', 12, unicode, 'middle')).toBe('polici….yaml');
    expect(cutText('policies/strict.yaml', 12, unicode)).toBe('policies/st…');
    expect(cutText('policies/strict.yaml', 12, ascii, 'middle')).toBe('polic...yaml');
    expect(cutText('policies', 4, ascii)).toBe('pol~');
    expect(cutText('利用者', 4, unicode)).toBe('利…');
  });

  test('cutting and chopping keep to the width, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({unit: 'grapheme'}),
        fc.integer({min: 2, max: 30}),
        fc.constantFrom('end' as const, 'middle' as const),
        (text, width, cut) => {
          expect(textWidth(cutText(text, width, unicode, cut))).toBeLessThanOrEqual(width);
          expect(chopText(text, width).every((line) => textWidth(line) <= width)).toBe(true);
          expect(chopText(text, width).join('')).toBe(text);
        },
      ),
    );
  });
});

describe('bars and sparks', () => {
  test.each([
    [0, ''],
    [1e-9, '▏'],
    [0.5, '██'],
    [0.53, '██▏'],
    [0.999_9, '███▉'],
    [1, '████'],
    [2, '████'],
    [Number.NaN, ''],
  ])('a bar of %d in four columns is %s', (share, text) => expect(bar(share, 4, unicode)).toBe(text));

  test('in ASCII a bar has at least one sign', () => {
    expect([0, 0.01, 0.5, 0.99, 1].map((share) => bar(share, 4, ascii))).toEqual([
      '',
      '#',
      '##',
      '###',
      '####',
    ]);
  });

  test('a spark has its peak full, zero blank, and anything else visible', () => {
    expect(spark([0, 1, 50, 100, 1_000], 1, unicode)).toEqual([' ▁▁▁█']);
    expect(spark([0, 1, 500, 1_000], 2, unicode)).toEqual(['   █', ' ▁██']);
    expect(spark([0, 1, 500, 1_000], 1, ascii)).toEqual([' .:#']);
    expect(spark([0, 0], 1, unicode)).toEqual(['  ']);
    expect(spark([], 2, unicode)).toEqual(['', '']);
  });
});

describe('text from outside', () => {
  test.each([
    ['\u001b[2J', '\\u001b[2J'],
    ['::1', '::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::warning::x', '\\u003a:warning::x'],
    ['##[debug]', '\\u0023#[debug]'],
    ['# title', '# title'],
  ])('%j is shown as %s', (text, shown) => expect(visible(text, unicode)).toBe(shown));

  test('in ASCII mode everything is ASCII', () => {
    expect(visible('250µs 利 👍', ascii)).toBe('250us \\u5229 \\u{1f44d}');
  });
});

describe('facts', () => {
  test('values line up, wrap under themselves, and empty ones are left out', () => {
    const list = [
      {label: 'file', value: 'access.log'},
      {label: 'nothing', value: []},
      {label: 'count', value: ['4,775 requests', '881 keys', 'and a longer statement that does not fit']},
    ];
    expect(facts(list, {...unicode, width: 50})).toEqual([
      '  file   access.log',
      '  count  4,775 requests · 881 keys',
      '         and a longer statement that does not fit',
    ]);
  });
});

describe('table', () => {
  const columns = [
    {title: 'KEY', min: 8, cut: 'middle'},
    {title: 'COUNT', align: 'right'},
    {title: 'MORE', drop: 1},
  ] as const;

  test('columns line up by what a terminal shows', () => {
    const rows = [{cells: ['利用者', '1', 'a']}, {cells: ['e\u0301', '1,000', 'b'], note: 'a remark'}];
    expect(table(columns, rows, unicode)).toEqual([
      '  KEY     COUNT  MORE',
      '  利用者      1  a',
      '  e\u0301       1,000  b',
      '    a remark',
    ]);
  });

  test('the least valuable column goes before text is cut', () => {
    const rows = [{cells: ['k'.repeat(60), '1,000,000', 'x'.repeat(20)]}];
    expect(table(columns, rows, {...unicode, width: 40})).toEqual([
      `  KEY${' '.repeat(26)}    COUNT`,
      `  ${'k'.repeat(13)}…${'k'.repeat(13)}  1,000,000`,
    ]);
  });

  test('no rows, no lines', () => expect(table(columns, [], unicode)).toEqual([]));

  test('a cell in the private area of Unicode is itself', () => {
    expect(table([{title: ''}, {title: ''}], [{cells: ['\ue001', 'second']}], unicode)).toEqual([
      '  \ue001  second',
    ]);
  });
});

describe('colour', () => {
  test('is there when asked for and only then', () => {
    expect(painter({colour: true})('x', 'good')).toBe('\u001b[32mx\u001b[39m');
    expect(painter({colour: false})('x', 'bad')).toBe('x');
  });
});
