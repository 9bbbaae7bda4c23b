import {formatDuration, parseDuration} from '../../base/duration.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {Random} from '../../trace/generate/random.ts';

/** How long the server works on a request. Times are µs. */
export type ServiceTime =
  /** What the trace says. */
  | {readonly kind: 'trace'}
  | {readonly kind: 'fixed'; readonly time: number}
  | {readonly kind: 'exp'; readonly mean: number}
  | {readonly kind: 'lognormal'; readonly p50: number; readonly p99: number};

const CALL = /^\s*([A-Za-z]+)\s*\(([^()]*)\)\s*$/;
/** An hour: what takes longer is no request. */
const LONGEST = 3_600_000_000;

const bad = (text: string, what: string): RatectlError =>
  new RatectlError(`--service-time: ${what}, got ${quoted(text)}`, {
    code: 'usage/bad-value',
    hint: 'for example --service-time 20ms, exp(20ms) with its mean, or lognormal(20ms,200ms) with its p50 and p99',
  });

/** Reads `20ms`, `exp(20ms)` and `lognormal(20ms,200ms)`. Throws a usage error that says what was expected. */
export const parseServiceTime = (text: string): ServiceTime => {
  const call = CALL.exec(text);
  if (call === null) return {kind: 'fixed', time: readTime(text, text)};
  const [, name = '', inside = ''] = call;
  const times = inside.split(',').map((part) => readTime(part.trim(), text));
  if (name === 'exp') {
    if (times.length !== 1) throw bad(text, 'exp takes one time, its mean');
    return {kind: 'exp', mean: times[0]!};
  }
  if (name !== 'lognormal') throw bad(text, `no distribution ${quoted(name)}; there are exp and lognormal`);
  const [p50, p99] = times;
  if (p50 === undefined || p99 === undefined || times.length > 2)
    throw bad(text, 'lognormal takes two times, its p50 and its p99');
  if (p99 <= p50) throw bad(text, 'lognormal needs a p99 above its p50');
  return {kind: 'lognormal', p50, p99};
};

/** As it is written on the command line; `trace` for what the trace says. */
export const serviceTimeText = (spec: ServiceTime): string => {
  switch (spec.kind) {
    case 'trace':
      return 'trace';
    case 'fixed':
      return formatDuration(spec.time);
    case 'exp':
      return `exp(${formatDuration(spec.mean)})`;
    case 'lognormal':
      return `lognormal(${formatDuration(spec.p50)},${formatDuration(spec.p99)})`;
  }
};

const readTime = (part: string, whole: string): number => {
  const time = parseDuration(part);
  if (time === undefined || time === 0 || time > LONGEST)
    throw bad(whole, 'expected a time above 0 and up to 1h, or a distribution of such');
  return time;
};

/** The standard normal's 99th percentile. */
const Z99 = 2.3263478740408408;

/**
 * A draw in whole µs, at least 1; `traced` is what the trace says of the request. Rounding hides last-bit differences of logarithms
 * between engines.
 *
 *     exp(m)             −m × ln(1 − u)
 *     lognormal(a, b)    a × e^(z × ln(b ÷ a) ÷ z99)      z standard normal by Box–Muller (1958), z99 = 2.326
 */
export const drawServiceTime = (spec: ServiceTime, traced: number, random: Random): number => {
  switch (spec.kind) {
    case 'trace':
      return traced;
    case 'fixed':
      return spec.time;
    case 'exp':
      return Math.max(1, Math.round(-Math.log(1 - random.fraction()) * spec.mean));
    case 'lognormal': {
      const z = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
      return Math.max(1, Math.round(spec.p50 * Math.exp((z * Math.log(spec.p99 / spec.p50)) / Z99)));
    }
  }
};
