import {cutText} from '../cut-text.ts';
import {facts} from '../facts.ts';
import {formatCount} from '../format-number.ts';
import type {StatusBucket, StatusKey, StatusReport} from '../model/status-report.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {type Cell, type Column, table} from '../table.ts';
import {visible} from '../visible.ts';
import {dueText, type Times} from '../when.ts';
import {type StatusField, statusField} from './fields.ts';
import {headerFacts, usageFacts} from './header-facts.ts';
import type {Section} from './section.ts';
import {alertFacts, statusSections} from './sections.ts';
import {shownFields} from './shown-fields.ts';
import {summaryLines} from './summary-lines.ts';

export interface StatusTableOptions {
  readonly detail: 'table' | 'wide';
  /** Undefined: those that say something. */
  readonly fields: readonly StatusField[] | undefined;
  readonly contextName: string | null;
  readonly times: Times;
}

const bucketText = ({algorithm, used, capacity, resetAfterMs}: StatusBucket, times: Times): string =>
  `${algorithm}: ${formatCount(used)}/${formatCount(capacity)} used, resets ${dueText(resetAfterMs, times)}`;

/**
 * Where there are bars, a text that would take most of the line is cut before the columns are sized: one giant key must not cost the
 * others their bars. What asks for wide gets what the width allows.
 */
const cellBound = (
  columns: readonly Column[],
  {detail}: Pick<StatusTableOptions, 'detail'>,
  style: Style,
): ((cell: Cell) => Cell) => {
  if (detail === 'wide' || !columns.some(({elastic}) => elastic)) return (cell) => cell;
  const most = Math.max(24, Math.floor(style.width / 3));
  return (cell) => (typeof cell === 'string' ? cutText(visible(cell, style), most, style, 'middle') : cell);
};

const noteOf = ({buckets}: StatusKey, {detail, times}: StatusTableOptions): string | undefined =>
  detail === 'wide' && buckets.length > 0
    ? buckets.map((bucket) => bucketText(bucket, times)).join('; ')
    : undefined;

/** Rows of a section; `wide` has all. */
const MOST_ROWS = 20;

const sectionLines = (
  {columns, rows, remarks}: Section,
  {detail}: StatusTableOptions,
  style: Style,
): readonly string[] => {
  const shown = detail === 'wide' ? rows : rows.slice(0, MOST_ROWS);
  const more = rows.length - shown.length;
  const bounded = cellBound(columns, {detail}, style);
  return [
    ...table(
      columns,
      shown.map(({cells, notes}) => ({
        cells: cells.map(bounded),
        note: notes.length === 0 ? undefined : notes.join('; '),
      })),
      style,
    ),
    ...remark([...(more > 0 ? [`${formatCount(more)} more: -o wide`] : []), ...remarks], style),
  ];
};

/** One screen: what needs somebody, where from, the keys, how many, what the limits did; tokens, breakers, queues, instances. */
export const statusTable = (report: StatusReport, options: StatusTableOptions, style: Style): string => {
  const {detail, contextName, times} = options;
  const fields = (options.fields ?? shownFields(report.keys, detail)).map(statusField);
  const columns = fields.map(({column}) => column(times));
  const bounded = cellBound(columns, options, style);
  const rows = report.keys.map((key) => ({
    cells: fields.map(({cell}) => bounded(cell(key, times))),
    note: noteOf(key, options),
  }));
  const used = usageFacts(report.usage);
  const blocks = [
    facts(alertFacts(report.alerts), style),
    facts(headerFacts(report, contextName, times), style),
    table(columns, rows, style),
    summaryLines(report, style),
    used.length === 0 ? [] : facts(used, style),
    ...statusSections(report, {detail, times}).map((section) => sectionLines(section, options, style)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};
