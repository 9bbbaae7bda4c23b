import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatPlural, formatShare, shareOf} from '../format-number.ts';
import {formatSpan} from '../format-span.ts';
import {type MdColumn, mdCode, mdTable, mdText} from '../markdown.ts';
import type {Bounds, PolicyDiff, SimulateReport, Solution} from '../model/simulate-report.ts';
import {nameText} from '../name-text.ts';
import {spark} from '../spark.ts';
import {formatActual} from './actual.ts';
import {conditionText} from './condition.ts';
import type {Detail} from './detail.ts';
import {headline} from './headline.ts';
import {hitKeys} from './hit-keys.ts';
import {rehearsalMarkdown} from './rehearsal-markdown.ts';
import {timePlot} from './time-plot.ts';

const SHOWN = 10;
const SPARK_WIDTH = 60;
const SIGNS = {PASS: '✅ PASS', WARN: '⚠️ WARN', FAIL: '❌ FAIL'};

/** `<0.01%` would be read as markup by some. */
const mdShare = (share: number): string => mdText(formatShare(share));

const left = (title: string): MdColumn => ({title});
const right = (title: string): MdColumn => ({title, align: 'right'});

const top = (report: SimulateReport): string => {
  const {verdict, statements} = headline(report);
  const text = mdText(statements.join('; '));
  return verdict === undefined
    ? `## ratectl simulate\n\n${text}\n`
    : `## ratectl simulate: ${SIGNS[verdict.text]}\n\n${text}\n`;
};

const thresholds = ({thresholds: all}: SimulateReport): string => {
  if (all.length === 0) return '';
  const ordered = [...all.filter((one) => !one.pass), ...all.filter((one) => one.pass)];
  const rows = ordered.map(({expr, actual, pass, source}) => [
    pass ? '✅ pass' : '❌ FAIL',
    mdCode(conditionText({expr, source})),
    formatActual(expr, actual),
    mdCode(source),
  ]);
  return mdTable([left('Result'), left('Threshold'), right('Actual'), left('From')], rows);
};

const trace = ({
  trace: {files, format, requests, keys, start, end, skipped, outOfOrder, notRequests},
}: SimulateReport): string => {
  const named =
    files.slice(0, 3).map(mdCode).join(', ') +
    (files.length > 3 ? ` and ${formatPlural(files.length - 3, 'more file')}` : '');
  const parts = [
    `${named} (${mdText(format)}): ${formatPlural(requests, 'request')} from ${formatPlural(keys, 'key')}`,
  ];
  if (start !== null && end !== null) parts.push(mdText(formatSpan(start, end)));
  if (skipped > 0) parts.push(`${formatPlural(skipped, 'bad line')} skipped`);
  if (outOfOrder > 0) parts.push(`${formatPlural(outOfOrder, 'request')} out of order`);
  if (notRequests > 0)
    parts.push(formatPlural(notRequests, 'line that is not a request', 'lines that are not requests'));
  return `**Trace** ${parts.join('; ')}\n`;
};

const limits = ({limits: all}: SimulateReport): string => {
  if (all.length === 0) return '';
  const rows = all.map(({name, mode, description, requests, allowed, denied, deniedKeys, keys}) => {
    const rate = shareOf(denied, requests);
    const counts = [requests, allowed, denied].map(formatCount);
    return [
      mdCode(nameText(name)),
      mode,
      mdText(description),
      ...counts,
      rate === undefined ? '–' : mdShare(rate),
      `${formatCount(deniedKeys)} of ${formatCount(keys)}`,
    ];
  });
  const counts = ['Requests', 'Allowed', 'Denied', 'Rate', 'Keys denied'].map(right);
  const shadow = all.some((limit) => limit.mode === 'shadow')
    ? '\nShadow limits let everything through: “denied” is what they would deny.\n'
    : '';
  const rollouts = all
    .filter(({shadowDenied = 0}) => shadowDenied > 0)
    .map(
      ({name, shadowDenied = 0}) =>
        `\n${mdCode(nameText(name))}: ${formatCount(shadowDenied)} of “denied” only count, as its rollout does not deny for their keys yet.\n`,
    )
    .join('');
  return `### Limits\n\n${mdTable([left('Limit'), left('Mode'), left('Rule'), ...counts], rows)}${shadow}${rollouts}`;
};

const keys = (report: SimulateReport, detail: Detail): string => {
  const {shown} = hitKeys(report.limits, detail);
  if (shown.length === 0) return '';
  const rows = shown.map(({limit, key}) => [
    mdCode(nameText(limit.name)),
    mdCode(nameText(key.key)),
    formatCount(key.requests),
    formatCount(key.denied),
    mdShare(shareOf(key.denied, key.requests) ?? 0),
  ]);
  return `### Most denied keys\n\n${mdTable([left('Limit'), left('Key'), right('Requests'), right('Denied'), right('Rate')], rows)}`;
};

const time = ({series}: SimulateReport): string => {
  if (series.buckets.length < 2) return '';
  const {allowed, denied, stepMs} = timePlot(series, SPARK_WIDTH);
  const row = (label: string, values: readonly number[]): readonly string[] => [
    label,
    formatCount(Math.max(...values)),
    // A no-break space stays where a space at the edge of code would be dropped.
    `\`${spark(values, 1, {ascii: false})[0]!.replaceAll(' ', '\u00a0')}\``,
  ];
  const columns = [left(''), right(`Peak per ${formatDuration(stepMs * 1_000)}`), left('Over time')];
  return `### Over time\n\n${mdTable(columns, [row('allowed', allowed), row('denied', denied)])}`;
};

const diff = (change: PolicyDiff | undefined, {totals}: SimulateReport, detail: Detail): string => {
  if (change === undefined) return '';
  const {before, allowToDeny, denyToAllow} = change;
  const counts = mdTable(
    [left(''), right('Before'), right('After')],
    [
      ['allowed', formatCount(before.allowed), formatCount(totals.allowed)],
      ['denied', formatCount(before.denied), formatCount(totals.denied)],
      ['denied rate', mdShare(before.deniedRate), mdShare(totals.deniedRate)],
    ],
  );
  const shown = detail === 'wide' ? change.keys : change.keys.slice(0, SHOWN);
  const rows = shown.map((key) => [
    mdCode(nameText(key.key)),
    ...[key.requests, key.allowToDeny, key.denyToAllow].map(formatCount),
  ]);
  const whose =
    rows.length === 0
      ? ''
      : `\n${mdTable([left('Key'), right('Requests'), right('Now denied'), right('Now allowed')], rows)}`;
  const flips = `${formatPlural(allowToDeny, 'request')} now denied, ${formatPlural(denyToAllow, 'request')} now allowed, against ${mdCode(change.against)}\n`;
  return `### Change\n\n${flips}\n${counts}${whose}`;
};

const bounds = (open: Bounds | undefined, {totals}: SimulateReport): string => {
  if (open === undefined) return '';
  const row = (label: string, one: {readonly denied: number; readonly deniedRate: number}) => [
    label,
    formatCount(one.denied),
    mdShare(one.deniedRate),
  ];
  const rows = [row('at best', open.best), row('as read', totals), row('at worst', open.worst)];
  const why = `Times are known to ${formatDuration(open.resolutionMs * 1_000)}; the order of requests within it is not.`;
  return `### Bounds\n\n${mdTable([left(''), right('Denied'), right('Rate')], rows)}\n${why}\n`;
};

const solution = (solve: Solution | undefined): string => {
  if (solve === undefined) return '';
  const answer =
    solve.value === null
      ? 'no value that was tried meets it'
      : `**${formatCount(solve.value)}** is the smallest whole value that meets it`;
  return `### Solve\n\n${mdCode(solve.parameter)} for ${mdCode(solve.target)}: ${answer} (${formatPlural(solve.tried.length, 'replay')})\n`;
};

/** The report as Markdown, a string for each section, most important first; every one ends with a newline. */
export const markdownSections = (report: SimulateReport, detail: Detail): readonly string[] =>
  [
    top(report),
    thresholds(report),
    trace(report),
    rehearsalMarkdown(report.rehearsal, detail),
    limits(report),
    keys(report, detail),
    report.rehearsal === undefined ? time(report) : '',
    diff(report.diff, report, detail),
    bounds(report.bounds, report),
    solution(report.solve),
  ].filter((section) => section !== '');
