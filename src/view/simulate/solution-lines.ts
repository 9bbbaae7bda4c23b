import {facts} from '../facts.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {Solution} from '../model/simulate-report.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';
import {formatActual} from './actual.ts';
import type {Detail} from './detail.ts';

const SHOWN = 10;

const COLUMNS = [{title: 'TRIED', align: 'right'}, {title: 'ACTUAL', align: 'right'}, {title: ''}] as const;

/** The answer of `--solve`, and the replays nearest to it as evidence. */
export const solutionLines = (solution: Solution, style: Style, detail: Detail): readonly string[] => {
  const {parameter, target, value, tried} = solution;
  const most = tried.reduce((largest, one) => Math.max(largest, one.value), 0);
  const answer =
    value === null
      ? {text: `nothing up to ${formatCount(most)} meets the target`, role: 'bad' as const}
      : {text: `${formatCount(value)} is the smallest whole value that meets it`, role: 'good' as const};
  const middle = value ?? most;
  const near = [...tried].sort((a, b) => Math.abs(a.value - middle) - Math.abs(b.value - middle));
  const shown = (detail === 'wide' ? near : near.slice(0, SHOWN)).sort((a, b) => a.value - b.value);
  const rows = shown.map((one) => ({
    cells: [
      formatCount(one.value),
      formatActual(target, one.actual),
      one.pass ? ({text: 'meets', role: 'good'} as const) : ({text: 'misses', role: 'bad'} as const),
    ],
  }));
  const count =
    shown.length < tried.length
      ? [`the ${shown.length} nearest of ${formatPlural(tried.length, 'replay')}`]
      : [];
  return [
    ...facts(
      [
        {label: 'value of', value: parameter},
        {label: 'target', value: target},
        {label: 'answer', value: [answer]},
        {label: 'shown', value: count},
      ],
      style,
    ),
    ...(rows.length > 0 ? ['', ...table(COLUMNS, rows, style)] : []),
  ];
};
