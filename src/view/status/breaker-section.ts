import type {Role} from '../colour.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {BreakerKeys, StatusBreaker, StatusGuard} from '../model/status-sections.ts';
import {nameText} from '../name-text.ts';
import {type Times, whenText} from '../when.ts';
import {agoText, inOrAt, type Section, type SectionOptions, type SectionRow} from './section.ts';

const ROLES: Readonly<Record<StatusBreaker['state'], Role>> = {
  open: 'bad',
  'half-open': 'warn',
  closed: 'good',
};

/** Keys of one breaker; `wide` has all that are known. */
const MOST_KEYS = 5;

export const breakerSection = (breakers: readonly StatusBreaker[], options: SectionOptions): Section => ({
  columns: [
    {title: 'breaker', min: 8, cut: 'middle'},
    {title: 'state'},
    {title: 'failures', align: 'right'},
    {title: 'calls'},
    {title: 'opened', drop: 2},
  ],
  rows: breakers.flatMap((breaker) => [breakerRow(breaker, options), ...keyRows(breaker, options)]),
  remarks: [],
});

const breakerRow = (breaker: StatusBreaker, {detail, times}: SectionOptions): SectionRow => {
  const {name, configured, guards, state, keys} = breaker;
  const notes = [
    ...(configured ? [] : ['the policy does not name it']),
    ...(detail === 'wide' && guards?.kind === 'requests' ? [guardText(guards)] : []),
  ];
  const role = ROLES[state];
  if (keys === null)
    return {
      cells: [nameText(name), {text: state, role}, failuresText(breaker), ...callsAndOpened(breaker, times)],
      notes,
    };
  return {cells: [nameText(name), {text: state, role}, '', keysText(keys), ''], notes};
};

const keysText = ({open, halfOpen, closed}: BreakerKeys): string => {
  const all = formatPlural(open + halfOpen + closed, 'key');
  if (open > 0) return `${formatCount(open)} of ${all} open`;
  return halfOpen > 0 ? `${formatCount(halfOpen)} of ${all} half-open` : all;
};

const keyRows = (
  {name, opensAt, successes, closesAt, keys}: StatusBreaker,
  {detail, times}: SectionOptions,
): readonly SectionRow[] => {
  if (keys === null) return [];
  const shown = detail === 'wide' ? keys.shown : keys.shown.slice(0, MOST_KEYS);
  const more = keys.open + keys.halfOpen - shown.length;
  return shown.map((one, i) => ({
    cells: [
      `${name} ${nameText(one.key)}`,
      {text: one.state, role: ROLES[one.state]},
      failuresText({...one, opensAt}),
      ...callsAndOpened({...one, successes, closesAt}, times),
    ],
    notes: more > 0 && i === shown.length - 1 ? [`and ${formatCount(more)} more keys`] : [],
  }));
};

const failuresText = ({failures, opensAt}: Pick<StatusBreaker, 'failures' | 'opensAt'>): string =>
  `${formatCount(failures)}${opensAt === null ? '' : `/${formatCount(opensAt)}`}`;

type Calls = Pick<StatusBreaker, 'state' | 'callsInMs' | 'successes' | 'closesAt' | 'openedAt'>;

const callsAndOpened = (breaker: Calls, times: Times): readonly string[] => [
  callsText(breaker, times),
  breaker.openedAt === null ? '' : agoText(breaker.openedAt, times),
];

/** What becomes of a call, and what has to happen until the breaker closes. */
const callsText = ({state, callsInMs, successes, closesAt}: Calls, times: Times): string => {
  if (state === 'closed') return 'pass';
  const wait =
    callsInMs === null || callsInMs === 0 ? undefined : `${inOrAt(times)} ${whenText(callsInMs, times)}`;
  if (state === 'open') return wait === undefined ? 'refused' : `probe ${wait}`;
  return `${wait === undefined ? 'probe now' : `next probe ${wait}`}, ${successes}${closesAt === null ? '' : ` of ${closesAt}`} ok`;
};

/** `guards requests with path /pay/*, one for each {tenant}, counts refusals`. */
const guardText = ({key, counts, when, unless}: StatusGuard): string => {
  return [
    `guards ${matching(when) === '' ? 'requests' : `requests with ${matching(when)}`}${matching(unless) === '' ? '' : `, but not ${matching(unless)}`}`,
    ...(key === null ? [] : [`one for each ${key}`]),
    `counts ${counts === 'refusals' ? 'refusals of limits' : 'failures'}`,
  ].join(', ');
};

const matching = (values: StatusGuard['when']): string =>
  Object.entries(values)
    .map(([attribute, all]) => `${attribute} ${all.join(' or ')}`)
    .join(' and ');
