import {formatCount, formatPlural, formatShare, shareOf} from '../format-number.ts';
import type {LimitSummary, SimulateReport} from '../model/simulate-report.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import {signs} from '../signs.ts';
import type {Style} from '../style.ts';
import {type Row, table} from '../table.ts';

const COLUMNS = [
  {title: 'LIMIT', min: 20, cut: 'middle'},
  {title: 'MODE'},
  {title: 'REQUESTS', align: 'right', drop: 4},
  {title: 'ALLOWED', align: 'right', drop: 2},
  {title: 'DENIED', align: 'right'},
  {title: 'RATE', align: 'right'},
  {title: '', elastic: true, min: 6, drop: 1},
  {title: 'KEYS DENIED', align: 'right', drop: 3},
] as const;

const row = (limit: LimitSummary, style: Style): Row => {
  const rate = shareOf(limit.denied, limit.requests);
  const role = limit.denied === 0 ? undefined : limit.mode === 'shadow' ? 'warn' : 'bad';
  return {
    cells: [
      {text: nameText(limit.name), role: 'strong'},
      limit.mode,
      formatCount(limit.requests),
      formatCount(limit.allowed),
      {text: formatCount(limit.denied), role},
      rate === undefined ? signs(style).none : {text: formatShare(rate), role},
      {share: rate ?? 0, role},
      `${formatCount(limit.deniedKeys)} of ${formatCount(limit.keys)}`,
    ],
    note: limit.description,
  };
};

/** A row for each limit with its description under it, then what the numbers leave open. */
export const limitLines = ({limits}: SimulateReport, style: Style): readonly string[] => {
  const notes: string[] = [];
  if (limits.some((limit) => limit.mode === 'shadow'))
    notes.push('shadow limits let everything through: DENIED is what they would deny');
  for (const {name, shadowDenied = 0} of limits)
    if (shadowDenied > 0)
      notes.push(
        `${name}: ${formatCount(shadowDenied)} of DENIED only count, as its rollout does not deny for their keys yet`,
      );
  for (const limit of limits) {
    if (limit.skipped > 0)
      notes.push(
        `${limit.name}: ${formatPlural(limit.skipped, 'request')} without its key, not limited by it`,
      );
  }
  return [
    ...table(
      COLUMNS,
      limits.map((limit) => row(limit, style)),
      style,
    ),
    ...notes.flatMap((note) => remark([note], style)),
  ];
};
