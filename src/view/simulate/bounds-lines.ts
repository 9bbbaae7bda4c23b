import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {Bounds, SimulateReport} from '../model/simulate-report.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';

const COLUMNS = [
  {title: ''},
  {title: 'DENIED', align: 'right'},
  {title: 'RATE', align: 'right'},
  {title: '', elastic: true, min: 6, drop: 1},
] as const;

/** How far the result could be off, since the time stamps do not say in which order the requests of one tick came. */
export const boundsLines = (bounds: Bounds, {totals}: SimulateReport, style: Style): readonly string[] => {
  const row = (
    label: string,
    {denied, deniedRate}: {readonly denied: number; readonly deniedRate: number},
  ) => ({
    cells: [
      {text: label, role: 'dim'},
      formatCount(denied),
      formatShare(deniedRate),
      {share: deniedRate, role: 'bad'},
    ] as const,
  });
  const why = `times are known to ${formatDuration(bounds.resolutionMs * 1_000)}; the order of requests within it is not`;
  return [
    ...table(
      COLUMNS,
      [row('at best', bounds.best), row('as read', totals), row('at worst', bounds.worst)],
      style,
    ),
    ...remark([why], style),
  ];
};
