import {parseDuration} from '../../base/duration.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {type Rate, reduced} from '../../engine/arithmetic/rate.ts';
import {MAX_SPAN} from './trace-spec.ts';

/** `--rate: expected a rate such as 100/s, got "fast"`, exit code 2. */
export const badValue = (flag: string, expected: string, text: string): RatectlError =>
  new RatectlError(`${flag}: expected ${expected}, got ${quoted(text)}`, {
    code: 'usage/bad-value',
    hint: 'see ratectl trace generate --help',
  });

/** Largest gap between requests of a rate: a year. */
const MAX_GAP = 31_557_600_000_000;
/** Bound of the arithmetic of `mulDivFloor`. */
const MAX_COUNT = 2 ** 42;
const RATE = /^(\d{1,12})(?:\.(\d{1,3}))?\/(\d*)(us|µs|ms|s|m|h|d|w)$/;

/** `100/s`, `1.5/m`, `100/10s`. `least` is `positive`, or `zero` where no requests at all is an answer. */
export const readRate = (flag: string, text: string, least: 'positive' | 'zero' = 'positive'): Rate => {
  const [, whole = '', decimals = '', times = '', unit = ''] = RATE.exec(text) ?? [];
  const count = Number(whole + decimals);
  const period =
    (parseDuration(`${times === '' ? '1' : times}${unit}`) ?? Number.NaN) * 10 ** decimals.length;
  const rate = Number.isSafeInteger(period) && period > 0 ? reduced(count, period) : undefined;
  const fits =
    rate !== undefined &&
    rate.count < MAX_COUNT &&
    (rate.count === 0 ? least === 'zero' : rate.period / rate.count <= MAX_GAP);
  if (!fits || whole === '') throw badValue(flag, 'a rate such as 100/s', text);
  return rate;
};

/** `90s`, `1h30m`: µs, at most `MAX_SPAN`. */
export const readDuration = (flag: string, text: string, least: 'positive' | 'zero' = 'positive'): number => {
  const us = parseDuration(text);
  if (us === undefined || us > MAX_SPAN || (us === 0 && least === 'positive')) {
    throw badValue(flag, `a duration ${least === 'zero' ? '' : 'above 0 '}such as 30s or 1h30m`, text);
  }
  return us;
};

/** A whole number `min` … `max`; `_` may group digits. */
export const readWhole = (flag: string, text: string, min: number, max: number): number => {
  const value = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (!(value >= min && value <= max)) throw badValue(flag, `a whole number ${min} … ${max}`, text);
  return value;
};

/** A decimal number `min` … `max`. */
export const readNumber = (flag: string, text: string, min: number, max: number): number => {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw badValue(flag, `a number ${min} … ${max}`, text);
  return value;
};

export const readChoice = <T extends string>(flag: string, text: string, choices: readonly T[]): T => {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const error = badValue(flag, `one of ${choices.join(', ')}`, text);
  throw new RatectlError(error.message + didYouMean(text, choices), {
    code: error.code,
    ...(error.hint && {hint: error.hint}),
  });
};

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/;
const LAST_YEAR = '2100';

/** RFC 3339 with a zone, 1970 … 2100, as µs since the epoch. */
export const readInstant = (flag: string, text: string): number => {
  const [, local = '', fraction = '', zone = ''] = INSTANT.exec(text) ?? [];
  const asUtc = Date.parse(`${local}Z`);
  // Date.parse turns February 30 into March 2; such a day does not come back as it was written.
  const exists = !Number.isNaN(asUtc) && new Date(asUtc).toISOString().startsWith(local);
  const seconds = Date.parse(`${local}${zone}`) / 1000;
  if (!exists || !(seconds >= 0) || local.slice(0, 4) > LAST_YEAR) {
    throw badValue(flag, 'a time such as 2026-01-05T00:00:00Z', text);
  }
  return seconds * 1e6 + Number(fraction.padEnd(6, '0'));
};
