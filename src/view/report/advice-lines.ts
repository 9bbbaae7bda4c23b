import {painter, type Role} from '../colour.ts';
import {chopText} from '../cut-text.ts';
import {flow} from '../flow.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {ActivityReport, Recommendation} from '../model/activity-report.ts';
import {remark} from '../remark.ts';
import {spark} from '../spark.ts';
import {type Style, usableWidth} from '../style.ts';
import {textWidth} from '../text-width.ts';
import {visible} from '../visible.ts';
import {resampleNumbers} from './resample.ts';
import {chartRoom, timeChart} from './time-chart.ts';
import {clockOf, countedWord, urgencyWord} from './words.ts';

const ROLES: Readonly<Record<Recommendation['urgency'], Role>> = {act: 'bad', plan: 'warn', consider: 'dim'};

/** What to change, why, and the command that checks it. */
export const adviceLines = ({recommendations}: ActivityReport, style: Style): readonly string[] => {
  const paint = painter(style);
  const room = usableWidth(style) - 9;
  return recommendations.flatMap(({urgency, text, reason, command}, at) => [
    ...(at === 0 ? [] : ['']),
    ...flow([{text, role: 'strong'}], room, style).map(
      (line, i) => `  ${i === 0 ? paint(urgencyWord[urgency].padEnd(5), ROLES[urgency]) : '     '}  ${line}`,
    ),
    ...flow([reason], room, style).map((line) => `         ${line}`),
    ...commandLines(command, room - 4, style).map(
      (line, i) => `         ${i === 0 ? `${paint('$', 'dim')} ` : '    '}${line}`,
    ),
  ]);
};

/** A command in lines that can be copied together: broken between words, where the shell reads on behind a backslash. */
const commandLines = (command: string, room: number, style: Style): readonly string[] => {
  const words = visible(command, style).match(/(?:'[^']*'|[^ '])+/g) ?? [];
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && textWidth(line) + 1 + textWidth(word) <= room - 2)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(...chopText(word, room - 2));
  }
  return lines.map((line, i) => (i < lines.length - 1 ? `${line} \\` : line));
};

export const forecastLines = (report: ActivityReport, style: Style): readonly string[] => {
  const {forecast} = report;
  if (forecast.kind === 'none') return remark([`no forecast: ${forecast.why}`], style);
  const {points, total, peak, stepMs, method, covered} = forecast;
  const room = chartRoom(['expected'], [total.expected], style);
  const expected = resampleNumbers(
    points.map((point) => point.expected),
    room,
  );
  const size = Math.ceil(points.length / room);
  const clock = clockOf(report);
  const word = countedWord(report);
  return [
    ...timeChart(
      [{label: 'expected', values: expected, role: 'good'}],
      {
        first: points[0]!.at,
        last: points.at(-1)!.at,
        stepMs: stepMs * size,
        timeZone: report.timeZone,
      },
      clock,
      style,
    ),
    ...flow(
      [
        `${formatCount(total.expected)} ${word} expected, ${formatCount(total.low)} to ${formatCount(total.high)}`,
        `busiest hour ${clock.minute(peak.at)}: ${formatCount(peak.expected)}, ${formatCount(peak.low)} to ${formatCount(peak.high)}`,
      ],
      usableWidth(style) - 2,
      style,
    ).map((line) => `  ${line}`),
    ...remark(
      [
        method,
        ...(covered === null
          ? []
          : [`bounds of the older half of these hours held ${formatShare(covered)} of the newer half`]),
      ],
      style,
    ),
  ];
};

/** Keys by tenths of their bucket, as eight or ten marks. */
export const tenthsText = (tenths: readonly number[], style: Style): string => spark(tenths, 1, style)[0]!;
