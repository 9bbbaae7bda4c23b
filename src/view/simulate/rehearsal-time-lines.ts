import {formatDuration} from '../../base/duration.ts';
import {painter} from '../colour.ts';
import {cutText} from '../cut-text.ts';
import {formatInstant} from '../format-span.ts';
import type {RehearsalReport} from '../model/rehearsal-report.ts';
import {remark} from '../remark.ts';
import {signs} from '../signs.ts';
import {spark} from '../spark.ts';
import {type Style, usableWidth} from '../style.ts';
import {textWidth} from '../text-width.ts';
import {visible} from '../visible.ts';
import {rehearsalPlot} from './rehearsal-plot.ts';

const LONGEST_LABEL = 20;
/** Columns that labels and extremes leave to the curves whatever they are. */
const LEAST_ROOM = 12;
/** Indent, gaps and the axis. */
const GAPS = 6;

/** What a rehearsal looked like over time: a line for each thing, on its own scale, with its peak (of a share the lowest) beside it. */
export const rehearsalTimeLines = (report: RehearsalReport, style: Style): readonly string[] => {
  const {buckets, bucketMs} = report.series;
  if (buckets.length === 0) return [];
  const paint = painter(style);
  const {axis, corner, line} = signs(style);
  // Peaks of sums grow with the step, so the labels and the widest extremes are measured on the coarsest plot there can be.
  const widest = rehearsalPlot(report, LEAST_ROOM).curves;
  const forTexts = usableWidth(style) - LEAST_ROOM - GAPS;
  const label = Math.min(
    LONGEST_LABEL,
    Math.floor(0.6 * forTexts),
    Math.max(...widest.map((curve) => textWidth(visible(curve.label, style)))),
  );
  const extreme = Math.min(forTexts - label, Math.max(...widest.map((curve) => textWidth(curve.extreme))));
  const room = usableWidth(style) - label - extreme - GAPS;
  const {curves, stepMs} = rehearsalPlot(report, room);
  const thick = Math.max(1, Math.min(4, Math.floor(room / curves[0]!.values.length)));
  const length = curves[0]!.values.length * thick;
  const rows = curves.map((curve) => {
    const name = cutText(visible(curve.label, style), label, style);
    const text = cutText(curve.extreme, extreme, style);
    const row = Array.from(spark(curve.values, 1, style)[0]!, (char) => char.repeat(thick)).join('');
    const left = `  ${paint(name, 'dim')}${' '.repeat(label - textWidth(name))}  ${text.padStart(extreme)} `;
    return left + paint(axis, 'dim') + paint(row.trimEnd(), curve.role);
  });
  const blank = ' '.repeat(label + extreme + 5);
  const [start, end] = [buckets[0]!.t, buckets.at(-1)!.t];
  const last = new Date(Date.parse(end) + bucketMs).toISOString();
  const [from, to] = [formatInstant(start, start, last), formatInstant(last, start, last)];
  const labels =
    from.length + to.length + 2 <= length
      ? from + to.padStart(length - from.length)
      : cutText(from, room, style);
  return [
    ...rows,
    blank + paint(corner + line.repeat(length), 'dim'),
    `${blank} ${paint(labels, 'dim')}`,
    ...remark(
      [
        'UTC',
        `each ${thick > 1 ? 'step' : 'column'} is ${formatDuration(stepMs * 1_000)}`,
        'numbers are the peaks, of shares the lowest',
      ],
      style,
    ),
  ];
};
