import CliTable from 'cli-table3';
import {bar} from './bars.ts';
import {painter, type Role} from './colour.ts';
import {cutText} from './cut-text.ts';
import {flow} from './flow.ts';
import {type Style, usableWidth} from './style.ts';
import {type Column, type SizedColumn, tableWidths} from './table-widths.ts';
import {textWidth} from './text-width.ts';
import {visible} from './visible.ts';

export type {Column} from './table-widths.ts';

/** Text (which may come from outside), or a bar for a share of 1. */
export type Cell =
  | string
  | {readonly text: string; readonly role?: Role | undefined}
  | {readonly share: number; readonly role?: Role | undefined};

export interface Row {
  readonly cells: readonly Cell[];
  /** A remark under the row. */
  readonly note?: string | undefined;
}

const INDENT = 2;
const GAP = 2;
/** cli-table3 needs time that grows with the square of the rows: it gets them in blocks. */
const BLOCK = 25;
const BAR = 24;
/** Private use: U+E000 … U+F8FF, more than a block has cells. */
const FIRST_STAND_IN = 0xe000;

const NO_BORDERS = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((name) => [name, '']),
);

/**
 * Lays out cells with cli-table3, which measures wide characters and cuts ANSI in its own way and breaks alignment. So it
 * never sees the texts: it gets stand-ins of the same width – a private character that numbers the cell, filled with `x` –
 * and the painted text is put in their place.
 */
const layOut = (
  rows: readonly (readonly string[])[],
  painted: readonly string[],
  sized: readonly SizedColumn[],
  columns: readonly Column[],
): readonly string[] => {
  const table = new CliTable({
    chars: {...NO_BORDERS, middle: ' '.repeat(GAP)},
    style: {head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0},
    colWidths: sized.map((column) => column.width),
    colAligns: sized.map((column) => columns[column.index]!.align ?? 'left'),
  });
  table.push(...rows.map((row) => [...row]));
  const place = (standIn: string): string => painted[standIn.charCodeAt(0) - FIRST_STAND_IN]!;
  const lines = table.toString().split('\n');
  return lines.map((line) => (' '.repeat(INDENT) + line).trimEnd().replace(/[\ue000-\uf8ff]x*/g, place));
};

/** A cell from outside made fit to be shown; every cell in one of the two forms. */
const clean = (cell: Cell | undefined, style: Style): Exclude<Cell, string> => {
  if (cell === undefined) return {text: ''};
  if (typeof cell === 'string') return {text: visible(cell, style)};
  return 'text' in cell ? {...cell, text: visible(cell.text, style)} : cell;
};

const widthOf = (cell: Exclude<Cell, string>): number => ('text' in cell ? textWidth(cell.text) : BAR);

const noteLines = (note: string | undefined, style: Style): readonly string[] => {
  if (note === undefined) return [];
  const room = usableWidth(style) - 2 * INDENT;
  return flow([{text: note, role: 'dim'}], room, style).map((text) => ' '.repeat(2 * INDENT) + text);
};

/** The rows under their titles, aligned, each in one line of at most the width of the style. No rows, no lines. */
export const table = (columns: readonly Column[], rows: readonly Row[], style: Style): readonly string[] => {
  if (rows.length === 0) return [];
  const paint = painter(style);
  const cleaned = rows.map((row) => columns.map((_, i) => clean(row.cells[i], style)));
  const natural = columns.map(({title}, i) =>
    cleaned.reduce((most, cells) => Math.max(most, widthOf(cells[i]!)), textWidth(title)),
  );
  const sized = tableWidths(columns, natural, usableWidth(style) - INDENT, GAP);
  const draw = (cell: Exclude<Cell, string>, {index, width}: SizedColumn): string =>
    'text' in cell
      ? cutText(cell.text, width, style, columns[index]!.cut).trimEnd()
      : bar(cell.share, width, style);
  const titles = columns.map(({title}) => ({text: title, role: 'dim'}) as const);
  const titled = titles.some(({text}) => text !== '');
  const all = titled ? [titles, ...cleaned] : cleaned;
  const lines: string[] = [];
  for (let start = 0; start < all.length; start += BLOCK) {
    const painted: string[] = [];
    const standIn = (cell: Exclude<Cell, string>, column: SizedColumn): string => {
      const text = draw(cell, column);
      if (text === '') return '';
      const at = painted.push(paint(text, cell.role)) - 1;
      return String.fromCharCode(FIRST_STAND_IN + at) + 'x'.repeat(Math.max(0, textWidth(text) - 1));
    };
    const block = all.slice(start, start + BLOCK);
    const standIns = block.map((cells) => sized.map((column) => standIn(cells[column.index]!, column)));
    lines.push(...layOut(standIns, painted, sized, columns));
  }
  return lines.flatMap((line, at) => [line, ...noteLines(rows[titled ? at - 1 : at]?.note, style)]);
};
