import {formatDuration} from '../../base/duration.ts';
import type {Role} from '../colour.ts';
import {formatCount} from '../format-number.ts';
import type {ActivityReport, ReportBreaker, ReportToken} from '../model/activity-report.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';
import {clockOf, errorsText, lasting, queueAge, shareText} from './words.ts';

const healthRole = ({health}: ReportToken): Role | undefined =>
  health === null ? undefined : health.score < 50 ? 'bad' : health.score < 80 ? 'warn' : 'good';

export const tokenLines = ({tokens}: ActivityReport, style: Style): readonly string[] =>
  table(
    [
      {title: 'TOKEN', min: 8, cut: 'middle'},
      {title: 'NOW'},
      {title: 'HEALTH', align: 'right'},
      {title: 'REFRESHED', align: 'right'},
      {title: 'FAILED', align: 'right'},
      {title: 'SUCCESS', align: 'right', drop: 2},
      {title: 'USES', align: 'right', drop: 1},
    ],
    (tokens ?? []).map((token) => ({
      cells: [
        nameText(token.provider),
        token.condition,
        {text: token.health === null ? '-' : String(token.health.score), role: healthRole(token)},
        formatCount(token.refreshed),
        {text: formatCount(token.failed), role: token.failed > 0 ? 'bad' : undefined},
        shareText(token.successRate),
        formatCount(token.uses),
      ],
      note: token.errors.length === 0 ? undefined : errorsText(token),
    })),
    style,
  );

/** Episodes that are told; the others are counted. */
const MOST_EPISODES = 5;

const breakerRole: Readonly<Record<ReportBreaker['state'], Role>> = {
  open: 'bad',
  'half-open': 'warn',
  closed: 'good',
};

export const breakerLines = (report: ActivityReport, style: Style): readonly string[] => {
  const clock = clockOf(report);
  const end = report.range?.until ?? '';
  return table(
    [
      {title: 'BREAKER', min: 8, cut: 'middle'},
      {title: 'NOW'},
      {title: 'EPISODES', align: 'right'},
      {title: 'OPEN FOR', align: 'right'},
      {title: 'LAST', min: 16, drop: 1},
    ],
    (report.breakers ?? []).map((breaker) => {
      const {name, state, episodes, openMs} = breaker;
      const told = episodes
        .slice(-MOST_EPISODES)
        .reverse()
        .map(({from, until}) => `${clock.short(from)}, ${lasting(from, until, end)}`);
      return {
        cells: [
          nameText(name),
          {text: state, role: breakerRole[state]},
          formatCount(episodes.length),
          openMs === 0 ? '' : formatDuration(Math.round(openMs / 1_000) * 1_000_000),
          told[0] ?? '',
        ],
        note: told.length > 1 ? `before: ${told.slice(1).join('; ')}` : undefined,
      };
    }),
    style,
  );
};

export const queueLines = ({queues}: ActivityReport, style: Style): readonly string[] =>
  table(
    [
      {title: 'QUEUE', min: 8, cut: 'middle'},
      {title: 'WAITING', align: 'right'},
      {title: 'DUE', align: 'right'},
      {title: 'CLAIMED', align: 'right', drop: 2},
      {title: 'DEAD', align: 'right'},
      {title: 'OLDEST', align: 'right', drop: 1},
    ],
    (queues ?? []).map((queue) => ({
      cells: [
        nameText(queue.queue),
        formatCount(queue.waiting),
        formatCount(queue.due),
        formatCount(queue.claimed),
        {text: formatCount(queue.dead), role: queue.dead > 0 ? 'bad' : undefined},
        queueAge(queue),
      ],
    })),
    style,
  );

export const changeLines = (report: ActivityReport, style: Style): readonly string[] => {
  const {changes} = report;
  if (changes === null || changes.actions.length === 0) return [];
  const clock = clockOf(report);
  const counts = changes.actions.map(({action, count}) => `${action} ${formatCount(count)}`);
  return [
    ...table(
      [
        {title: 'WHEN'},
        {title: 'WHAT', min: 8},
        {title: 'TARGET', min: 12, cut: 'middle'},
        {title: 'BY', min: 6, drop: 2},
        {title: 'WHY', min: 8, drop: 1},
      ],
      changes.latest.map(({at, action, target, by, why}) => ({
        cells: [clock.short(at), action, target, by, why],
      })),
      style,
    ),
    ...remark(
      [
        ...counts,
        ...(changes.complete ? [] : ['the journal keeps the newest 10,000 entries: there were more']),
      ],
      style,
    ),
  ];
};
