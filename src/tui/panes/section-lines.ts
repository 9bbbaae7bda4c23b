import {cutText} from '../../view/cut-text.ts';
import type {StatusReport} from '../../view/model/status-report.ts';
import {remark} from '../../view/remark.ts';
import {breakerSection, instanceSection, queueSection} from '../../view/status/other-sections.ts';
import type {Section, SectionOptions} from '../../view/status/section.ts';
import {tokenSection} from '../../view/status/token-section.ts';
import {type Cell, table} from '../../view/table.ts';
import {visible} from '../../view/visible.ts';
import type {Drawing} from './drawing.ts';

export type SectionName = 'tokens' | 'breakers' | 'queues' | 'instances';

/** As `ratectl status` shows it; `wide` with what is behind the numbers. */
export const sectionLines = (
  name: SectionName,
  report: StatusReport,
  detail: SectionOptions['detail'],
  {style, times}: Drawing,
): readonly string[] => {
  const {columns, rows, remarks} = sectionOf(name, report, {detail, times});
  // One giant name must not cost the others their columns.
  const most = Math.max(16, Math.floor(style.width / 3));
  const bounded = (cell: Cell): Cell =>
    typeof cell === 'string' ? cutText(visible(cell, style), most, style, 'middle') : cell;
  return [
    ...table(
      columns,
      rows.map(({cells, notes}) => ({
        cells: cells.map(bounded),
        note: notes.length === 0 ? undefined : notes.join('; '),
      })),
      style,
    ),
    ...(remarks.length === 0 ? [] : remark(remarks, style)),
  ];
};

const sectionOf = (name: SectionName, report: StatusReport, options: SectionOptions): Section => {
  switch (name) {
    case 'tokens':
      return tokenSection(report.tokens, options);
    case 'breakers':
      return breakerSection(report.breakers, options);
    case 'queues':
      return queueSection(report.queues, options);
    case 'instances':
      return instanceSection(report.instances, report.leader, options);
  }
};
