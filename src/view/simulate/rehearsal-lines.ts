import {facts} from '../facts.ts';
import type {RehearsalReport} from '../model/rehearsal-report.ts';
import {signs} from '../signs.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';
import {serverFacts, sideRows, sidesOf} from './rehearsal-rows.ts';

/** Both sides of a rehearsal, row by row. */
export const rehearsalLines = (report: RehearsalReport, style: Style): readonly string[] => {
  const {side, other, names} = sidesOf(report);
  const [mine, theirs] = names.map((name) => name.toUpperCase());
  const columns = [{title: ''}, {title: mine!, align: 'right'}, {title: theirs!, align: 'right'}] as const;
  const {none} = signs(style);
  const rows = sideRows([side, other]).map(({label, of, role, detail}) => ({
    cells: [
      {text: detail === true ? `  ${label}` : label, role: 'dim'},
      {text: of(side) || none, role},
      of(other) || none,
    ] as const,
  }));
  return [
    ...facts([{label: 'server', value: serverFacts(report.server)}], style),
    '',
    ...table(columns, rows, style),
  ];
};
