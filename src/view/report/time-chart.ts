import {formatDuration} from '../../base/duration.ts';
import {painter, type Role} from '../colour.ts';
import {cutText} from '../cut-text.ts';
import {formatCount} from '../format-number.ts';
import {remark} from '../remark.ts';
import {signs} from '../signs.ts';
import {spark} from '../spark.ts';
import {type Style, usableWidth} from '../style.ts';
import type {ZoneClock} from './zone-clock.ts';

export interface ChartRow {
  /** Ours; short. */
  readonly label: string;
  readonly values: readonly number[];
  readonly role: Role;
}

export interface TimeAxis {
  readonly first: string;
  readonly last: string;
  readonly stepMs: number;
  readonly timeZone: string;
}

const HEIGHT = 3;
const WIDEST = 8;

/** Columns that are left for values beside labels of these widths. */
export const chartRoom = (labels: readonly string[], peaks: readonly number[], style: Style): number =>
  usableWidth(style) - leftWidth(labels, peaks) - 1;

const leftWidth = (labels: readonly string[], peaks: readonly number[]): number =>
  2 + longest(labels) + 2 + longest(peaks.map(formatCount)) + 1;

const longest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, text.length), 0);

/** Rows of columns over one axis of time, each on its own scale with its peak beside it; rows of zeros are left out. */
export const timeChart = (
  rows: readonly ChartRow[],
  {first, last, stepMs, timeZone}: TimeAxis,
  clock: ZoneClock,
  style: Style,
): readonly string[] => {
  const peakOf = (values: readonly number[]): number =>
    values.reduce((most, value) => Math.max(most, value), 0);
  const shown = rows.filter(({values}, i) => i === 0 || peakOf(values) > 0);
  const count = shown[0]?.values.length ?? 0;
  if (count === 0) return [];
  const paint = painter(style);
  const {axis, corner, line} = signs(style);
  const labels = longest(shown.map(({label}) => label));
  const digits = longest(shown.map(({values}) => formatCount(peakOf(values))));
  const room = usableWidth(style) - (2 + labels + 2 + digits + 1) - 1;
  const thick = Math.max(1, Math.min(WIDEST, Math.floor(room / count)));
  const length = Math.min(room, count * thick);
  const blank = ' '.repeat(2 + labels + 2 + digits + 1);
  const lines = shown.flatMap(({label, values, role}) => {
    const left = `  ${paint(label.padEnd(labels), 'dim')}  ${formatCount(peakOf(values)).padStart(digits)} `;
    return spark(values, HEIGHT, style).map(
      (row, at) =>
        (at === 0 ? left : blank) + paint(axis, 'dim') + paint(thicken(row, thick).trimEnd(), role),
    );
  });
  const start = clock.short(first);
  const end = clock.short(last);
  const both = start.length + end.length + 2 <= length;
  const under = both ? start + end.padStart(length - start.length) : start;
  return [
    ...lines,
    blank + paint(corner + line.repeat(length), 'dim'),
    `${blank} ${paint(cutText(under, room, style), 'dim')}`,
    ...remark(
      [
        timeZone,
        `each ${thick > 2 ? 'bar' : 'column'} is ${formatDuration(stepMs * 1_000)}`,
        'numbers are the peaks',
      ],
      style,
    ),
  ];
};

/** Bars of three columns and more get a gap, so that they are seen as bars. */
const thicken = (row: string, thick: number): string => {
  const gap = thick > 2 ? 1 : 0;
  return Array.from(row, (char) => char.repeat(thick - gap) + ' '.repeat(gap)).join('');
};
