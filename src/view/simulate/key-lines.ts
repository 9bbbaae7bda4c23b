import {formatCount, formatPlural, formatShare, shareOf} from '../format-number.ts';
import type {SimulateReport} from '../model/simulate-report.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import {type Style, usableWidth} from '../style.ts';
import {type Column, table} from '../table.ts';
import type {Detail} from './detail.ts';
import {hitKeys} from './hit-keys.ts';

/** Whom it hits is the point here: before keys are cut to less than a part of the line, bars and shares go. */
const columns = (style: Style): readonly Column[] => [
  {title: 'LIMIT', min: 8, cut: 'middle', drop: 4},
  {title: 'KEY', min: Math.floor(usableWidth(style) * 0.4), cut: 'middle'},
  {title: 'REQUESTS', align: 'right', drop: 3},
  {title: 'DENIED', align: 'right'},
  {title: 'RATE', align: 'right', drop: 5},
  {title: 'OF DENIED', align: 'right', drop: 2},
  {title: '', elastic: true, min: 6, drop: 1},
];

/** Whom the limits hit: denied keys with the share of their own requests and of all that the limit denied. */
export const keyLines = ({limits}: SimulateReport, style: Style, detail: Detail): readonly string[] => {
  const {shown, named, hidden} = hitKeys(limits, detail);
  if (shown.length === 0) return [];
  const rows = shown.map(({limit, key}, at) => {
    const share = Math.min(1, shareOf(key.denied, limit.denied) ?? 0);
    const role = limit.mode === 'shadow' ? 'warn' : 'bad';
    return {
      cells: [
        shown[at - 1]?.limit === limit ? '' : limit.name,
        nameText(key.key),
        formatCount(key.requests),
        {text: formatCount(key.denied), role},
        formatShare(shareOf(key.denied, key.requests) ?? 0),
        formatShare(share),
        {share, role},
      ],
    } as const;
  });
  const more = formatPlural(hidden, 'more denied key');
  const rest =
    named === hidden
      ? [`${more} with -o wide`]
      : [more, ...(named > 0 ? [`${formatCount(named)} of them with -o wide`] : [])];
  const lines = table(columns(style), rows, style);
  return hidden === 0 ? lines : [...lines, ...remark(rest, style)];
};
