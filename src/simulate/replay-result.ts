import {fromMillis} from '../base/micros.ts';
import type {
  LimitSummary,
  PolicyDiff,
  Series,
  SimulateReport,
  Totals,
} from '../view/model/simulate-report.ts';
import {compareFlips} from './policy-diff.ts';
import {TimeSeries} from './time-series.ts';
import {compareKeys, TOP_KEYS} from './top-keys.ts';

/** What a replay counted: of a whole trace, or of the share of keys that one shard or thread decided. */
export interface ReplayResult {
  readonly requests: number;
  readonly cost: number;
  readonly keys: number;
  readonly totals: Totals;
  readonly limits: readonly LimitSummary[];
  readonly series: Series;
  readonly diff: PolicyDiff | undefined;
}

/**
 * The result of the whole from those of its parts. Keys are in one part only, so counts add up, and the first of all keys
 * are among the first of each part. `span` is that of the whole trace, in µs.
 */
export const mergeResults = (
  parts: readonly ReplayResult[],
  span: {readonly first: number; readonly last: number} | undefined,
): ReplayResult => {
  const first = parts[0]!;
  const sum = (of: (part: ReplayResult) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const requests = sum((part) => part.requests);
  const denied = sum(({totals}) => totals.denied);
  return {
    requests,
    cost: sum((part) => part.cost),
    keys: sum((part) => part.keys),
    totals: {
      allowed: requests - denied,
      denied,
      deniedRate: requests === 0 ? 0 : denied / requests,
      never: sum(({totals}) => totals.never),
      delayed: sum(({totals}) => totals.delayed),
      unlimited: sum(({totals}) => totals.unlimited),
    },
    limits: first.limits.map((_, i) => mergeLimits(parts.map(({limits}) => limits[i]!))),
    series: mergeSeries(
      parts.map(({series}) => series),
      span,
    ),
    diff: first.diff === undefined ? undefined : mergeDiffs(parts.flatMap(({diff}) => diff ?? [])),
  };
};

const mergeLimits = (parts: readonly LimitSummary[]): LimitSummary => {
  const {name, mode, description, shadowDenied} = parts[0]!;
  const sum = (field: 'requests' | 'allowed' | 'denied' | 'skipped' | 'keys' | 'deniedKeys'): number =>
    parts.reduce((total, part) => total + part[field], 0);
  return {
    name,
    mode,
    description,
    requests: sum('requests'),
    allowed: sum('allowed'),
    denied: sum('denied'),
    ...(shadowDenied === undefined
      ? {}
      : {shadowDenied: parts.reduce((total, part) => total + (part.shadowDenied ?? 0), 0)}),
    skipped: sum('skipped'),
    keys: sum('keys'),
    deniedKeys: sum('deniedKeys'),
    top: parts
      .flatMap(({top}) => top)
      .sort(compareKeys)
      .slice(0, TOP_KEYS),
  };
};

const mergeSeries = (
  parts: readonly Series[],
  span: {readonly first: number; readonly last: number} | undefined,
): Series => {
  const series = new TimeSeries();
  if (span !== undefined) series.cover(span.first, span.last);
  for (const {buckets} of parts)
    for (const {t, allowed, denied} of buckets) series.merge(fromMillis(Date.parse(t)), allowed, denied);
  return series.result();
};

const mergeDiffs = (parts: readonly PolicyDiff[]): PolicyDiff => {
  const sum = (of: (part: PolicyDiff) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const allowed = sum(({before}) => before.allowed);
  const denied = sum(({before}) => before.denied);
  return {
    against: parts[0]!.against,
    before: {allowed, denied, deniedRate: allowed + denied === 0 ? 0 : denied / (allowed + denied)},
    allowToDeny: sum(({allowToDeny}) => allowToDeny),
    denyToAllow: sum(({denyToAllow}) => denyToAllow),
    keys: parts
      .flatMap(({keys}) => keys)
      .sort(compareFlips)
      .slice(0, TOP_KEYS),
  };
};

/** The part of a report that a replay counted. */
export const resultOf = ({trace, totals, limits, series, diff}: SimulateReport): ReplayResult => ({
  requests: trace.requests,
  cost: trace.cost,
  keys: trace.keys,
  totals,
  limits,
  series,
  diff,
});
