import {fromMillis} from '../../base/micros.ts';
import type {
  ActivityReport,
  RefusedKey,
  ReportCounts,
  ReportLimit,
} from '../../view/model/activity-report.ts';
import type {LimitSummary, SimulateReport} from '../../view/model/simulate-report.ts';
import {pointsOf, type Sums, seriesOf} from './activity-sums.ts';
import {forecastOf, type Step, weekOf} from './from-steps.ts';
import {quote, recommend} from './recommend.ts';
import {reportRange} from './report-range.ts';

export interface ReplayFile {
  readonly file: string;
  readonly timeZone: string;
  /** Refused keys in the answer. */
  readonly keys: number;
}

/** What stands here must not hold; what a policy says must. */
const FAIL_IF = '--fail-if';

/** A JSON result of `simulate` as a report: what it knows, in the same form. */
export const reportOfReplay = (
  replay: SimulateReport,
  {file, timeZone, keys}: ReplayFile,
): ActivityReport => {
  const {trace, totals, series} = replay;
  const stepLength = fromMillis(series.bucketMs);
  const steps = gapless(series);
  const limits = replay.limits.map((limit) => limitOf(limit, replay));
  const range =
    trace.start === null || trace.end === null
      ? null
      : {
          from: fromMillis(Date.parse(trace.start)),
          // The range ends behind the last request.
          until: fromMillis(Date.parse(trace.end) + 1),
          edges: 'exact' as const,
        };
  const refused = replay.limits.flatMap(refusedKeysOf).sort((a, b) => b.denied - a.denied);
  const told = range === null ? null : reportRange(range);
  const {forecast, lately} = forecastOf(steps, stepLength);
  return {
    source: {kind: 'replay', file, traces: trace.files},
    policy: null,
    timeZone,
    range: told,
    scope: {selector: '', filter: ''},
    totals: countsOfReplay(totals, limits),
    limits,
    series: seriesOf(pointsOf(steps), series.bucketMs),
    week: weekOf(steps, stepLength, timeZone),
    identities: {
      range: told,
      keys: refused.slice(0, keys),
      counted: refused.length,
      denied: refused.reduce((sum, {denied}) => sum + denied, 0),
    },
    utilisation: null,
    tokens: null,
    breakers: null,
    queues: null,
    changes: null,
    forecast,
    recommendations: [
      ...replay.thresholds
        .filter(({pass}) => !pass)
        .map(({expr, source}) => ({
          kind: 'threshold' as const,
          urgency: 'act' as const,
          subject: expr,
          text: `the threshold "${source === FAIL_IF ? `fail if ${expr}` : expr}" failed`,
          reason: `it comes from ${source}; what was measured stands under Thresholds`,
          command: `ratectl simulate ${trace.files.map(quote).join(' ')} --policy new.yaml --against ratectl.yaml`,
        })),
      ...recommend({
        policy: undefined,
        policyFile: 'ratectl.yaml',
        traces: trace.files,
        limits,
        keys: refused,
        utilisation: null,
        forecast,
        lately,
        tokens: [],
        solvable: () => undefined,
      }),
    ],
    before: null,
    thresholds: replay.thresholds.map(({expr, actual, pass, source}) => ({
      expr,
      actual,
      pass,
      ...(source === FAIL_IF ? {mustNotHold: true as const} : {}),
    })),
  };
};

const countsOfReplay = (
  {allowed, denied}: SimulateReport['totals'],
  limits: readonly ReportLimit[],
): ReportCounts => {
  const requests = allowed + denied;
  return {
    requests,
    allowed,
    denied,
    shadowDenied: limits.reduce((sum, {shadowDenied}) => sum + shadowDenied, 0),
    allowRate: requests === 0 ? null : allowed / requests,
  };
};

const limitOf = (limit: LimitSummary, {totals}: SimulateReport): ReportLimit => {
  const isShadow = limit.mode === 'shadow';
  const shadowDenied = isShadow ? limit.denied : (limit.shadowDenied ?? 0);
  const denied = limit.denied - shadowDenied;
  const {requests} = limit;
  return {
    limit: limit.name,
    mode: limit.mode,
    description: limit.description,
    requests,
    allowed: requests - denied,
    denied,
    shadowDenied,
    allowRate: requests === 0 ? null : 1 - denied / requests,
    shareOfDenied: totals.denied === 0 ? 0 : denied / totals.denied,
    trend: [],
    before: null,
  };
};

const refusedKeysOf = ({name, top, denied: whole}: LimitSummary): readonly RefusedKey[] =>
  top
    .filter(({denied}) => denied > 0)
    .map(({key, requests, denied}) => ({
      limit: name,
      key,
      denied,
      share: whole === 0 ? 0 : Math.min(1, denied / whole),
      requests,
    }));

/** Steps that are drawn; longer ones are put together by the view. */
const MOST_STEPS = 100_000;

/** A replay leaves empty steps out. */
const gapless = ({buckets, bucketMs}: SimulateReport['series']): readonly Step[] => {
  if (buckets.length === 0) return [];
  const found = new Map(buckets.map(({t, allowed, denied}) => [Date.parse(t), {allowed, denied}]));
  const first = Date.parse(buckets[0]!.t);
  const count = Math.min(MOST_STEPS, Math.round((Date.parse(buckets.at(-1)!.t) - first) / bucketMs) + 1);
  return Array.from({length: count}, (_, i): Sums & {at: number} => {
    const at = first + i * bucketMs;
    const {allowed, denied} = found.get(at) ?? {allowed: 0, denied: 0};
    return {at: fromMillis(at), allowed, denied, shadowDenied: 0};
  });
};
