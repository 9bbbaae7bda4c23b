import {formatPlural} from '../format-number.ts';
import {formatInstant} from '../format-span.ts';
import type {RehearsalReport, RehearsedChange} from '../model/rehearsal-report.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import {signs} from '../signs.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';
import type {Detail} from './detail.ts';

const SHOWN = 10;

const COLUMNS = [
  {title: 'AT'},
  {title: 'WHAT', min: 10, cut: 'middle'},
  {title: 'CHANGE', min: 10, cut: 'end'},
] as const;

/** What changes: `breaker upstream`, `mode`, `tier of acme in plan`. */
export const changedThing = ({kind, name, key}: RehearsedChange): string => {
  if (kind === 'mode') return 'mode';
  if (kind === 'tier') return `tier of ${nameText(key ?? '')} in ${name}`;
  return key === undefined ? `breaker ${name}` : `breaker ${name} ${nameText(key)}`;
};

/** When breakers opened and closed, modes changed, and keys went to another tier. */
export const rehearsalChangeLines = (
  {transitions, series}: RehearsalReport,
  style: Style,
  detail: Detail,
): readonly string[] => {
  const {first, count} = transitions;
  if (count === 0) return [];
  const shown = detail === 'wide' ? first : first.slice(0, SHOWN);
  const [start, end] = [series.buckets[0]?.t ?? '', series.buckets.at(-1)?.t ?? ''];
  const {arrow} = signs(style);
  const rows = shown.map((change) => ({
    cells: [
      {text: formatInstant(change.t, start, end), role: 'dim'},
      changedThing(change),
      `${change.from} ${arrow} ${change.to}`,
    ] as const,
    note: change.why,
  }));
  const more = count - shown.length;
  const where = detail === 'wide' || first.length === shown.length ? '' : ' with -o wide';
  return [
    ...table(COLUMNS, rows, style),
    ...(more > 0 ? remark([`${formatPlural(more, 'more change')}${where}`], style) : []),
  ];
};
