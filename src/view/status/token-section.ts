import {formatDuration} from '../../base/duration.ts';
import type {Role} from '../colour.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {StatusToken, TokenCondition, TokenRecommendation} from '../model/status-sections.ts';
import {nameText} from '../name-text.ts';
import type {Cell} from '../table.ts';
import {dueText, type Times, whenText} from '../when.ts';
import {agoText, inOrAt, type Section, type SectionOptions, sinceText} from './section.ts';

export const tokenSection = (tokens: readonly StatusToken[], options: SectionOptions): Section => {
  const {times} = options;
  return {
    columns: [
      {title: 'token', min: 8, cut: 'middle'},
      {title: 'status'},
      {title: 'advice', drop: 6},
      {title: 'score', align: 'right', drop: 5},
      {title: `expires ${inOrAt(times)}`, align: 'right'},
      {title: 'refresh', align: 'right'},
      {title: 'refreshes', align: 'right', drop: 4},
      {title: 'failed', align: 'right', drop: 3},
      {title: 'no.', align: 'right', drop: 1},
    ],
    rows: tokens.map((token) => ({cells: cellsOf(token, times), notes: notesOf(token, options)})),
    remarks: [],
  };
};

const CONDITIONS: Readonly<Record<TokenCondition, Role>> = {
  valid: 'good',
  'not-yet': 'warn',
  suspect: 'warn',
  expired: 'bad',
  none: 'bad',
  unreadable: 'bad',
};

const ADVICE: Readonly<Record<TokenRecommendation, Role | undefined>> = {
  ok: undefined,
  'refresh-soon': undefined,
  'refresh-now': 'warn',
  reauthorise: 'bad',
};

const cellsOf = (token: StatusToken, times: Times): readonly Cell[] => {
  const {provider, condition, recommendation, health, refreshes, failures, generation} = token;
  return [
    nameText(provider),
    {text: condition, role: CONDITIONS[condition]},
    recommendation === null ? '' : {text: recommendation, role: ADVICE[recommendation]},
    health === null ? '' : String(health.score),
    expiryText(token, times),
    refreshText(token, times),
    refreshes === null
      ? ''
      : `${refreshes.used}/${refreshes.allowed} in ${formatDuration(refreshes.perMs * 1_000)}`,
    condition === 'unreadable' ? '' : formatCount(failures),
    generation === 0 ? '' : formatCount(generation),
  ];
};

const expiryText = ({condition, expiresAt, expiresInMs}: StatusToken, times: Times): string => {
  if (condition === 'none' || condition === 'unreadable') return '';
  if (expiresAt === null || expiresInMs === null) return 'unknown';
  return expiresInMs > 0 ? whenText(expiresInMs, times) : agoText(expiresAt, times);
};

/** Whether a refresh is allowed, else when. */
const refreshText = ({configured, refreshing, refreshAllowedInMs}: StatusToken, times: Times): Cell => {
  if (refreshing !== null) return {text: 'under way', role: 'warn'};
  if (refreshAllowedInMs === null) return configured ? {text: 'no', role: 'bad'} : '';
  return refreshAllowedInMs === 0 ? 'allowed' : `${inOrAt(times)} ${whenText(refreshAllowedInMs, times)}`;
};

const notesOf = (token: StatusToken, {detail, times}: SectionOptions): readonly string[] => {
  const {configured, condition, refreshing, waitsFor, reasons, health, uses, suspect} = token;
  const usual = [
    ...(configured || condition === 'unreadable' ? [] : ['the policy does not name it']),
    ...(refreshing === null
      ? []
      : [
          `${refreshing.by} refreshes it since ${sinceText(refreshing.since, times)}`,
          `attempt ${refreshing.fencing}, until ${dueText(Math.max(0, Date.parse(refreshing.until) - times.now), times)} at the latest`,
        ]),
  ];
  if (detail === 'table') return usual;
  return [
    ...usual,
    ...(waitsFor === null ? [] : [`a refresh waits for the ${waitsFor}`]),
    ...(reasons.length === 0 ? [] : [`because: ${reasons.join(', ')}`]),
    ...(suspect === null
      ? []
      : [`suspect since ${sinceText(suspect.at, times)}, says ${suspect.by}: ${suspect.why}`]),
    ...(health === null ? [] : health.lost.map(({term, points, why}) => `${term} -${points}: ${why}`)),
    ...(uses.lastHour === 0
      ? []
      : [
          `used ${formatPlural(uses.lastMinute, 'time')} in the last minute, ${formatCount(uses.lastHour)} in the last hour`,
        ]),
  ];
};
