import {formatDuration} from '../../base/duration.ts';
import {painter, type Role} from '../colour.ts';
import {cutText} from '../cut-text.ts';
import {formatCount} from '../format-number.ts';
import {formatInstant} from '../format-span.ts';
import type {SimulateReport} from '../model/simulate-report.ts';
import {remark} from '../remark.ts';
import {signs} from '../signs.ts';
import {spark} from '../spark.ts';
import {type Style, usableWidth} from '../style.ts';
import {timePlot} from './time-plot.ts';

const HEIGHT = 3;
const WIDEST_BAR = 8;
const LABEL = 'allowed'.length;
/** Columns that the peaks leave to the chart whatever they are. */
const LEAST_ROOM = 12;

const peakOf = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), 0);

/** Bars of three columns and more get a gap, so that they are seen as bars. */
const thicken = (row: string, thick: number): string => {
  const gap = thick > 2 ? 1 : 0;
  return Array.from(row, (char) => char.repeat(thick - gap) + ' '.repeat(gap)).join('');
};

/** Instants under both ends of the axis, or under its start alone. */
const axisLabels = ({series, trace}: SimulateReport, length: number, room: number, style: Style): string => {
  const first = series.buckets[0]!.t;
  const last = trace.end ?? first;
  const start = formatInstant(first, first, last);
  const end = formatInstant(last, first, last);
  const both = start.length + end.length + 2 <= length;
  return cutText(both ? start + end.padStart(length - start.length) : start, room, style);
};

/** Allowed and denied over time, each on its own scale with its peak beside it: a few denials among many requests stay visible. */
export const timeLines = (report: SimulateReport, style: Style): readonly string[] => {
  const {buckets} = report.series;
  if (buckets.length === 0) return [];
  const paint = painter(style);
  const {axis, corner, line} = signs(style);
  // The sum of all is as wide as any peak can be once buckets are put together.
  const most = buckets.reduce((sum, {allowed, denied}) => sum + Math.max(allowed, denied), 0);
  const outside = 2 + LABEL + 2 + 2;
  const digits = Math.min(usableWidth(style) - outside - LEAST_ROOM, formatCount(most).length);
  const room = usableWidth(style) - outside - digits;
  const {allowed, denied, stepMs} = timePlot(report.series, room);
  const thick = Math.min(WIDEST_BAR, Math.floor(room / allowed.length));
  const length = allowed.length * thick;
  const blank = ' '.repeat(outside + digits);
  const chart = (label: string, values: readonly number[], role: Role): readonly string[] => {
    const peak = cutText(formatCount(peakOf(values)), digits, style).padStart(digits);
    const left = `  ${paint(label.padEnd(LABEL), 'dim')}  ${peak} `;
    return spark(values, HEIGHT, style).map(
      (row, at) =>
        (at === 0 ? left : blank.slice(1)) + paint(axis, 'dim') + paint(thicken(row, thick).trimEnd(), role),
    );
  };
  const unit = thick > 2 ? 'bar' : 'column';
  return [
    ...chart('allowed', allowed, 'good'),
    ...(peakOf(denied) > 0 ? chart('denied', denied, 'bad') : []),
    blank.slice(1) + paint(corner + line.repeat(length), 'dim'),
    blank + paint(axisLabels(report, length, room, style), 'dim'),
    ...remark(['UTC', `each ${unit} is ${formatDuration(stepMs * 1_000)}`, 'numbers are the peaks'], style),
  ];
};
