import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatPlural, formatShare} from '../format-number.ts';
import type {
  ActivityReport,
  LimitUtilisation,
  Recommendation,
  RefusedKey,
  ReportCounts,
  ReportLimit,
  ReportRange,
  ReportToken,
  WeekHour,
} from '../model/activity-report.ts';
import type {StatusQueue} from '../model/status-sections.ts';
import {type ZoneClock, zoneClock} from './zone-clock.ts';

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `2026-11-14 12:00 to 2026-11-21 12:34 (7d)`. */
export const rangeText = ({from, until, ms}: ReportRange, clock: ZoneClock): string =>
  `${clock.minute(from)} to ${clock.minute(until)} (${formatDuration(ms * 1_000)})`;

export const clockOf = ({timeZone}: Pick<ActivityReport, 'timeZone'>): ZoneClock => zoneClock(timeZone);

/** Stores count a request at every limit that it reaches; replays count it once. */
export const countedWord = ({source}: Pick<ActivityReport, 'source'>): 'checks' | 'requests' =>
  source.kind === 'store' ? 'checks' : 'requests';

export const sourceText = ({source}: Pick<ActivityReport, 'source'>): string => {
  switch (source.kind) {
    case 'store':
      return `${source.url} (${source.server})`;
    case 'replay':
      return `${source.file}, a replay of ${source.traces.join(', ')}`;
    case 'decisions':
      return `${source.file}, ${formatPlural(source.lines, 'line')}${source.skipped === 0 ? '' : `, ${formatCount(source.skipped)} of them no decisions`}`;
  }
};

/** A policy states what must hold, `--fail-if` what must not: without the words that would read as its opposite. */
export const thresholdText = ({
  expr,
  mustNotHold,
}: Pick<ActivityReport['thresholds'][number], 'expr' | 'mustNotHold'>): string =>
  mustNotHold === true ? `fail if ${expr}` : expr;

export const scopeText = ({scope}: Pick<ActivityReport, 'scope'>): readonly string[] => [
  ...(scope.selector === '' ? [] : [scope.selector]),
  ...(scope.filter === '' ? [] : [`--filter ${scope.filter}`]),
];

export const shareText = (share: number | null): string => (share === null ? '-' : formatShare(share));

export const deniedRate = ({requests, denied}: Pick<ReportCounts, 'requests' | 'denied'>): number | null =>
  requests === 0 ? null : denied / requests;

/** `+12%`, `-3.1%`, `new`; empty: neither is there, or nothing is compared. */
export const changeText = (now: number, before: number | undefined): string => {
  if (before === undefined || (now === 0 && before === 0)) return '';
  if (before === 0) return 'new';
  const change = (now - before) / before;
  if (Math.abs(change) < 0.0005) return '±0%';
  const percent = Math.abs(change * 100);
  const text = percent >= 10 ? formatCount(Math.round(percent)) : percent.toFixed(1);
  return `${change > 0 ? '+' : '-'}${text}%`;
};

/** `99.2% of 1,234 checks allowed`, and what else there is to say first. */
export const headlines = (report: ActivityReport): readonly string[] => {
  const {totals, before, series} = report;
  const word = countedWord(report);
  if (totals.requests === 0) return [`no ${word} were counted`];
  const clock = clockOf(report);
  return [
    `${shareText(totals.allowRate)} of ${formatPlural(totals.requests, word.slice(0, -1))} allowed`,
    `${formatCount(totals.denied)} refused`,
    ...(totals.shadowDenied === 0
      ? []
      : [`${formatCount(totals.shadowDenied)} more by limits in shadow mode`]),
    ...(before === null
      ? []
      : [
          `${changeText(totals.requests, before.totals.requests) || 'no'} ${word} and ${changeText(totals.denied, before.totals.denied) || 'no'} refusals against the range before`,
        ]),
    ...(series.peak === null
      ? []
      : [
          `peak ${formatCount(series.peak.requests)} in ${formatDuration(series.stepMs * 1_000)} at ${clock.minute(series.peak.at)}`,
        ]),
  ];
};

export const weekHourText = ({day, hour}: Pick<WeekHour, 'day' | 'hour'>): string =>
  `${WEEKDAYS[day]} ${String(hour).padStart(2, '0')}:00`;

export const keyOf = ({key, tier}: Pick<RefusedKey, 'key' | 'tier'>): string =>
  `${key.trim() === '' ? `"${key}"` : key}${tier === undefined ? '' : ` (${tier})`}`;

/** What stands under the table of refused keys. */
export const identityNotes = (report: ActivityReport): readonly string[] => {
  const {identities} = report;
  if (identities.range === null || identities.keys.length === 0) return [];
  const {counted, keys, denied} = identities;
  return [
    `counted ${rangeText(identities.range, clockOf(report))}`,
    ...(counted > keys.length ? [`${formatCount(counted - keys.length)} more keys`] : []),
    `${formatCount(denied)} refusals of all of them`,
    ...(report.source.kind === 'store'
      ? [
          'the 1,000 most refused keys of each hour and day are kept; refusals in shadow mode are counted, too',
        ]
      : []),
  ];
};

export const utilisationNotes = ({utilisation, timeZone}: ActivityReport): readonly string[] => {
  if (utilisation === null) return [];
  const {at, scope, complete, keys} = utilisation;
  return [
    `now, ${zoneClock(timeZone).minute(at)}`,
    scope === 'recent'
      ? 'only keys refused or near their limit lately; --all looks at every key'
      : `${formatCount(keys)} keys`,
    ...(complete ? [] : ['not all of them: --max-keys ended the search']),
  ];
};

export const utilisationCells = ({p50, p90, p99, max}: LimitUtilisation): readonly string[] =>
  [p50, p90, p99, max].map((share) => `${Math.round(share * 100)}%`);

export const modeText = ({mode}: ReportLimit): string => mode ?? '';

export const urgencyWord: Readonly<Record<Recommendation['urgency'], string>> = {
  act: 'now',
  plan: 'soon',
  consider: 'maybe',
};

export const errorsText = ({errors}: ReportToken): string =>
  errors.map(({error, count}) => `${error} ${formatCount(count)}`).join(', ');

export const queueAge = ({oldestMs}: StatusQueue): string =>
  oldestMs === null ? '' : formatDuration(Math.round(oldestMs / 1_000) * 1_000_000);

export const lasting = (from: string, until: string | null, end: string): string =>
  formatDuration(Math.max(0, Math.round((Date.parse(until ?? end) - Date.parse(from)) / 1_000)) * 1_000_000);
