import {facts} from '../facts.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {QueueResetReport} from '../model/reset-report.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {type Column, table} from '../table.ts';

const SHOWN = 10;

const VERBS = {
  drain: {done: 'taken out', would: 'would be taken out', none: 'nothing to take out'},
  undo: {done: 'put back', would: 'would be put back', none: 'nothing to put back'},
} as const;

const COLUMNS: readonly Column[] = [
  {title: 'item', min: 10, cut: 'middle'},
  {title: 'class', min: 5, cut: 'middle'},
  {title: 'came', drop: 2},
  {title: 'attempts', align: 'right', drop: 1},
  {title: 'error', min: 10},
];

/** What became of a queue: for people. A `question` comes before the change it is about. */
export const queueResetTable = (
  report: QueueResetReport,
  style: Style,
  use: 'answer' | 'question' = 'answer',
): string => {
  const {action, queue, state, dryRun, items, claimed, already, store, why, receipt, error, complete} =
    report;
  const verbs = VERBS[action];
  const what = `${state} ${items === 1 ? 'item' : 'items'}`;
  const headline =
    items === 0 ? verbs.none : `${formatCount(items)} ${what} ${dryRun ? verbs.would : verbs.done}`;
  const head = facts(
    [
      {label: 'queue', value: nameText(queue)},
      {
        label: action,
        value: [
          {text: headline, role: complete ? 'strong' : 'warn'},
          ...(claimed > 0 ? [`${formatPlural(claimed, 'item')} left to workers`] : []),
          ...(already > 0 ? [`${formatCount(already)} in the queue again already`] : []),
          ...(dryRun && use === 'answer' ? ['dry run: nothing was changed'] : []),
        ],
      },
      {label: 'store', value: store},
      {label: 'why', value: why},
      {
        label: 'receipt',
        value: receipt === null ? [] : [receipt, ...(action === 'drain' ? ['bring back with --undo'] : [])],
      },
      {
        label: 'stopped',
        value: error === null ? [] : [{text: error, role: 'bad'}, 'the same command again does the rest'],
      },
    ],
    style,
  );
  return `${[...head, ...itemLines(report, style)].join('\n')}\n`;
};

const itemLines = ({shown, items}: QueueResetReport, style: Style): readonly string[] => {
  const first = shown.slice(0, SHOWN);
  if (first.length === 0) return [];
  const rows = first.map(({id, class: name, enqueuedAt, attempts, error}) => ({
    cells: [
      id,
      nameText(name),
      `${enqueuedAt.slice(0, 10)} ${enqueuedAt.slice(11, 19)} UTC`,
      formatCount(attempts),
      error,
    ],
  }));
  const more = items - first.length;
  return [
    '',
    ...table(COLUMNS, rows, style),
    ...(more > 0 ? remark([`and ${formatCount(more)} more`], style) : []),
  ];
};
