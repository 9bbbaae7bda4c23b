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
const BLOCK = 100;
const BAR = 24;

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
  const lines = table.toString().split('\n');
  return lines.map((line) =>
    line.trimEnd().replace(/[\ue000-\uf8ff]x*/g, (standIn) => painted[standIn.charCodeAt(0) - 0xe000]!),
  );
};

/** The rows under their titles, aligned, each in one line of at most the width of the style. No rows, no lines. */
export const table = (columns: readonly Column[], rows: readonly Row[], style: Style): readonly string[] => {
  if (rows.length === 0) return [];
  const paint = painter(style);
  const clean = (cell: Cell): Cell =>
    typeof cell === 'string'
      ? visible(cell, style)
      : 'text' in cell
        ? {...cell, text: visible(cell.text, style)}
        : cell;
  const cleaned = rows.map((row) => row.cells.map(clean));
  const widthOf = (cell: Cell): number =>
    typeof cell === 'string' ? textWidth(cell) : 'text' in cell ? textWidth(cell.text) : BAR;
  const natural = columns.map((column, i) =>
    cleaned.reduce((most, cells) => Math.max(most, widthOf(cells[i] ?? '')), textWidth(column.title)),
  );
  const room = usableWidth(style) - INDENT;
  const sized = tableWidths(columns, natural, room, GAP);
  const draw = (
    cell: Cell,
    {index, width}: SizedColumn,
  ): {readonly text: string; readonly role: Role | undefined} => {
    if (typeof cell === 'string')
      return {text: cutText(cell, width, style, columns[index]!.cut), role: undefined};
    return {
      role: cell.role,
      text:
        'text' in cell
          ? cutText(cell.text, width, style, columns[index]!.cut)
          : bar(cell.share, width, style),
    };
  };
  const titled = columns.some((column) => column.title !== '');
  const all: readonly (readonly Cell[])[] = titled
    ? [columns.map((column) => ({text: column.title, role: 'dim' as const})), ...cleaned]
    : cleaned;
  const lines: string[] = [];
  for (let start = 0; start < all.length; start += BLOCK) {
    const painted: string[] = [];
    const standIns = all.slice(start, start + BLOCK).map((cells) =>
      sized.map((column) => {
        const {text, role} = draw(cells[column.index] ?? '', column);
        const width = textWidth(text);
        return width === 0
          ? ''
          : String.fromCharCode(0xe000 + painted.push(paint(text, role)) - 1) + 'x'.repeat(width - 1);
      }),
    );
    lines.push(
      ...layOut(standIns, painted, sized, columns).map((line) => (' '.repeat(INDENT) + line).trimEnd()),
    );
  }
  return lines.flatMap((line, at) => {
    const note = rows[titled ? at - 1 : at]?.note;
    const under = note === undefined ? [] : flow([{text: note, role: 'dim'}], room - INDENT, style);
    return [line, ...under.map((text) => ' '.repeat(2 * INDENT) + text)];
  });
};
