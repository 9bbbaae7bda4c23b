import type {Role} from '../colour.ts';
import {formatCount} from '../format-number.ts';
import type {
  ManualMode,
  ScaledLimit,
  StatusAdaptive,
  StatusDegradation,
  StatusMode,
} from '../model/status-load.ts';
import {nameText} from '../name-text.ts';
import type {Cell} from '../table.ts';
import {dueText, type Times} from '../when.ts';
import {percentText, pressureRole, pressureText} from './pressure-text.ts';
import {agoText, type Section, type SectionOptions, sinceText} from './section.ts';

export const adaptiveSection = (
  all: readonly StatusAdaptive[],
  {detail, times}: SectionOptions,
): Section => ({
  columns: [
    {title: 'adaptive', min: 8, cut: 'middle'},
    {title: 'controller', drop: 1},
    {title: 'left', align: 'right'},
    {title: 'pressure', align: 'right', drop: 3},
    {title: 'looked at', drop: 2},
  ],
  rows: all.map((one) => ({
    cells: [
      nameText(one.name),
      one.controller ?? '',
      {text: percentText(one.share), role: shareRole(one)},
      {text: pressureText(one.pressure), role: pressureRole(one.pressure)},
      one.lookedAt === null ? 'never' : agoText(one.lookedAt, times),
    ],
    notes: [
      ...(one.configured ? [] : ['the policy does not name it']),
      ...(one.share < 1 || detail === 'wide' ? scaledTexts(one) : []),
      ...(detail === 'wide' && one.floor !== null ? [`never below ${percentText(one.floor)}`] : []),
    ],
  })),
  remarks: [],
});

const shareRole = ({share, atFloor}: StatusAdaptive): Role =>
  atFloor && share < 1 ? 'bad' : share < 1 ? 'warn' : 'good';

/** `per-tenant: token bucket 10/s, burst 20 → token bucket 6/s, burst 12`. */
const scaledTexts = ({limits, pools}: StatusAdaptive): readonly string[] => [
  ...limits.map(
    (one) => `${limitName(one)}: ${changeText(one.base.join(' and '), one.effective.join(' and '))}`,
  ),
  ...pools.map(
    ({pool, base, effective}) => `pool ${pool}: ${changeText(formatCount(base), formatCount(effective))}`,
  ),
];

const limitName = ({limit, tier}: ScaledLimit): string => (tier === undefined ? limit : `${limit}, ${tier}`);

const changeText = (base: string, effective: string): string =>
  base === effective ? base : `${base} → ${effective}`;

const MODES: Readonly<Record<StatusMode, Role>> = {
  normal: 'good',
  'shed-low': 'warn',
  'essential-only': 'bad',
  closed: 'bad',
};

export const modeRole = (mode: StatusMode): Role => MODES[mode];

export const degradationSection = (found: StatusDegradation | null, {times}: SectionOptions): Section => ({
  columns: [
    {title: 'mode'},
    {title: 'by', drop: 3},
    {title: 'since', drop: 2},
    {title: 'pressure', align: 'right', drop: 4},
    {title: 'serves', min: 18},
    {title: 'refuses', min: 8},
  ],
  rows: found === null ? [] : [{cells: cellsOf(found, times), notes: notesOf(found, times)}],
  remarks: [],
});

const cellsOf = (found: StatusDegradation, times: Times): readonly Cell[] => {
  const {mode, from, since, pressure} = found;
  const {serves, refuses} = servedText(found);
  return [
    {text: mode, role: modeRole(mode)},
    from,
    since === null ? '' : agoText(since, times),
    {text: pressureText(pressure), role: pressureRole(pressure)},
    serves === '' ? 'nobody' : serves,
    {text: refuses, role: refuses === '' ? undefined : 'bad'},
  ];
};

/** Classes by name; where the policy has none, all requests are one. */
export const servedText = ({
  mode,
  classes,
}: Pick<StatusDegradation, 'mode' | 'classes'>): {readonly serves: string; readonly refuses: string} => {
  const named = (served: boolean): string =>
    classes
      .filter((one) => one.served === served)
      .map(({name}) => name)
      .join(', ');
  if (classes.length > 0) return {serves: named(true), refuses: named(false)};
  return mode === 'closed' ? {serves: '', refuses: 'all'} : {serves: 'all', refuses: ''};
};

const notesOf = ({configured, manual, rule}: StatusDegradation, times: Times): readonly string[] => [
  ...(manual === null ? [] : [manualText(manual, times), `the rule alone: ${rule}`]),
  ...(configured ? [] : ['the policy has no section "degradation"']),
];

/** `by ada@build-7 since 3m: database failover; until in 27m`. */
export const manualText = ({by, reason, at, until}: ManualMode, times: Times): string => {
  const who = by === '' ? 'by hand' : `by ${by}`;
  const end =
    until === null
      ? 'until it is cleared'
      : `ends ${dueText(Math.max(0, Date.parse(until) - times.now), times)}`;
  return `${who} since ${sinceText(at, times)}${reason === '' ? '' : `: ${reason}`}; ${end}`;
};
