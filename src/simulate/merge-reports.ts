import {fromMillis} from '../base/micros.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {Performance, SimulateReport} from '../view/model/simulate-report.ts';
import {mergeResults, resultOf} from './replay-result.ts';
import {judge, parseThreshold} from './threshold.ts';

/** A report of one shard and the file it was read from. */
export interface ShardFile {
  readonly file: string;
  readonly report: SimulateReport;
}

const mismatch = (message: string): RatectlError =>
  new RatectlError(message, {
    code: 'usage/merge',
    hint: 'merge the reports of all shards of one run: same trace, same policy, --shard 1/n … n/n',
  });

/** The report of the whole run from those of its shards. Equal to that of one run, but for `performance`. */
export const mergeReports = (shards: readonly ShardFile[]): SimulateReport => {
  const reports = inOrder(shards);
  const {trace, shard} = reports[0]!;
  const span =
    trace.start === null || trace.end === null
      ? undefined
      : {first: fromMillis(Date.parse(trace.start)), last: fromMillis(Date.parse(trace.end))};
  const {requests, keys, cost, totals, limits, series, diff} = mergeResults(reports.map(resultOf), span);
  const merged = {
    trace: {...trace, requests, keys, cost},
    totals,
    limits,
    series,
    ...(diff === undefined ? {} : {diff}),
  };
  const names = limits.map(({name}) => name);
  const thresholds = shard!.thresholds.map(({expr, source}) =>
    judge(parseThreshold(expr, source, names), merged),
  );
  const timed = reports.flatMap(({performance}) => performance ?? []);
  return {
    ...merged,
    thresholds,
    ...(timed.length === reports.length ? {performance: mergePerformance(timed, requests)} : {}),
  };
};

/** As if the shards had run side by side: the slowest decides. */
const mergePerformance = (timed: readonly Performance[], requests: number): Performance => {
  const seconds = Math.max(...timed.map((performance) => performance.seconds));
  return {
    seconds,
    requestsPerSecond: Math.round(requests / seconds),
    maxRssBytes: Math.max(...timed.map(({maxRssBytes}) => maxRssBytes)),
  };
};

/** All shards of one run, each once, in order of their index. */
const inOrder = (shards: readonly ShardFile[]): readonly SimulateReport[] => {
  const of = shards[0]!.report.shard?.of ?? 0;
  const byIndex = new Map<number, ShardFile>();
  for (const shard of shards) {
    const {file, report} = shard;
    if (report.shard === undefined) throw mismatch(`${quoted(file)} is not the report of a shard`);
    if (report.shard.of !== of)
      throw mismatch(`${quoted(file)} is shard ${report.shard.index} of ${report.shard.of}, not of ${of}`);
    const twin = byIndex.get(report.shard.index);
    if (twin !== undefined)
      throw mismatch(
        `shard ${report.shard.index}/${of} is there twice: ${quoted(twin.file)} and ${quoted(file)}`,
      );
    byIndex.set(report.shard.index, shard);
    if (facts(report) !== facts(shards[0]!.report))
      throw mismatch(`${quoted(file)} is of another trace or another policy than ${quoted(shards[0]!.file)}`);
  }
  const missing = Array.from({length: of}, (_, i) => i + 1).filter((index) => !byIndex.has(index));
  if (missing.length > 0)
    throw mismatch(
      `shard ${missing
        .slice(0, 10)
        .map((index) => `${index}/${of}`)
        .join(', ')} is missing`,
    );
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
