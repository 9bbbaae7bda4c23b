import {STATUS_STATES, type StatusKey, type StatusReport} from '../../view/model/status-report.ts';
import type {Style} from '../../view/style.ts';
import {type Column, type SizedColumn, tableWidths} from '../../view/table-widths.ts';
import type {Times} from '../../view/when.ts';
import {stateWord} from './state-sign.ts';

/** Columns of the table of keys, in their order. */
export const KEY_COLUMNS = [
  'state',
  'limit',
  'key',
  'tier',
  'bar',
  'used',
  'left',
  'lifts',
  'denied',
  'trend',
] as const;
export type KeyColumn = (typeof KEY_COLUMNS)[number];

export interface SizedKeyColumn {
  readonly name: KeyColumn;
  readonly width: number;
}

/** Looks that a row's curve shows. */
export const TREND_LOOKS = 12;
const MARGIN = 2;
export const COLUMN_GAP = 2;
/** A longer key is cut: its end and its beginning are seen, and Enter shows it whole. */
const LONGEST_KEY = 60;

/** What the columns have to hold, known once per look: columns do not jump while the rows are scrolled. */
export interface ColumnNeeds {
  readonly limit: number;
  readonly key: number;
  readonly tier: number;
  readonly used: number;
  readonly left: number;
}

export const columnNeeds = (rows: readonly StatusKey[]): ColumnNeeds => {
  const needs = {limit: 5, key: 8, tier: 0, used: 0, left: 0};
  let capacity = 0;
  for (const row of rows) {
    if (row.limit.length > needs.limit) needs.limit = row.limit.length;
    if (row.key.length > needs.key) needs.key = row.key.length;
    const tier = (row.tier?.length ?? 0) + (row.override?.effect === 'buckets' ? 9 : 0);
    if (tier > needs.tier) needs.tier = tier;
    if ((row.capacity ?? 0) > capacity) capacity = row.capacity!;
  }
  const digits = Math.ceil(capacity).toLocaleString('en-US').length;
  return {...needs, key: Math.min(LONGEST_KEY, needs.key), used: 2 * digits + 1, left: digits};
};

const longestState = ({totals: {states}}: Pick<StatusReport, 'totals'>): number =>
  STATUS_STATES.reduce(
    (most, state) => (states[state] > 0 ? Math.max(most, stateWord(state).length) : most),
    5,
  );

/** Which columns there are room for, and how wide they are. */
export const keyColumns = (
  needs: ColumnNeeds,
  report: Pick<StatusReport, 'totals'>,
  {format}: Times,
  {width}: Pick<Style, 'width'>,
): readonly SizedKeyColumn[] => {
  // A sign alone says it where there is no room for the word.
  const state = width < 56 ? 1 : 2 + longestState(report);
  const lifts = format === 'iso' ? 25 : format === 'raw' ? 13 : 8;
  const columns: Readonly<Record<KeyColumn, Column & {readonly natural: number}>> = {
    state: {title: '', natural: state},
    limit: {title: 'limit', natural: needs.limit, min: Math.min(14, needs.limit), drop: 7},
    key: {title: 'key', natural: needs.key, min: Math.min(needs.key, 18)},
    tier: {title: 'tier', natural: Math.max(4, needs.tier), min: 4, drop: 3},
    bar: {title: '', natural: 12, min: 6, drop: 5},
    used: {title: 'used', natural: Math.max(4, needs.used), drop: 4},
    left: {title: 'left', natural: Math.max(4, needs.left), drop: 9},
    lifts: {title: 'lifts in', natural: lifts},
    denied: {title: 'deny/min', natural: 8, drop: 6},
    trend: {title: 'trend', natural: TREND_LOOKS, drop: 2},
  };
  const names = KEY_COLUMNS.filter((name) => name !== 'tier' || needs.tier > 0);
  const list = names.map((name) => columns[name]);
  const sized = tableWidths(
    list,
    list.map(({natural}) => natural),
    width - MARGIN,
    COLUMN_GAP,
  );
  return widened(
    sized.map(({index, width: own}: SizedColumn) => ({name: names[index]!, width: own})),
    width - MARGIN,
  );
};

/** On wide screens bars say more than space. */
const widened = (columns: readonly SizedKeyColumn[], room: number): readonly SizedKeyColumn[] => {
  const used = columns.reduce((sum, {width}) => sum + width + COLUMN_GAP, -COLUMN_GAP);
  const spare = Math.min(20, Math.max(0, room - used));
  return columns.map((column) => (column.name === 'bar' ? {...column, width: column.width + spare} : column));
};
