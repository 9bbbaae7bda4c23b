import {formatCount} from '../format-number.ts';

const BOUND = /(-?\d[\d_,]*(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%?)\s*$/i;

/**
 * The value that a threshold compared, in the terms of its expression: a share where that speaks of `%` or of a rate. It has
 * as many digits as it takes to tell it from the bound: `denied < 0.1%` that failed at 0.10004% does not read "actual 0.1%".
 */
export const formatActual = (expr: string, actual: number): string => {
  const bound = BOUND.exec(expr);
  const percent = bound?.[2] === '%';
  const share = percent || /(^|[.\s])(denied)?rate\s*([<>=!]|$)/i.test(expr);
  if (!Number.isFinite(actual)) return 'none';
  if (!share && Number.isInteger(actual)) return formatCount(actual);
  const value = share ? actual * 100 : actual;
  const limit = Number((bound?.[1] ?? 'NaN').replace(/[_,]/g, '')) * (share && !percent ? 100 : 1);
  let digits = 3;
  while (
    digits < 15 &&
    Number(value.toPrecision(digits)) === limit &&
    Math.abs(value - limit) > 1e-13 * Math.abs(limit)
  )
    digits++;
  const shown = Number(value.toPrecision(digits));
  return share ? `${shown}%` : String(shown);
};
