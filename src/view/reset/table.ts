import {type Fact, facts} from '../facts.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {FailedKey, ResetKey, ResetReport} from '../model/reset-report.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {type Column, type Row, table} from '../table.ts';

const SHOWN_KEYS = 10;
const SHOWN_FAILURES = 20;

/** What was reset or restored, or would be: for people. A `question` comes before the change it is about. */
export const resetTable = (
  report: ResetReport,
  style: Style,
  use: 'answer' | 'question' = 'answer',
): string => {
  const lines = [
    ...facts(factsOf(report, use), style),
    ...keyLines(report, style),
    ...failureLines(report, style),
  ];
  return `${lines.join('\n')}\n`;
};

const VERBS = {
  reset: {done: 'reset', would: 'would be reset', none: 'nothing to reset'},
  undo: {done: 'restored', would: 'would be restored', none: 'nothing to restore'},
  plan: {done: 'planned', would: 'planned', none: 'nothing to plan'},
} as const;

const headline = ({action, dryRun, keys}: ResetReport): string => {
  const verbs = VERBS[action];
  if (keys === 0) return verbs.none;
  return `${formatPlural(keys, 'key')} ${dryRun ? verbs.would : verbs.done}`;
};

const factsOf = (report: ResetReport, use: 'answer' | 'question'): readonly Fact[] => {
  const {action, dryRun, selector, store, already, expired, failed, complete, error, receipt, plan} = report;
  return [
    {
      label: action,
      value: [
        {text: headline(report), role: failed > 0 || !complete ? 'warn' : 'strong'},
        ...(already > 0 ? [`${formatCount(already)} as before already`] : []),
        ...(expired > 0 ? [`${formatCount(expired)} out of date by now`] : []),
        ...(failed > 0
          ? [
              {
                text: failed === 1 ? '1 key left as it was' : `${formatCount(failed)} keys left as they were`,
                role: 'bad' as const,
              },
            ]
          : []),
        ...(dryRun && use === 'answer' ? ['dry run: nothing was changed'] : []),
      ],
    },
    {label: 'selector', value: selector},
    {label: 'store', value: store},
    {label: 'why', value: report.why},
    {label: 'receipt', value: receipt === null ? [] : [receipt, `bring back with --undo`]},
    {label: 'plan', value: plan === null ? [] : [plan, 'apply with --plan']},
    {
      label: 'stopped',
      value: error === null ? [] : [{text: error, role: 'bad'}, 'the same command again does the rest'],
    },
  ];
};

const COLUMNS: readonly Column[] = [
  {title: 'key', min: 10, cut: 'middle'},
  {title: 'limit', min: 6, cut: 'middle'},
  {title: 'tier', min: 4, cut: 'middle', drop: 2},
  {title: 'used', align: 'right', drop: 3},
  {title: 'forgotten at', drop: 1},
];

const keyLines = ({shown: first, keys}: ResetReport, style: Style): readonly string[] => {
  if (first.length === 0) return [];
  const shown = first.slice(0, SHOWN_KEYS);
  const tiers = shown.some(({tier}) => tier !== '');
  const used = shown.some((key) => key.capacity !== null);
  const wanted = (title: string): boolean => (title !== 'tier' || tiers) && (title !== 'used' || used);
  const chosen = COLUMNS.map((column, i) => ({column, i})).filter(({column}) => wanted(column.title));
  const rows: readonly Row[] = shown.map((key) => {
    const cells = cellsOf(key);
    return {cells: chosen.map(({i}) => cells[i]!)};
  });
  const more = keys - shown.length;
  return [
    '',
    ...table(
      chosen.map(({column}) => column),
      rows,
      style,
    ),
    ...(more > 0
      ? remark([`and ${formatPlural(more, 'more key')}`.replace('more keys', 'more')], style)
      : []),
  ];
};

const cellsOf = ({key, limit, tier, used, capacity, expiresAt}: ResetKey): readonly string[] => [
  nameText(key),
  nameText(limit),
  tier === '' ? '' : nameText(tier),
  used === null || capacity === null ? '' : `${formatCount(used)}/${formatCount(capacity)}`,
  expiresAt === null ? 'never' : `${expiresAt.slice(0, 10)} ${expiresAt.slice(11, 19)} UTC`,
];

const WHY: Readonly<Record<FailedKey['why'], string>> = {
  changed: 'changed meanwhile',
  'in use': 'used since: --force replaces it',
  unknown: 'unknown: the store did not answer',
};

const failureLines = ({failedKeys, failed}: ResetReport, style: Style): readonly string[] => {
  if (failedKeys.length === 0) return [];
  const columns: readonly Column[] = [
    {title: 'left as it was', min: 10, cut: 'middle'},
    {title: 'limit', min: 6, cut: 'middle'},
    {title: 'why', min: 10},
  ];
  const shown = failedKeys.slice(0, SHOWN_FAILURES);
  const rows = shown.map(({key, limit, why}) => ({cells: [nameText(key), nameText(limit), WHY[why]]}));
  const more = failed - shown.length;
  return [
    '',
    ...table(columns, rows, style),
    ...(more > 0 ? remark([`and ${formatCount(more)} more: the receipt and --json name them`], style) : []),
  ];
};
