import {formatCount} from '../format-number.ts';

const BOUND = /(-?\d[\d_,]*(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%|\/s|us|µs|ms|s|m)?\s*$/i;
/** Times are measured in milliseconds and told in the unit of the expression. */
const MILLIS: Readonly<Record<string, number>> = {us: 0.001, µs: 0.001, ms: 1, s: 1_000, m: 60_000};

/**
 * The value that a threshold compared, in the terms of its expression: a share where that speaks of `%` or of a rate, a time in its unit. It has
 * as many digits as it takes to tell it from the bound: `denied < 0.1%` that failed at 0.10004% does not read "actual 0.1%".
 */
export const formatActual = (expr: string, actual: number | null): string => {
  const bound = BOUND.exec(expr);
  const unit = bound?.[2]?.toLowerCase() ?? '';
  const percent = unit === '%';
  const share = percent || /(^|[.\s])(denied)?rate\s*([<>=!]|$)/i.test(expr);
  if (actual === null || !Number.isFinite(actual)) return 'none';
  const suffix = share ? '%' : unit;
  const value = share ? actual * 100 : actual / (MILLIS[unit] ?? 1);
  if (!share && Number.isInteger(value)) return formatCount(value) + suffix;
  const limit = Number((bound?.[1] ?? 'NaN').replace(/[_,]/g, '')) * (share && !percent ? 100 : 1);
  let digits = 3;
  while (
    digits < 15 &&
    Number(value.toPrecision(digits)) === limit &&
    Math.abs(value - limit) > 1e-13 * Math.abs(limit)
  )
    digits++;
  const shown = Number(value.toPrecision(digits));
  return `${shown}${suffix}`;
};
