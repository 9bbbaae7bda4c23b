import {bar} from '../../view/bars.ts';
import {formatCount} from '../../view/format-number.ts';
import type {StatusKey} from '../../view/model/status-report.ts';
import {nameText} from '../../view/name-text.ts';
import {STATUS_FIELDS} from '../../view/status/fields.ts';
import {stateRole} from '../../view/status/state-role.ts';
import {visible} from '../../view/visible.ts';
import type {HistoryReader} from '../data/row-history.ts';
import {rowId} from '../data/row-id.ts';
import type {Drawing} from './drawing.ts';
import {COLUMN_GAP, type KeyColumn, type SizedKeyColumn, TREND_LOOKS} from './key-columns.ts';
import {padded} from './pad.ts';
import {stateSign, stateWord} from './state-sign.ts';
import {newest, trend} from './trend.ts';

export interface KeyTable {
  /** Those that are seen, and no others. */
  readonly rows: readonly StatusKey[];
  readonly columns: readonly SizedKeyColumn[];
  /** Place of the chosen one in `rows`. */
  readonly cursor: number;
  readonly marked: ReadonlyMap<string, unknown>;
  readonly history: HistoryReader;
  /** ms that went by since the look: waits are that much shorter. */
  readonly elapsed: number;
}

const INVERSE = ['\u001b[7m', '\u001b[27m'] as const;

/** The titles and the rows that are seen. */
export const keyLines = (table: KeyTable, drawing: Drawing): readonly string[] => [
  titles(table.columns, drawing),
  ...table.rows.map((row, at) => keyLine(row, at, table, drawing)),
];

const TITLES: Readonly<Record<KeyColumn, string>> = {
  state: 'state',
  limit: 'limit',
  key: 'key',
  tier: 'tier',
  bar: 'used',
  used: '',
  left: 'left',
  lifts: 'lifts in',
  denied: 'deny/min',
  trend: 'trend',
};

const RIGHT: ReadonlySet<KeyColumn> = new Set(['used', 'left', 'lifts', 'denied']);
const BETWEEN = ' '.repeat(COLUMN_GAP);

const titles = (columns: readonly SizedKeyColumn[], {style, paint, times}: Drawing): string => {
  const hasBar = columns.some(({name}) => name === 'bar');
  const cells = columns.map(({name, width}) => {
    const title =
      name === 'lifts' && times.format !== 'relative'
        ? 'lifts at'
        : name === 'used' && !hasBar
          ? 'used'
          : TITLES[name];
    return width < title.length && name === 'state'
      ? ' '.repeat(width)
      : padded(title, width, style, {align: RIGHT.has(name) ? 'right' : 'left'});
  });
  return paint(`  ${cells.join(BETWEEN)}`, 'dim');
};

const keyLine = (row: StatusKey, at: number, table: KeyTable, drawing: Drawing): string => {
  const {style, paint} = drawing;
  const chosen = at === table.cursor;
  const pointer = chosen ? (style.ascii ? '>' : '›') : ' ';
  const mark = table.marked.has(rowId(row)) ? (style.ascii ? '*' : '✓') : ' ';
  const aged = table.elapsed > 0 ? older(row, table.elapsed) : row;
  const cells = table.columns.map((column) => cellOf(aged, column, table, drawing));
  const line = `${pointer}${paint(mark, 'warn')}${cells.join(BETWEEN)}`;
  return chosen && style.colour ? INVERSE[0] + line + INVERSE[1] : line;
};

/** As it stands so much later, if nothing arrived. */
const older = (row: StatusKey, elapsed: number): StatusKey => {
  const {retryAfterMs} = row;
  return retryAfterMs === undefined || retryAfterMs === 0
    ? row
    : {...row, retryAfterMs: Math.max(0, retryAfterMs - elapsed)};
};

const cellOf = (
  row: StatusKey,
  {name, width}: SizedKeyColumn,
  {history}: KeyTable,
  {style, paint, times}: Drawing,
): string => {
  const role = stateRole(row.state);
  switch (name) {
    case 'state': {
      const sign = stateSign(row.state, style);
      return paint(padded(width === 1 ? sign : `${sign} ${stateWord(row.state)}`, width, style), role);
    }
    case 'limit':
      return padded(visible(row.limit, style), width, style, {cut: 'middle'});
    case 'key':
      return padded(visible(nameText(row.key), style), width, style, {cut: 'middle'});
    case 'tier':
      return padded(visible(text(STATUS_FIELDS.tier.cell(row)), style), width, style);
    case 'bar':
      return paint(padded(bar(row.share ?? 0, width, style), width, style), role);
    case 'used':
      return padded(text(STATUS_FIELDS.used.cell(row)), width, style, {align: 'right'});
    case 'left':
      return padded(row.remaining === undefined ? '' : formatCount(row.remaining), width, style, {
        align: 'right',
      });
    case 'lifts':
      return padded(text(STATUS_FIELDS.retryAfterMs.cell(row, times)), width, style, {align: 'right'});
    case 'denied':
      return paint(
        padded(row.deniedLastMinute === 0 ? '' : formatCount(row.deniedLastMinute), width, style, {
          align: 'right',
        }),
        row.deniedLastMinute > 0 ? role : undefined,
      );
    case 'trend': {
      const seen = history.trendOf(row, TREND_LOOKS);
      return padded(seen === undefined ? '' : trend(newest(seen.shares, width), style, 1), width, style);
    }
  }
};

const text = (cell: string | {readonly text: string}): string =>
  typeof cell === 'string' ? cell : cell.text;
