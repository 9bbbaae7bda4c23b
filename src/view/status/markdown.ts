import {mdCode, mdTable, mdText} from '../markdown.ts';
import {STATUS_STATES, type StatusReport} from '../model/status-report.ts';
import type {Cell} from '../table.ts';
import {isoInZone, type Times} from '../when.ts';
import {type StatusField, statusField} from './fields.ts';
import type {Section} from './section.ts';
import {statusSections} from './sections.ts';
import {shownFields} from './shown-fields.ts';
import {unusedText} from './summary-lines.ts';

const CODE: ReadonlySet<StatusField> = new Set(['limit', 'key', 'tier']);

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : 'text' in cell ? cell.text : '');

/** Names are in the first column; what stands under a row is in the last. */
const sectionMarkdown = ({columns, rows, remarks}: Section): string => {
  const noted = rows.some(({notes}) => notes.length > 0);
  const table = mdTable(
    [...columns.map(({title, align = 'left'}) => ({title, align})), ...(noted ? [{title: 'note'}] : [])],
    rows.map(({cells, notes}) => [
      ...cells.map((cell, i) => (i === 0 ? mdCode(textOf(cell)) : mdText(textOf(cell)))),
      ...(noted ? [mdText(notes.join('; '))] : []),
    ]),
  );
  return [...(rows.length === 0 ? [] : [table]), ...remarks.map((text) => `${mdText(text)}\n`)].join('\n');
};

/** For a ticket or a chat. */
export const statusMarkdown = (
  report: StatusReport,
  fields: readonly StatusField[] | undefined,
  times: Times,
): string => {
  const {store, totals, keys} = report;
  const shown = (fields ?? shownFields(keys, 'table')).filter((name) => name !== 'share');
  const rows = keys.map((key) =>
    shown.map((name) => {
      const cell = statusField(name).cell(key, times);
      const text = textOf(cell);
      return text !== '' && CODE.has(name) ? mdCode(text) : mdText(text);
    }),
  );
  const counts = STATUS_STATES.filter((state) => totals.states[state] > 0).map(
    (state) => `${totals.states[state]} ${state}`,
  );
  const columns = shown.map((name) => {
    const {title, align = 'left'} = statusField(name).column(times);
    return {title, align};
  });
  const more = totals.matching - totals.shown;
  return [
    `${mdCode(store.url)}, ${isoInZone(Date.parse(store.now), times.timeZone)}: ${counts.length === 0 ? (unusedText(report) ?? 'no keys') : counts.join(', ')}${more > 0 ? ` (${more} not shown)` : ''}\n`,
    ...(report.alerts.length === 0
      ? []
      : [report.alerts.map(({text, next}) => `- ${mdText(text)} (${mdText(next)})\n`).join('')]),
    ...(rows.length === 0 ? [] : [mdTable(columns, rows)]),
    ...statusSections(report, {detail: 'table', times}).map(sectionMarkdown),
  ].join('\n');
};
