import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatShare} from '../format-number.ts';
import {mdCode, mdTable, mdText} from '../markdown.ts';
import type {ActivityReport} from '../model/activity-report.ts';
import {formatActual} from '../simulate/actual.ts';
import {
  changeText,
  clockOf,
  countedWord,
  deniedRate,
  errorsText,
  headlines,
  identityNotes,
  keyOf,
  modeText,
  queueAge,
  rangeText,
  scopeText,
  shareText,
  sourceText,
  thresholdText,
  urgencyWord,
  utilisationCells,
  utilisationNotes,
  weekHourText,
} from './words.ts';

/** The report as GitHub's Markdown. */
export const reportMarkdown = (report: ActivityReport): string => {
  const sections: readonly (readonly [title: string, body: string])[] = [
    ['What to do', advice(report)],
    ['By limit', limits(report)],
    ['Most refused keys', keys(report)],
    ['Hours of the week', week(report)],
    ['How full buckets are', utilisation(report)],
    ['Tokens', tokens(report)],
    ['Circuit breakers', breakers(report)],
    ['Queues', queues(report)],
    ['Changes', changes(report)],
    ['Forecast', forecast(report)],
    ['Thresholds', thresholds(report)],
  ];
  return [
    head(report),
    ...sections.filter(([, body]) => body !== '').map(([title, body]) => `## ${title}\n\n${body}`),
  ].join('\n');
};

const sentence = (parts: readonly string[]): string =>
  parts.length === 0 ? '' : `${mdText(parts.join('; '))}.\n`;
const right = (title: string) => ({title, align: 'right'}) as const;

const head = (report: ActivityReport): string => {
  const {range, timeZone, before, policy} = report;
  const clock = clockOf(report);
  const [first = '', ...more] = headlines(report);
  const facts = [
    `- Of: ${mdCode(sourceText(report))}`,
    ...(range === null ? [] : [`- Range: ${rangeText(range, clock)}, ${mdText(timeZone)}`]),
    ...(before === null ? [] : [`- Compared with: ${rangeText(before.range, clock)}`]),
    ...(policy === null ? [] : [`- Policy: ${mdText(policy.from)}`]),
    ...scopeText(report).map((text) => `- Only: ${mdCode(text)}`),
    ...(countedWord(report) === 'checks'
      ? ['- A request is counted as a check at every limit that it reaches, and refused by one of them.']
      : []),
  ];
  return `# Rate limits: ${mdText(first)}\n\n${sentence(more)}\n${facts.join('\n')}\n`;
};

const advice = ({recommendations}: ActivityReport): string =>
  recommendations
    .map(
      ({urgency, text, reason, command}) =>
        `- **${urgencyWord[urgency]}: ${mdText(text)}** – ${mdText(reason)}. Check: ${mdCode(command)}\n`,
    )
    .join('');

const limits = (report: ActivityReport): string => {
  if (report.limits.length === 0) return '';
  const compared = report.before !== null;
  return mdTable(
    [
      {title: 'limit'},
      {title: 'mode'},
      right(countedWord(report)),
      right('refused'),
      right('rate'),
      right('in shadow'),
      right('of all refusals'),
      ...(compared ? [right('refusals before'), right('change')] : []),
    ],
    report.limits.map((limit) => [
      mdCode(limit.limit),
      modeText(limit),
      formatCount(limit.requests),
      formatCount(limit.denied),
      shareText(deniedRate(limit)),
      formatCount(limit.shadowDenied),
      formatShare(limit.shareOfDenied),
      ...(compared
        ? [formatCount(limit.before?.denied ?? 0), changeText(limit.denied, limit.before?.denied)]
        : []),
    ]),
  );
};

const keys = (report: ActivityReport): string => {
  const {keys: refused} = report.identities;
  if (refused.length === 0) return '';
  const compared = report.before !== null;
  const rows = refused.map((key) => [
    mdCode(key.limit),
    mdCode(keyOf(key)),
    formatCount(key.denied),
    formatShare(key.share),
    ...(compared ? [changeText(key.denied, key.before)] : []),
  ]);
  const columns = [{title: 'limit'}, {title: 'key'}, right('refused'), right('of its limit')];
  return `${mdTable([...columns, ...(compared ? [right('change')] : [])], rows)}\n${sentence(identityNotes(report))}`;
};

const week = ({week: pattern, timeZone}: ActivityReport): string => {
  if (pattern === null) return '';
  const {busiest, mostDenied} = pattern;
  return sentence([
    `busiest: ${weekHourText(busiest)} (${formatCount(Math.round(busiest.requests))} in an average hour)`,
    ...(mostDenied === null
      ? []
      : [`most refusals: ${weekHourText(mostDenied)} (${formatCount(Math.round(mostDenied.denied))})`]),
    timeZone,
  ]);
};

const utilisation = (report: ActivityReport): string => {
  const found = report.utilisation?.limits ?? [];
  if (found.length === 0) return '';
  const columns = [{title: 'limit'}, ...['keys', 'p50', 'p90', 'p99', 'max'].map(right)];
  const rows = found.map((limit) => [
    mdCode(limit.limit),
    formatCount(limit.keys),
    ...utilisationCells(limit),
  ]);
  return `${mdTable(columns, rows)}\n${sentence(utilisationNotes(report))}`;
};

const tokens = (report: ActivityReport): string => {
  if (report.tokens === null || report.tokens.length === 0) return '';
  return mdTable(
    [
      {title: 'token'},
      {title: 'now'},
      ...['health', 'refreshed', 'failed', 'success', 'uses'].map(right),
      {title: 'errors'},
    ],
    report.tokens.map((token) => [
      mdCode(token.provider),
      token.condition,
      token.health === null ? '' : String(token.health.score),
      formatCount(token.refreshed),
      formatCount(token.failed),
      shareText(token.successRate),
      formatCount(token.uses),
      mdText(errorsText(token)),
    ]),
  );
};

const breakers = (report: ActivityReport): string => {
  if (report.breakers === null || report.breakers.length === 0) return '';
  const clock = clockOf(report);
  return mdTable(
    [{title: 'breaker'}, {title: 'now'}, right('episodes'), right('open for'), {title: 'last'}],
    report.breakers.map(({name, state, episodes, openMs}) => [
      mdCode(name),
      state,
      formatCount(episodes.length),
      openMs === 0 ? '' : formatDuration(Math.round(openMs / 1_000) * 1_000_000),
      episodes.length === 0 ? '' : clock.minute(episodes.at(-1)!.from),
    ]),
  );
};

const queues = ({queues: found}: ActivityReport): string =>
  found === null || found.length === 0
    ? ''
    : mdTable(
        [{title: 'queue'}, ...['waiting', 'due', 'claimed', 'dead', 'oldest'].map(right)],
        found.map((queue) => [
          mdCode(queue.queue),
          ...[queue.waiting, queue.due, queue.claimed, queue.dead].map(formatCount),
          queueAge(queue),
        ]),
      );

const changes = (report: ActivityReport): string => {
  const found = report.changes;
  if (found === null || found.actions.length === 0) return '';
  const clock = clockOf(report);
  const counts = sentence(found.actions.map(({action, count}) => `${action} ${formatCount(count)}`));
  if (found.latest.length === 0) return counts;
  const rows = found.latest.map(({at, action, target, by, why}) => [
    clock.minute(at),
    mdText(action),
    mdCode(target),
    mdText(by),
    mdText(why),
  ]);
  return `${mdTable(
    ['when', 'what', 'target', 'by', 'why'].map((title) => ({title})),
    rows,
  )}\n${counts}`;
};

const forecast = (report: ActivityReport): string => {
  const {forecast: found} = report;
  if (found.kind === 'none') return sentence([`no forecast: ${found.why}`]);
  const {total, peak, points, method, covered} = found;
  const clock = clockOf(report);
  return sentence([
    `${clock.minute(points[0]!.at)} to ${clock.minute(points.at(-1)!.at)}: ${formatCount(total.expected)} ${countedWord(report)} expected, ${formatCount(total.low)} to ${formatCount(total.high)}`,
    `busiest hour ${clock.minute(peak.at)}: ${formatCount(peak.expected)}, ${formatCount(peak.low)} to ${formatCount(peak.high)}`,
    method,
    ...(covered === null
      ? []
      : [`bounds of the older half of these hours held ${formatShare(covered)} of the newer half`]),
  ]);
};

const thresholds = ({thresholds: found}: ActivityReport): string =>
  found.length === 0
    ? ''
    : mdTable(
        [{title: ''}, {title: 'threshold'}, right('was')],
        found.map((one) => [
          one.pass ? 'PASS' : '**FAIL**',
          mdCode(thresholdText(one)),
          formatActual(one.expr, one.actual),
        ]),
      );
