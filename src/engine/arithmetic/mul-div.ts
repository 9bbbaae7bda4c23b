/**
 * Exact `a × b ÷ d` for whole numbers whose product does not fit a double.
 *
 * All arguments are whole, `0 ≤ a, b < 2^53`, `0 < d ≤ 2^51`, and the quotient is below 2^52. Nothing is allocated and only
 * doubles are used, so that a Lua twin computes the same bits. The rounding error of a product is itself a double
 * (T. J. Dekker, "A floating-point technique for extending the available precision", 1971), which makes the remainder exact.
 *
 * Example: a rate of 1,234,567 per day refills floor(e × 1234567 ÷ 86400000000) tokens in e µs; after half a day the
 * product is 5.3e16, six times 2^53.
 */
const EXACT = Number.MAX_SAFE_INTEGER;
const SPLITTER = 134_217_729; // 2^27 + 1

/** The largest divisor: 71 years in microseconds. */
export const MAX_DIVISOR = 2 ** 51;

/** Quotients stay below this: 142 years in microseconds. */
export const MAX_QUOTIENT = 2 ** 52;

/** a·b − fl(a·b), exactly. */
const productError = (a: number, b: number, product: number): number => {
  const ca = SPLITTER * a;
  const aHigh = ca - (ca - a);
  const aLow = a - aHigh;
  const cb = SPLITTER * b;
  const bHigh = cb - (cb - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
};

// What follows is in two parts each: the usual case, so short that V8 copies it into its callers, and the wide one behind it.

/** a·b − q·d, exactly, where the two products are near each other (q is a quotient, right to a few units). */
export const remainderOf = (a: number, b: number, q: number, d: number): number => {
  const left = a * b;
  const right = q * d;
  return left <= EXACT && right <= EXACT ? left - right : wideRemainder(a, b, q, d);
};

const wideRemainder = (a: number, b: number, q: number, d: number): number => {
  const left = a * b;
  const right = q * d;
  return left - right + (productError(a, b, left) - productError(q, d, right));
};

/** floor(a × b ÷ d) */
export const mulDivFloor = (a: number, b: number, d: number): number => {
  const product = a * b;
  // Below 2^53 the correctly rounded quotient cannot reach the next whole number: its distance is at least 1/d.
  return product <= EXACT ? Math.floor(product / d) : wideFloor(a, b, d);
};

const wideFloor = (a: number, b: number, d: number): number => {
  // Two roundings of at most 2^−53 each leave a quotient below 2^52 less than two off.
  let q = Math.floor((a * b) / d);
  let r = remainderOf(a, b, q, d);
  while (r < 0) {
    q--;
    r += d;
  }
  while (r >= d) {
    q++;
    r -= d;
  }
  return q;
};

/** ceil(a × b ÷ d) */
export const mulDivCeil = (a: number, b: number, d: number): number => {
  const product = a * b;
  return product <= EXACT ? Math.ceil(product / d) : wideAddCeil(a, b, 0, d);
};

/** ceil((a × b + c) ÷ d), with 0 ≤ c < 2^52 */
export const mulAddDivCeil = (a: number, b: number, c: number, d: number): number => {
  const sum = a * b + c;
  return sum <= EXACT ? Math.ceil(sum / d) : wideAddCeil(a, b, c, d);
};

const wideAddCeil = (a: number, b: number, c: number, d: number): number => {
  const q = mulDivFloor(a, b, d);
  return q + Math.ceil((remainderOf(a, b, q, d) + c) / d);
};
