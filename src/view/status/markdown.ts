import {mdCode, mdTable, mdText} from '../markdown.ts';
import {STATUS_STATES, type StatusReport} from '../model/status-report.ts';
import {isoInZone, type Times} from '../when.ts';
import {type StatusField, statusField} from './fields.ts';
import {shownFields} from './shown-fields.ts';

const CODE: ReadonlySet<StatusField> = new Set(['limit', 'key', 'tier']);

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
      const text = typeof cell === 'string' ? cell : 'text' in cell ? cell.text : '';
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
    `${mdCode(store.url)}, ${isoInZone(Date.parse(store.now), times.timeZone)}: ${counts.length === 0 ? 'no keys' : counts.join(', ')}${more > 0 ? ` (${more} not shown)` : ''}\n`,
    ...(rows.length === 0 ? [] : [mdTable(columns, rows)]),
  ].join('\n');
};
