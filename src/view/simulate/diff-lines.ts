import {facts} from '../facts.ts';
import {formatCount, formatPlural, formatShare} from '../format-number.ts';
import type {PolicyDiff, SimulateReport} from '../model/simulate-report.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';
import type {Detail} from './detail.ts';

const SHOWN = 10;

const TOTALS = [
  {title: ''},
  {title: 'BEFORE', align: 'right'},
  {title: 'AFTER', align: 'right'},
  {title: 'CHANGE', align: 'right', drop: 1},
] as const;

const KEYS = [
  {title: 'KEY', min: 15, cut: 'middle'},
  {title: 'REQUESTS', align: 'right', drop: 1},
  {title: 'NOW DENIED', align: 'right'},
  {title: 'NOW ALLOWED', align: 'right'},
] as const;

const signed = (value: number, text: (size: number) => string): string =>
  value === 0 ? '0' : `${value > 0 ? '+' : '-'}${text(Math.abs(value))}`;
const points = (size: number): string =>
  size * 100 < 0.005 ? '<0.01 points' : `${Number((size * 100).toFixed(2))} points`;

const flips = (diff: PolicyDiff): readonly {text: string; role?: 'good' | 'bad'}[] => {
  if (diff.allowToDeny === 0 && diff.denyToAllow === 0) return [{text: 'every request is decided as before'}];
  return [
    {
      text: `${formatPlural(diff.allowToDeny, 'request')} now denied`,
      ...(diff.allowToDeny > 0 ? {role: 'bad' as const} : {}),
    },
    {
      text: `${formatPlural(diff.denyToAllow, 'request')} now allowed`,
      ...(diff.denyToAllow > 0 ? {role: 'good' as const} : {}),
    },
  ];
};

/** What the policy changes against the other one: totals, decisions that flip in both directions, and whose. */
export const diffLines = (
  diff: PolicyDiff,
  {totals}: SimulateReport,
  style: Style,
  detail: Detail,
): readonly string[] => {
  const {before} = diff;
  const count = (label: string, from: number, to: number) => ({
    cells: [
      {text: label, role: 'dim'},
      formatCount(from),
      formatCount(to),
      signed(to - from, formatCount),
    ] as const,
  });
  const rate = {
    cells: [
      {text: 'denied rate', role: 'dim'},
      formatShare(before.deniedRate),
      formatShare(totals.deniedRate),
      signed(totals.deniedRate - before.deniedRate, points),
    ] as const,
  };
  const keys = detail === 'wide' ? diff.keys : diff.keys.slice(0, SHOWN);
  const rows = keys.map((key) => ({
    cells: [
      nameText(key.key),
      formatCount(key.requests),
      {text: formatCount(key.allowToDeny), role: key.allowToDeny > 0 ? 'bad' : undefined},
      {text: formatCount(key.denyToAllow), role: key.denyToAllow > 0 ? 'good' : undefined},
    ] as const,
  }));
  const more = diff.keys.length - keys.length;
  return [
    ...facts(
      [
        {label: 'against', value: diff.against},
        {label: 'flips', value: flips(diff)},
      ],
      style,
    ),
    '',
    ...table(
      TOTALS,
      [count('allowed', before.allowed, totals.allowed), count('denied', before.denied, totals.denied), rate],
      style,
    ),
    ...(rows.length > 0 ? ['', ...table(KEYS, rows, style)] : []),
    ...(more > 0 ? remark([`${formatPlural(more, 'more key')} with -o wide`], style) : []),
  ];
};
