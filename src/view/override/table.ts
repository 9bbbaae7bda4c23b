import {type Fact, facts} from '../facts.ts';
import {formatPlural} from '../format-number.ts';
import type {OverrideList} from '../model/override-list.ts';
import {nameText} from '../name-text.ts';
import type {Style} from '../style.ts';
import {type Column, table} from '../table.ts';
import {effectText, endText} from './effect-text.ts';

const COLUMNS: readonly Column[] = [
  {title: 'key', min: 10, cut: 'middle'},
  {title: 'limit', min: 6, cut: 'middle'},
  {title: 'holds', min: 24},
  {title: 'ends'},
  {title: 'by', min: 6, drop: 1},
  {title: 'why', min: 8, drop: 2},
];

/** The overrides that hold, for people. */
export const overrideTable = ({store, overrides}: OverrideList, style: Style): string => {
  const count = overrides.length === 0 ? 'none' : formatPlural(overrides.length, 'override');
  const head: readonly Fact[] = [
    {label: 'overrides', value: count},
    {label: 'store', value: store},
  ];
  const rows = overrides.map((entry) => ({
    cells: [
      nameText(entry.key),
      nameText(entry.limit),
      {text: effectText(entry), role: entry.effect === 'block' ? ('bad' as const) : undefined},
      endText(entry),
      entry.by,
      entry.why,
    ],
  }));
  const lines = [...facts(head, style), ...(rows.length === 0 ? [] : ['', ...table(COLUMNS, rows, style)])];
  return `${lines.join('\n')}\n`;
};
