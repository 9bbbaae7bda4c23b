import {painter} from '../colour.ts';
import {facts} from '../facts.ts';
import {flow} from '../flow.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {Performance, SimulateReport} from '../model/simulate-report.ts';
import {remark} from '../remark.ts';
import {type Style, usableWidth} from '../style.ts';
import {boundsLines} from './bounds-lines.ts';
import type {Detail} from './detail.ts';
import {diffLines} from './diff-lines.ts';
import {headline} from './headline.ts';
import {keyLines} from './key-lines.ts';
import {limitLines} from './limit-lines.ts';
import {rehearsalChangeLines} from './rehearsal-change-lines.ts';
import {rehearsalLines} from './rehearsal-lines.ts';
import {rehearsalTimeLines} from './rehearsal-time-lines.ts';
import {solutionLines} from './solution-lines.ts';
import {thresholdLines} from './threshold-lines.ts';
import {timeLines} from './time-lines.ts';
import {totalsLines} from './totals-lines.ts';
import {traceFacts} from './trace-facts.ts';

const speed = (
  {trace}: SimulateReport,
  {seconds, requestsPerSecond, maxRssBytes}: Performance,
): readonly string[] => [
  `${formatPlural(trace.requests, 'request')} in ${formatCount(seconds)} s`,
  `${formatCount(Math.round(requestsPerSecond))} per second`,
  `${formatCount(Math.round(maxRssBytes / 2 ** 20))} MiB`,
];

/** The screen of `simulate`: first whether the thresholds hold, then what was read, who is denied, and when. Ends with a newline. */
export const simulateTable = (report: SimulateReport, style: Style, detail: Detail = 'table'): string => {
  const paint = painter(style);
  const {verdict, statements} = headline(report);
  const badge = verdict === undefined ? '' : `${verdict.text}  `;
  const top = flow(
    statements.map((text) => ({text, role: 'strong'})),
    usableWidth(style) - badge.length,
    style,
  ).map((line, at) =>
    at === 0 && verdict !== undefined
      ? `${paint(verdict.text, verdict.role)}  ${line}`
      : ' '.repeat(badge.length) + line,
  );
  const {diff, bounds, solve, rehearsal, performance} = report;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['', thresholdLines(report, style)],
    ['', facts(traceFacts(report), style, 'worst time'.length)],
    ['', totalsLines(report, style)],
    ['Rehearsal', rehearsal === undefined ? [] : rehearsalLines(rehearsal, style)],
    ['Rehearsal over time', rehearsal === undefined ? [] : rehearsalTimeLines(rehearsal, style)],
    ['What changed', rehearsal === undefined ? [] : rehearsalChangeLines(rehearsal, style, detail)],
    ['Limits', limitLines(report, style)],
    ['Most denied keys', keyLines(report, style, detail)],
    // A rehearsal has shown it already, with everything that goes with it.
    ['Over time', rehearsal === undefined ? timeLines(report, style) : []],
    ['Change', diff === undefined ? [] : diffLines(diff, report, style, detail)],
    ['Bounds', bounds === undefined ? [] : boundsLines(bounds, report, style)],
    ['Solve', solve === undefined ? [] : solutionLines(solve, style, detail)],
    ['', performance === undefined ? [] : remark(speed(report, performance), style)],
  ];
  const lines = [...top];
  for (const [title, body] of sections) {
    if (body.length > 0) lines.push('', ...(title === '' ? [] : [paint(title, 'strong')]), ...body);
  }
  return `${lines.join('\n')}\n`;
};
