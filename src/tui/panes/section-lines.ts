import {cutText} from '../../view/cut-text.ts';
import type {StatusReport} from '../../view/model/status-report.ts';
import {remark} from '../../view/remark.ts';
import {behaviourSection} from '../../view/status/behaviour-section.ts';
import {breakerSection} from '../../view/status/breaker-section.ts';
import {adaptiveSection, degradationSection} from '../../view/status/control-sections.ts';
import {instanceSection, queueSection} from '../../view/status/other-sections.ts';
import {poolSection} from '../../view/status/pool-section.ts';
import type {Section, SectionOptions} from '../../view/status/section.ts';
import {tokenSection} from '../../view/status/token-section.ts';
import {type Cell, table} from '../../view/table.ts';
import {visible} from '../../view/visible.ts';
import type {Drawing} from './drawing.ts';

export type SectionName = 'tokens' | 'breakers' | 'queues' | 'pools' | 'load' | 'instances';

/** As `ratectl status` shows it; `wide` with what is behind the numbers. */
export const sectionLines = (
  name: SectionName,
  report: StatusReport,
  detail: SectionOptions['detail'],
  {style, times}: Drawing,
): readonly string[] =>
  sectionsOf(name, report, {detail, times})
    .filter(({rows, remarks}) => rows.length > 0 || remarks.length > 0)
    .flatMap((section, i) => [...(i === 0 ? [] : ['']), ...linesOf(section, style)]);

const linesOf = ({columns, rows, remarks}: Section, style: Drawing['style']): readonly string[] => {
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

const sectionsOf = (name: SectionName, report: StatusReport, options: SectionOptions): readonly Section[] => {
  switch (name) {
    case 'tokens':
      return [tokenSection(report.tokens, options)];
    case 'breakers':
      return [breakerSection(report.breakers, options)];
    case 'queues':
      return [queueSection(report.queues, options)];
    case 'pools':
      return [poolSection(report.pools, options)];
    case 'load':
      return [
        degradationSection(report.degradation, options),
        adaptiveSection(report.adaptive, options),
        behaviourSection(report.behaviour, options),
      ];
    case 'instances':
      return [instanceSection(report.instances, report.leader, options)];
  }
};
