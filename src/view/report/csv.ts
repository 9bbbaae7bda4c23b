import {type CsvValue, csv} from '../csv.ts';
import type {ActivityReport, ReportCounts} from '../model/activity-report.ts';

const HEADER = ['section', 'name', 'key', 'tier', 'at', 'measure', 'value'];

type CsvRow = readonly CsvValue[];

/**
 * One number in a row, so that every part of the report has the same columns: filter by `section` and `measure`, and pivot. Times
 * are RFC 3339, UTC; rates and shares 0 … 1.
 */
export const reportCsv = (report: ActivityReport): string => csv(HEADER, [...rowsOf(report)]);

function* rowsOf(report: ActivityReport): Generator<CsvRow> {
  const {range, totals, limits, series, week, identities, utilisation, forecast} = report;
  if (range !== null) {
    yield textRow('range', '', 'from', range.from);
    yield textRow('range', '', 'until', range.until);
  }
  yield* countRows('totals', '', totals);
  if (report.before !== null) yield* countRows('before', '', report.before.totals);
  for (const limit of limits) {
    yield* countRows('limit', limit.limit, limit);
    if (limit.before !== null) yield* countRows('limit-before', limit.limit, limit.before);
  }
  for (const {at, allowed, denied, shadowDenied} of series.points) {
    yield row('series', '', 'allowed', allowed, {at});
    yield row('series', '', 'denied', denied, {at});
    yield row('series', '', 'shadowDenied', shadowDenied, {at});
  }
  for (const {limit, key, tier, denied, requests, before} of identities.keys) {
    const place = {key, tier};
    if (requests !== undefined) yield row('key', limit, 'requests', requests, place);
    yield row('key', limit, 'denied', denied, place);
    if (before !== undefined) yield row('key', limit, 'deniedBefore', before, place);
  }
  for (const [day, hours] of (week?.days ?? []).entries())
    for (const [hour, cell] of hours.entries())
      if (cell !== null) {
        // ISO 8601: Monday is day 1 of the week.
        const at = `W-${day + 1}T${String(hour).padStart(2, '0')}`;
        yield row('week', '', 'requests', cell.requests, {at});
        yield row('week', '', 'denied', cell.denied, {at});
      }
  for (const {limit, keys, p50, p90, p99, max} of utilisation?.limits ?? []) {
    const at = utilisation!.at;
    for (const [measure, value] of Object.entries({keys, p50, p90, p99, max}))
      yield row('utilisation', limit, measure, value, {at});
  }
  yield* operationRows(report);
  if (forecast.kind === 'forecast')
    for (const {at, expected, low, high} of forecast.points)
      for (const [measure, value] of Object.entries({expected, low, high}))
        yield row('forecast', '', measure, value, {at});
  for (const {kind, subject, text, reason, command} of report.recommendations)
    for (const [measure, value] of Object.entries({text, reason, command}))
      yield ['recommendation', subject, kind, undefined, undefined, measure, value];
}

function* operationRows({tokens, breakers, queues, changes}: ActivityReport): Generator<CsvRow> {
  for (const {provider, health, refreshed, failed, uses} of tokens ?? []) {
    if (health !== null) yield row('token', provider, 'health', health.score);
    for (const [measure, value] of Object.entries({refreshed, failed, uses}))
      yield row('token', provider, measure, value);
  }
  for (const {name, openMs, episodes} of breakers ?? []) {
    yield row('breaker', name, 'openMs', openMs);
    for (const {from, until} of episodes) {
      yield textRow('breaker', name, 'openedAt', from);
      if (until !== null) yield textRow('breaker', name, 'closedAt', until);
    }
  }
  for (const {queue, waiting, due, claimed, dead, oldestMs} of queues ?? []) {
    for (const [measure, value] of Object.entries({waiting, due, claimed, dead}))
      yield row('queue', queue, measure, value);
    if (oldestMs !== null) yield row('queue', queue, 'oldestMs', oldestMs);
  }
  for (const {action, count} of changes?.actions ?? []) yield row('change', action, 'count', count);
}

function* countRows(section: string, name: string, counts: ReportCounts): Generator<CsvRow> {
  const {requests, allowed, denied, shadowDenied, allowRate} = counts;
  for (const [measure, value] of Object.entries({requests, allowed, denied, shadowDenied}))
    yield row(section, name, measure, value);
  if (allowRate !== null) yield row(section, name, 'allowRate', allowRate);
}

interface Place {
  readonly key?: string;
  readonly tier?: string | undefined;
  readonly at?: string;
}

const row = (
  section: string,
  name: string,
  measure: string,
  value: number,
  {key, tier, at}: Place = {},
): CsvRow => [section, name, key, tier, at, measure, value];

const textRow = (section: string, name: string, measure: string, at: string): CsvRow => [
  section,
  name,
  undefined,
  undefined,
  at,
  measure,
  undefined,
];
