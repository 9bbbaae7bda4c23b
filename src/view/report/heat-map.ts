import {painter, type Role} from '../colour.ts';
import {formatCount} from '../format-number.ts';
import type {WeekCell, WeekPattern} from '../model/activity-report.ts';
import {remark} from '../remark.ts';
import {type Style, usableWidth} from '../style.ts';
import {WEEKDAYS, weekHourText} from './words.ts';

const SHADES = ['·', '░', '▒', '▓', '█'];
const ASCII_SHADES = ['.', ':', '+', '*', '#'];
const LABEL = 6;
const HOURS = 24;

interface HeatOptions {
  readonly measure: (cell: WeekCell) => number;
  readonly what: string;
  readonly role: Role;
  readonly timeZone: string;
}

/** Which of `steps` shades a value has: the first for nothing, and for anything above it at least the second. */
export const shadeOf = (value: number, most: number, steps: number): number =>
  value <= 0 || most <= 0 ? 0 : Math.max(1, Math.min(steps - 1, Math.ceil((value / most) * (steps - 1))));

/** Days as rows, hours as columns; a blank cell: the range has no such hour. */
export const heatMap = (
  {days}: Pick<WeekPattern, 'days'>,
  {measure, what, role, timeZone}: HeatOptions,
  style: Style,
): readonly string[] => {
  const cells = days.map((day) => day.map((cell) => (cell === null ? undefined : measure(cell))));
  const values = cells.flat().filter((value) => value !== undefined);
  const most = values.reduce((top, value) => Math.max(top, value), 0);
  if (most === 0) return [];
  const paint = painter(style);
  const shades = style.ascii ? ASCII_SHADES : SHADES;
  const wide = usableWidth(style) >= LABEL + 2 * HOURS ? 2 : 1;
  const glyph = (value: number | undefined): string =>
    (value === undefined ? ' ' : shades[shadeOf(value, most, shades.length)]!).repeat(wide);
  const rows = cells.map(
    (day, at) => `  ${paint(WEEKDAYS[at]!, 'dim')} ${paint(day.map(glyph).join('').trimEnd(), role)}`,
  );
  let hours = '';
  for (let hour = 0; hour < HOURS; hour += 6)
    hours += String(hour)
      .padStart(2, '0')
      .padEnd(6 * wide);
  const [day, hour] = placeOfMost(cells, most);
  return [
    `  ${' '.repeat(LABEL - 2)}${paint(hours.trimEnd(), 'dim')}`,
    ...rows,
    ...remark(
      [
        `${what} of an average hour, ${timeZone}`,
        `${shades[0]} none`,
        `${shades.at(-1)} up to ${formatCount(Math.round(most))}`,
        `most on ${weekHourText({day, hour})}`,
      ],
      style,
    ),
  ];
};

const placeOfMost = (
  cells: readonly (readonly (number | undefined)[])[],
  most: number,
): readonly [day: number, hour: number] => {
  const day = cells.findIndex((hours) => hours.includes(most));
  return [day, cells[day]!.indexOf(most)];
};
