import {painter} from '../colour.ts';
import {facts} from '../facts.ts';
import {flow} from '../flow.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {ActivityReport} from '../model/activity-report.ts';
import {remark} from '../remark.ts';
import {formatActual} from '../simulate/actual.ts';
import {type Style, usableWidth} from '../style.ts';
import {type Column, table} from '../table.ts';
import {adviceLines, forecastLines, tenthsText} from './advice-lines.ts';
import {heatMap} from './heat-map.ts';
import {limitTable} from './limit-table.ts';
import {breakerLines, changeLines, queueLines, tokenLines} from './operation-lines.ts';
import {resample} from './resample.ts';
import {chartRoom, timeChart} from './time-chart.ts';
import {
  changeText,
  clockOf,
  countedWord,
  headlines,
  identityNotes,
  keyOf,
  rangeText,
  scopeText,
  sourceText,
  thresholdText,
  utilisationCells,
  utilisationNotes,
} from './words.ts';

/** The report for a terminal. */
export const reportTable = (report: ActivityReport, style: Style): string => {
  const paint = painter(style);
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['What to do', adviceLines(report, style)],
    ['Traffic', trafficLines(report, style)],
    ['By limit', report.limits.length === 0 ? [] : limitTable(report, style)],
    ['Most refused keys', keyLines(report, style)],
    ['Hours of the week', weekLines(report, style)],
    ['How full buckets are', utilisationLines(report, style)],
    ['Tokens', tokenLines(report, style)],
    ['Circuit breakers', breakerLines(report, style)],
    ['Queues', queueLines(report, style)],
    ['Changes', changeLines(report, style)],
    ['Forecast', forecastLines(report, style)],
    ['Thresholds', thresholdLines(report, style)],
  ];
  const lines = [...head(report, style)];
  for (const [title, body] of sections) if (body.length > 0) lines.push('', paint(title, 'strong'), ...body);
  return `${lines.join('\n')}\n`;
};

const head = (report: ActivityReport, style: Style): readonly string[] => {
  const {range, before, policy, timeZone} = report;
  const clock = clockOf(report);
  const [first = '', ...more] = headlines(report);
  return [
    ...flow([{text: first, role: 'strong'}, ...more], usableWidth(style), style),
    '',
    ...facts(
      [
        {label: 'of', value: [sourceText(report)]},
        ...(range === null ? [] : [{label: 'range', value: [rangeText(range, clock), timeZone]}]),
        ...(before === null ? [] : [{label: 'before', value: [rangeText(before.range, clock)]}]),
        {label: 'policy', value: policy === null ? [] : [policy.from]},
        {label: 'only', value: [...scopeText(report)]},
        ...(countedWord(report) === 'checks'
          ? [
              {
                label: 'checks',
                value: ['a request is counted at every limit that it reaches, and refused by one'],
              },
            ]
          : []),
      ],
      style,
    ),
  ];
};

const trafficLines = (report: ActivityReport, style: Style): readonly string[] => {
  const {series, range, timeZone, totals} = report;
  if (series.points.length < 2 || range === null || totals.requests === 0) return [];
  const labels = ['allowed', 'refused', ...(totals.shadowDenied > 0 ? ['shadow'] : [])];
  const room = chartRoom(labels, [totals.allowed, totals.denied], style);
  const {points, stepMs} = resample(series.points, series.stepMs, room);
  return timeChart(
    [
      {label: 'allowed', values: points.map(({allowed}) => allowed), role: 'good'},
      {label: 'refused', values: points.map(({denied}) => denied), role: 'bad'},
      {label: 'shadow', values: points.map(({shadowDenied}) => shadowDenied), role: 'warn'},
    ],
    {first: range.from, last: range.until, stepMs, timeZone},
    clockOf(report),
    style,
  );
};

const keyLines = (report: ActivityReport, style: Style): readonly string[] => {
  const {keys} = report.identities;
  const hasRequests = keys.some(({requests}) => requests !== undefined);
  const columns: readonly Column[] = [
    {title: 'LIMIT', min: 8, cut: 'middle', drop: 3},
    {title: 'KEY', min: Math.floor(usableWidth(style) * 0.4), cut: 'middle'},
    ...(hasRequests ? [{title: 'REQUESTS', align: 'right', drop: 2} as const] : []),
    {title: 'REFUSED', align: 'right'},
    ...(report.before === null ? [] : [{title: 'CHANGE', align: 'right', drop: 4} as const]),
    {title: 'OF LIMIT', align: 'right', drop: 5},
    {title: '', elastic: true, min: 6, drop: 1},
  ];
  const rows = keys.map((key) => ({
    cells: [
      key.limit,
      keyOf(key),
      ...(hasRequests ? [key.requests === undefined ? '' : formatCount(key.requests)] : []),
      {text: formatCount(key.denied), role: 'bad' as const},
      ...(report.before === null ? [] : [changeText(key.denied, key.before)]),
      formatShare(key.share),
      {share: key.share, role: 'bad' as const},
    ],
  }));
  const lines = table(columns, rows, style);
  return lines.length === 0 ? [] : [...lines, ...remark(identityNotes(report), style)];
};

const weekLines = ({week, timeZone}: ActivityReport, style: Style): readonly string[] => {
  if (week === null) return [];
  const requests = heatMap(
    week,
    {measure: (cell) => cell.requests, what: 'traffic', role: 'good', timeZone},
    style,
  );
  const refused = heatMap(
    week,
    {measure: (cell) => cell.denied, what: 'refusals', role: 'bad', timeZone},
    style,
  );
  return refused.length === 0 ? requests : [...requests, '', ...refused];
};

const utilisationLines = (report: ActivityReport, style: Style): readonly string[] => {
  const limits = report.utilisation?.limits ?? [];
  const lines = table(
    [
      {title: 'LIMIT', min: 8, cut: 'middle'},
      {title: 'KEYS', align: 'right'},
      {title: 'P50', align: 'right'},
      {title: 'P90', align: 'right'},
      {title: 'P99', align: 'right'},
      {title: 'MAX', align: 'right'},
      {title: '0 TO 100%', drop: 1},
    ],
    limits.map((limit) => ({
      cells: [
        limit.limit,
        formatCount(limit.keys),
        ...utilisationCells(limit),
        tenthsText(limit.tenths, style),
      ],
    })),
    style,
  );
  return lines.length === 0 ? [] : [...lines, ...remark(utilisationNotes(report), style)];
};

const thresholdLines = ({thresholds}: ActivityReport, style: Style): readonly string[] =>
  table(
    [{title: ''}, {title: 'THRESHOLD', min: 12}, {title: 'WAS', align: 'right'}],
    thresholds.map((one) => ({
      cells: [
        {text: one.pass ? 'PASS' : 'FAIL', role: one.pass ? 'good' : 'bad'},
        thresholdText(one),
        formatActual(one.expr, one.actual),
      ],
    })),
    style,
  );
