import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import type {LimitSummary, SimulateReport, ThresholdResult} from '../view/model/simulate-report.ts';
import {
  parseRehearsed,
  REHEARSAL_HINT,
  type RehearsalMetric,
  rehearsalValue,
} from './rehearsal/rehearsal-metric.ts';
import type {ServerModel} from './rehearsal/server-model.ts';
import {shiftedNumber} from './shifted-number.ts';

const OPERATORS = {
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
} as const;

const TRACE_METRICS = [
  'requests',
  'allowed',
  'denied',
  'deniedRate',
  'never',
  'delayed',
  'unlimited',
  'skipped',
  'keys',
  'outOfOrder',
  'allowToDeny',
  'denyToAllow',
] as const;
const LIMIT_METRICS = [
  'requests',
  'allowed',
  'denied',
  'deniedRate',
  'skipped',
  'keys',
  'deniedKeys',
] as const;

type TraceMetric = (typeof TRACE_METRICS)[number];
type LimitMetric = (typeof LIMIT_METRICS)[number];

/**
 * A condition a replay must meet: `denied < 0.1%`, `limit.per-ip.denied == 0`, `limit.per-ip.deniedKeys <= 3`, and of a rehearsal
 * `rehearsal.good >= 95%`, `goodput > 300/s`, `latency.p99 < 500ms`.
 * With `%` the value is a share: of the requests, for `keys` and `deniedKeys` of the keys, for `skipped` of the requests and those
 * that were skipped.
 */
export interface Threshold {
  readonly expr: string;
  /** Where it was written: `policy.yaml:12`, `--fail-if` or `--target`. */
  readonly source: string;
  readonly subject:
    | {readonly kind: 'trace'; readonly metric: TraceMetric}
    | {readonly kind: 'limit'; readonly limit: string; readonly metric: LimitMetric}
    | {readonly kind: 'rehearsal'; readonly metric: RehearsalMetric};
  readonly operator: keyof typeof OPERATORS;
  /** A share is kept as 0 … 1, a time in milliseconds. */
  readonly value: number;
  readonly share: boolean;
}

const EXPRESSION =
  /^\s*(?:limit\.([A-Za-z0-9][A-Za-z0-9_.-]*)\.)?([A-Za-z]+)\s*(<=|>=|==|!=|<|>)\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%?)\s*$/i;
const fail = (
  expr: string,
  source: string,
  what: string,
  hint = 'for example "denied < 0.1%" or "limit.per-ip.denied == 0"',
): never => {
  throw new RatectlError(`${safeText(source)}: threshold ${quoted(expr)}: ${what}`, {
    code: 'usage/threshold',
    hint,
  });
};

/** Parses one threshold. Throws a usage error (exit 2) that says what was expected. */
export const parseThreshold = (expr: string, source: string, limitNames: readonly string[]): Threshold => {
  const rehearsed = parseRehearsed(expr, (what) => fail(expr, source, what, REHEARSAL_HINT));
  if (rehearsed !== undefined) {
    const {metric, operator, value, share} = rehearsed;
    return {expr: expr.trim(), source, operator, value, share, subject: {kind: 'rehearsal', metric}};
  }
  const match = EXPRESSION.exec(expr);
  if (match === null)
    return fail(expr, source, 'expected METRIC OPERATOR NUMBER, with < <= > >= == or != between');
  const [, limit, metric = '', operator = '<', number = '0', percent = ''] = match;
  const share = percent === '%';
  const value = shiftedNumber(number, share ? -2 : 0);
  const base = {expr: expr.trim(), source, operator: operator as keyof typeof OPERATORS, value, share};
  if (limit === undefined) {
    if (!isOneOf(metric, TRACE_METRICS))
      return fail(
        expr,
        source,
        `no metric ${quoted(metric)}${didYouMean(metric, TRACE_METRICS)}; there are ${TRACE_METRICS.join(', ')}`,
      );
    return {...base, subject: {kind: 'trace', metric}};
  }
  if (!limitNames.includes(limit))
    return fail(expr, source, `the policy has no limit ${quoted(limit)}${didYouMean(limit, limitNames)}`);
  if (!isOneOf(metric, LIMIT_METRICS))
    return fail(
      expr,
      source,
      `a limit has no metric ${quoted(metric)}${didYouMean(metric, LIMIT_METRICS)}; there are ${LIMIT_METRICS.join(', ')}`,
    );
  return {...base, subject: {kind: 'limit', limit, metric}};
};

/** Whether a threshold can only be held against a rehearsal. */
export const needsRehearsal = ({subject}: Threshold): boolean => subject.kind === 'rehearsal';

/** Refuses thresholds that speak of a rehearsal where a run is none. */
export const refuseWithoutRehearsal = (thresholds: readonly Threshold[]): void => {
  const first = thresholds.find(needsRehearsal);
  if (first !== undefined)
    fail(
      first.expr,
      first.source,
      'only a rehearsal measures it, and this run is none: the policy has no pools, breakers of requests, adaptive, behaviour or degradation',
      'give --capacity, --service-time or --deadline to rehearse it all the same',
    );
};

/** What a run will measure besides rate limits. */
export interface MeasuredRun {
  /** The server of a rehearsal. */
  readonly server: Pick<ServerModel, 'capacity'> | undefined;
  /** The other policy, of --against. */
  readonly against: unknown;
}

/** Whether a threshold looks at who flips between two policies. */
export const isAboutFlips = ({subject}: Threshold): boolean =>
  subject.kind === 'trace' && (subject.metric === 'allowToDeny' || subject.metric === 'denyToAllow');

/** Refuses thresholds of which the run will measure nothing, so that none holds unmeasured. */
export const refuseUnmeasured = (thresholds: readonly Threshold[], {server, against}: MeasuredRun): void => {
  if (server === undefined) refuseWithoutRehearsal(thresholds);
  const refuse = (found: Threshold | undefined, what: string, hint: string): void => {
    if (found !== undefined) fail(found.expr, found.source, what, hint);
  };
  if (server?.capacity === Number.POSITIVE_INFINITY)
    refuse(
      thresholds.find(({subject}) => subject.kind === 'rehearsal' && subject.metric === 'busy'),
      'it is a share of the capacity of the server, and this one has no bound',
      'give --capacity, too',
    );
  if (against === undefined)
    refuse(
      thresholds.find(isAboutFlips),
      'it counts who flips between two policies, and there is only one',
      'name the other one with --against',
    );
};

const isOneOf = <T extends string>(text: string, words: readonly T[]): text is T =>
  (words as readonly string[]).includes(text);

type Measured = Pick<SimulateReport, 'trace' | 'totals' | 'limits' | 'diff' | 'rehearsal'>;

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const traceValue = ({trace, totals, diff}: Measured, metric: TraceMetric): number => {
  switch (metric) {
    case 'requests':
    case 'skipped':
    case 'keys':
    case 'outOfOrder':
      return trace[metric];
    case 'allowToDeny':
    case 'denyToAllow':
      return diff?.[metric] ?? 0;
    default:
      return totals[metric];
  }
};

const limitValue = (limit: LimitSummary, metric: LimitMetric): number =>
  metric === 'deniedRate' ? share(limit.denied, limit.requests) : limit[metric];

/** What `--fail-if` states must not hold; what a policy or `--target` states must. */
export const FAIL_IF = '--fail-if';

/** What a share is one of: keys of keys; what was skipped of that and the requests, so that it is never more than all of it. */
const wholeOf = (
  metric: TraceMetric | LimitMetric,
  {requests, keys, skipped}: {readonly requests: number; readonly keys: number; readonly skipped: number},
): number => {
  if (metric === 'skipped') return skipped + requests;
  return metric === 'keys' || metric === 'deniedKeys' ? keys : requests;
};

/** The number a threshold looks at. */
export const measure = ({subject, share: asShare}: Threshold, report: Measured): number => {
  if (subject.kind === 'rehearsal') {
    const side = report.rehearsal?.protected;
    // Refused before the run where there is none.
    if (side === undefined) return 0;
    return rehearsalValue(side, subject.metric, asShare ? 'share' : 'number');
  }
  if (subject.kind === 'trace') {
    const value = traceValue(report, subject.metric);
    if (!asShare || subject.metric === 'deniedRate') return value;
    return share(value, wholeOf(subject.metric, report.trace));
  }
  const limit = report.limits.find(({name}) => name === subject.limit)!;
  const value = limitValue(limit, subject.metric);
  if (!asShare || subject.metric === 'deniedRate') return value;
  return share(value, wholeOf(subject.metric, limit));
};

/** Whether a threshold holds; for `--fail-if`, whether it does not. */
export const passes = ({operator, value, source}: Threshold, actual: number): boolean =>
  OPERATORS[operator](actual, value) === (source !== FAIL_IF);

/** Of requests that were all refused there is no latency: none of its bounds is shown to be kept. */
const isUnmeasured = ({subject}: Threshold, {rehearsal}: Measured): boolean =>
  subject.kind === 'rehearsal' &&
  subject.metric.startsWith('latency.') &&
  rehearsal !== undefined &&
  rehearsal.protected.latencyMs === null &&
  rehearsal.protected.arrivals > 0;

/** What a report says of a threshold. */
export const judge = (threshold: Threshold, report: Measured): ThresholdResult => {
  const {expr, source} = threshold;
  if (isUnmeasured(threshold, report)) return {expr, actual: null, pass: false, source};
  const actual = measure(threshold, report);
  return {expr, actual, pass: passes(threshold, actual), source};
};
