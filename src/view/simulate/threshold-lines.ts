import type {SimulateReport} from '../model/simulate-report.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';
import {formatActual} from './actual.ts';
import {conditionText} from './condition.ts';

const COLUMNS = [
  {title: ''},
  {title: 'THRESHOLD', min: 40, cut: 'middle'},
  {title: 'ACTUAL', align: 'right'},
  {title: 'FROM', min: 10, cut: 'middle', drop: 1},
] as const;

/** Thresholds, those that failed first. */
export const thresholdLines = ({thresholds}: SimulateReport, style: Style): readonly string[] => {
  const ordered = [...thresholds.filter((one) => !one.pass), ...thresholds.filter((one) => one.pass)];
  return table(
    COLUMNS,
    ordered.map(({expr, actual, pass, source}) => {
      const role = pass ? 'good' : 'bad';
      return {
        cells: [
          {text: pass ? 'pass' : 'FAIL', role},
          conditionText({expr, source}),
          {text: formatActual(expr, actual), role: pass ? undefined : role},
          {text: source, role: 'dim'},
        ],
      };
    }),
    style,
  );
};
