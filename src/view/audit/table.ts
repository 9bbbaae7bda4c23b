import {type Fact, facts} from '../facts.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {AuditList, AuditRow} from '../model/audit-list.ts';
import type {Style} from '../style.ts';
import {type Column, table} from '../table.ts';

const COLUMNS: readonly Column[] = [
  {title: 'when (UTC)'},
  {title: 'who', min: 8, drop: 3},
  {title: 'what'},
  {title: 'target', min: 12, cut: 'middle'},
  {title: 'keys', align: 'right', drop: 2},
  {title: 'why', min: 8, drop: 1},
];

/** The journal of changes, for people; `wide` says under each what came of it, and where its receipt is. */
export const auditTable = ({store, entries}: AuditList, detail: 'table' | 'wide', style: Style): string => {
  const head: readonly Fact[] = [
    {
      label: 'audit',
      value: entries.length === 0 ? 'no entries' : formatPlural(entries.length, 'entry', 'entries'),
    },
    {label: 'store', value: store},
  ];
  const rows = entries.map((entry) => ({
    cells: cellsOf(entry),
    note: detail === 'wide' ? noteOf(entry) : undefined,
  }));
  const lines = [...facts(head, style), ...(rows.length === 0 ? [] : ['', ...table(COLUMNS, rows, style)])];
  return `${lines.join('\n')}\n`;
};

const cellsOf = ({at, by, host, action, target, keys, why}: AuditRow): readonly string[] => [
  `${at.slice(0, 10)} ${at.slice(11, 19)}`,
  by.includes('@') || host === '' ? by : `${by}@${host}`,
  action,
  target,
  formatCount(keys),
  why,
];

const noteOf = ({note, receipt}: AuditRow): string | undefined => {
  const said = [...(note === null ? [] : [note]), ...(receipt === null ? [] : [`receipt ${receipt}`])];
  return said.length === 0 ? undefined : said.join('; ');
};
