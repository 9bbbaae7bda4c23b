import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {fromMillis} from '../base/micros.ts';
import type {LimitSummary, PolicyDiff, SimulateReport} from '../view/model/simulate-report.ts';
import {compareFlips} from './policy-diff.ts';
import {measure, parseThreshold, passes} from './threshold.ts';
import {TimeSeries} from './time-series.ts';
import {compareKeys, TOP_KEYS} from './top-keys.ts';

/** A report of one shard and the file it was read from. */
export interface ShardFile {
  readonly file: string;
  readonly report: SimulateReport;
}

const mismatch = (message: string): RatectlError =>
  new RatectlError(message, {code: 'usage/merge', hint: 'merge the reports of all shards of one run: same trace, same policy, --shard 1/n … n/n'});

/** The report of the whole run from those of its shards. Equal to that of one run, but for `performance`. */
export const mergeReports = (shards: readonly ShardFile[]): SimulateReport => {
  const reports = inOrder(shards);
  const first = reports[0]!;
  const sum = (of: (report: SimulateReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const requests = sum(({trace}) => trace.requests);
  const denied = sum(({totals}) => totals.denied);
  const merged = {
    trace: {...first.trace, requests, keys: sum(({trace}) => trace.keys), cost: sum(({trace}) => trace.cost)},
    totals: {
      allowed: sum(({totals}) => totals.allowed),
      denied,
      deniedRate: requests === 0 ? 0 : denied / requests,
      never: sum(({totals}) => totals.never),
      delayed: sum(({totals}) => totals.delayed),
      unlimited: sum(({totals}) => totals.unlimited),
    },
    limits: first.limits.map((limit, i) => mergeLimits(reports.map(report => report.limits[i]!), limit)),
    series: mergeSeries(reports),
    ...(first.diff === undefined ? {} : {diff: mergeDiffs(reports.map(report => report.diff!))}),
  };
  const names = merged.limits.map(({name}) => name);
  const thresholds = first.shard!.thresholds.map(({expr, source}) => {
    const threshold = parseThreshold(expr, source, names);
    const actual = measure(threshold, merged);
    return {expr: threshold.expr, actual, pass: passes(threshold, actual), source};
  });
  const timed = reports.flatMap(report => report.performance ?? []);
  const seconds = Math.max(...timed.map(performance => performance.seconds));
  const performance = {
    seconds,
    requestsPerSecond: Math.round(requests / seconds),
    maxRssBytes: Math.max(...timed.map(({maxRssBytes}) => maxRssBytes)),
  };
  return {...merged, thresholds, ...(timed.length === reports.length ? {performance} : {})};
};

/** All shards of one run, each once, in order of their index. */
const inOrder = (shards: readonly ShardFile[]): readonly SimulateReport[] => {
  const of = shards[0]!.report.shard?.of ?? 0;
  const byIndex = new Map<number, ShardFile>();
  for (const shard of shards) {
    const {file, report} = shard;
    if (report.shard === undefined) throw mismatch(`${quoted(file)} is not the report of a shard`);
    if (report.shard.of !== of) throw mismatch(`${quoted(file)} is shard ${report.shard.index} of ${report.shard.of}, not of ${of}`);
    const twin = byIndex.get(report.shard.index);
    if (twin !== undefined) throw mismatch(`shard ${report.shard.index}/${of} is there twice: ${quoted(twin.file)} and ${quoted(file)}`);
    byIndex.set(report.shard.index, shard);
    if (facts(report) !== facts(shards[0]!.report)) throw mismatch(`${quoted(file)} is of another trace or another policy than ${quoted(shards[0]!.file)}`);
  }
  const missing = Array.from({length: of}, (_, i) => i + 1).filter(index => !byIndex.has(index));
  if (missing.length > 0) throw mismatch(`shard ${missing.slice(0, 10).map(index => `${index}/${of}`).join(', ')} is missing`);
  return [...byIndex].sort(([a], [b]) => a - b).map(([, {report}]) => report);
};

/** What every shard of one run says alike: each reads the whole trace. */
const facts = ({trace, limits, shard, diff}: SimulateReport): string =>
  JSON.stringify([
    trace.files,
    trace.format,
    trace.skipped,
    trace.notRequests,
    trace.start,
    trace.end,
    trace.outOfOrder,
    limits.map(({name, mode, description}) => [name, mode, description]),
    shard?.thresholds,
    diff?.against,
  ]);

const mergeLimits = (parts: readonly LimitSummary[], first: LimitSummary): LimitSummary => {
  const sum = (field: 'requests' | 'allowed' | 'denied' | 'skipped' | 'keys' | 'deniedKeys'): number => parts.reduce((total, part) => total + part[field], 0);
  return {
    name: first.name,
    mode: first.mode,
    description: first.description,
    requests: sum('requests'),
    allowed: sum('allowed'),
    denied: sum('denied'),
    skipped: sum('skipped'),
    keys: sum('keys'),
    deniedKeys: sum('deniedKeys'),
    // A key is in one shard only, so the first of all are among the first of each.
    top: parts.flatMap(part => part.top).sort(compareKeys).slice(0, TOP_KEYS),
  };
};

const mergeSeries = (reports: readonly SimulateReport[]): SimulateReport['series'] => {
  const series = new TimeSeries();
  const {start, end} = reports[0]!.trace;
  for (const instant of [start, end]) if (instant !== null) series.cover(fromMillis(Date.parse(instant)));
  for (const report of reports) {
    for (const {t, allowed, denied} of report.series.buckets) series.merge(fromMillis(Date.parse(t)), allowed, denied);
  }
  return series.result();
};

const mergeDiffs = (parts: readonly PolicyDiff[]): PolicyDiff => {
  const sum = (of: (part: PolicyDiff) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const allowed = sum(({before}) => before.allowed);
  const denied = sum(({before}) => before.denied);
  return {
    against: parts[0]!.against,
    before: {allowed, denied, deniedRate: allowed + denied === 0 ? 0 : denied / (allowed + denied)},
    allowToDeny: sum(part => part.allowToDeny),
    denyToAllow: sum(part => part.denyToAllow),
    keys: parts.flatMap(part => part.keys).sort(compareFlips).slice(0, TOP_KEYS),
  };
};
