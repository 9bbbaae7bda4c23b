import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import type {Latency, RehearsedSide} from '../../view/model/rehearsal-report.ts';
import {shiftedNumber} from '../shifted-number.ts';

const COUNTS = ['good', 'late', 'failed', 'refused'] as const;
const LATENCIES = ['latency.mean', 'latency.p50', 'latency.p90', 'latency.p99', 'latency.max'] as const;
/** Of a rehearsal; `rehearsal.` may stand before any of them, and does before those that are words of other things, too. */
const REHEARSAL_METRICS = [
  ...COUNTS,
  'goodput',
  ...LATENCIES,
  'longestQueue',
  'longestBacklog',
  'busy',
] as const;
const UNMISTAKABLE: readonly RehearsalMetric[] = ['goodput', ...LATENCIES];

export type RehearsalMetric = (typeof REHEARSAL_METRICS)[number];
const REHEARSED =
  /^\s*(rehearsal\.)?([A-Za-z]+(?:\.[A-Za-z0-9]+)?)\s*(<=|>=|==|!=|<|>)\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%|\/s|us|µs|ms|s|m)?\s*$/i;

export const REHEARSAL_HINT =
  'for example "rehearsal.good >= 95%", "goodput > 300/s" or "latency.p99 < 500ms"';
/** Milliseconds in a number of a unit. */
const MILLIS: Readonly<Record<string, (number: string) => number>> = {
  us: (number) => shiftedNumber(number, -3),
  µs: (number) => shiftedNumber(number, -3),
  ms: Number,
  s: (number) => shiftedNumber(number, 3),
  m: (number) => 60 * shiftedNumber(number, 3),
};

/** What a threshold says of a rehearsal. */
export interface RehearsalCondition {
  readonly metric: RehearsalMetric;
  readonly operator: '<=' | '>=' | '==' | '!=' | '<' | '>';
  /** A share is 0 … 1, a time in milliseconds. */
  readonly value: number;
  readonly share: boolean;
}

/** Undefined: it speaks of something else. `fail` throws. */
export const parseRehearsed = (
  expr: string,
  fail: (what: string) => never,
): RehearsalCondition | undefined => {
  const match = REHEARSED.exec(expr);
  if (match === null) return undefined;
  const [, prefix, metric = '', operator = '<', number = '0', unit = ''] = match;
  if (prefix === undefined && !isOneOf(metric, UNMISTAKABLE) && !metric.startsWith('latency.'))
    return undefined;
  if (!isOneOf(metric, REHEARSAL_METRICS))
    return fail(
      `a rehearsal has no metric ${quoted(metric)}${didYouMean(metric, REHEARSAL_METRICS)}; there are ${REHEARSAL_METRICS.join(', ')}`,
    );
  const condition = {metric, operator: operator as RehearsalCondition['operator']};
  return {...condition, ...boundOf(metric, number, unit, fail)};
};

const boundOf = (
  metric: RehearsalMetric,
  number: string,
  unit: string,
  fail: (what: string) => never,
): Pick<RehearsalCondition, 'value' | 'share'> => {
  const expected = (what: string): never => fail(`${metric} is ${what}`);
  if (isOneOf(metric, LATENCIES)) {
    const millis = MILLIS[unit]?.(number);
    return millis === undefined
      ? expected('a time: expected a number with its unit, such as 500ms')
      : {value: millis, share: false};
  }
  if (metric === 'goodput')
    return unit === '' || unit === '/s'
      ? {value: Number(number), share: false}
      : expected('good answers per second: expected a number, such as 300/s');
  if (unit === '%' && metric !== 'longestQueue' && metric !== 'longestBacklog')
    return {value: shiftedNumber(number, -2), share: true};
  if (unit === '') return {value: Number(number), share: false};
  return expected(
    metric === 'busy'
      ? 'a share: expected one such as 90%'
      : `a number of requests: ${quoted(unit)} does not go with it`,
  );
};

/** The number that a threshold looks at; of requests their share of all, where it asks for one. */
export const rehearsalValue = (
  side: RehearsedSide,
  metric: RehearsalMetric,
  as: 'number' | 'share',
): number => {
  if (isOneOf(metric, LATENCIES)) {
    const which = metric.slice('latency.'.length) as keyof Latency;
    return side.latencyMs?.[which] ?? 0;
  }
  const value =
    metric === 'refused'
      ? Object.values(side.refused).reduce((sum: number, count) => sum + count, 0)
      : (side[metric] ?? 0);
  if (as === 'number' || !isOneOf(metric, COUNTS)) return value;
  return side.arrivals === 0 ? 0 : value / side.arrivals;
};

const isOneOf = <T extends string>(text: string, words: readonly T[]): text is T =>
  (words as readonly string[]).includes(text);
