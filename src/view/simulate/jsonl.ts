import {safeJson} from '../../base/safe-text.ts';
import type {SimulateReport} from '../model/simulate-report.ts';

/**
 * The report as JSON lines, each an object with a `type`, its fields named as in the JSON answer:
 * `trace` (first; with the `schema`), `totals`, then for each limit `limit` and its `key` lines, `bucket`, `threshold`, and where
 * they were asked for `diff` and its `flip` lines, `bounds`, `solve`, `rehearsal` and its `rehearsed` and `change` lines, `shard`, `performance`. A change's own kind is `kind`.
 */
export const simulateJsonl = (report: SimulateReport): string => {
  const lines: object[] = [
    {type: 'trace', schema: 'ratectl.simulate/1', ...report.trace},
    {type: 'totals', ...report.totals},
  ];
  for (const {top, ...limit} of report.limits) {
    lines.push({type: 'limit', ...limit}, ...top.map((key) => ({type: 'key', limit: limit.name, ...key})));
  }
  const {bucketMs, buckets} = report.series;
  lines.push(...buckets.map((bucket) => ({type: 'bucket', bucketMs, ...bucket})));
  lines.push(...report.thresholds.map((threshold) => ({type: 'threshold', ...threshold})));
  if (report.diff !== undefined) {
    const {keys, ...diff} = report.diff;
    lines.push({type: 'diff', ...diff}, ...keys.map((key) => ({type: 'flip', ...key})));
  }
  if (report.bounds !== undefined) lines.push({type: 'bounds', ...report.bounds});
  if (report.solve !== undefined) lines.push({type: 'solve', ...report.solve});
  if (report.rehearsal !== undefined) {
    const {series, transitions, ...sides} = report.rehearsal;
    lines.push({type: 'rehearsal', ...sides, transitions: transitions.count});
    lines.push(
      ...series.buckets.map((bucket) => ({type: 'rehearsed', bucketMs: series.bucketMs, ...bucket})),
    );
    lines.push(...transitions.first.map((change) => ({type: 'change', ...change})));
  }
  if (report.shard !== undefined) lines.push({type: 'shard', ...report.shard});
  if (report.performance !== undefined) lines.push({type: 'performance', ...report.performance});
  return lines.map((line) => `${safeJson(line)}\n`).join('');
};
