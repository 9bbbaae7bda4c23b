import {Ascii, isDigit} from '../formats/ascii.ts';

/** The text is not a decimal number. */
export const NOT_A_NUMBER = -1;
/** Below zero. */
export const NEGATIVE = -2;
/** Not whole, and only whole numbers were asked for. */
export const FRACTION = -3;
/** Above 2^53 − 1. */
export const TOO_LARGE = -4;

const ZERO = Ascii.zero;

/** Exponents beyond this make any number 0 or too large; keeps the sum below from overflowing. */
const EXPONENT_CAP = 1_000_000;

/**
 * The whole part of `number × 10^shift`, exactly: digits are moved and dropped one by one, never rounded through a
 * double. `17e8` with shift 6 is 1 700 000 000 000 000; `1712790000100000001` with shift −3 is 1 712 790 000 100 000.
 *
 * Takes `-0`, `12`, `1.5`, `1e3`, leading zeros; with `rest: 'refuse'` a part after the point that is not zero answers
 * `FRACTION` instead of being dropped. Negative answers are the constants above.
 */
export const scaledInteger = (
  bytes: Uint8Array,
  start: number,
  end: number,
  shift: number,
  rest: 'drop' | 'refuse',
): number => {
  const first = start < end && bytes[start] === 0x2d ? start + 1 : start;
  let i = first;
  while (i < end && isDigit(bytes[i]!)) i++;
  const whole = i - first;
  if (whole === 0) return NOT_A_NUMBER;
  if (i < end && bytes[i] === 0x2e) {
    const point = i++;
    while (i < end && isDigit(bytes[i]!)) i++;
    if (i === point + 1) return NOT_A_NUMBER;
  }
  const mantissaEnd = i;
  let exponent = 0;
  if (i < end) {
    if ((bytes[i]! | 0x20) !== 0x65) return NOT_A_NUMBER;
    const sign = ++i < end ? bytes[i]! : 0;
    if (sign === 0x2b || sign === 0x2d) i++;
    if (i === end) return NOT_A_NUMBER;
    for (; i < end; i++) {
      if (!isDigit(bytes[i]!)) return NOT_A_NUMBER;
      exponent = Math.min(EXPONENT_CAP, exponent * 10 + bytes[i]! - ZERO);
    }
    if (sign === 0x2d) exponent = -exponent;
  }

  // How many digits of the mantissa stand before the moved point: they are the answer, the others are dropped.
  let keep = whole + exponent + shift;
  let value = 0;
  let dropped = false;
  for (let at = first; at < mantissaEnd; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0) continue; // the point
    if (keep > 0) {
      value = value * 10 + digit;
      if (value > Number.MAX_SAFE_INTEGER) return first === start ? TOO_LARGE : NEGATIVE;
    } else if (digit !== 0) dropped = true;
    keep--;
  }
  if (first !== start && (value !== 0 || dropped)) return NEGATIVE;
  if (dropped && rest === 'refuse') return FRACTION;
  for (; keep > 0 && value !== 0; keep--) {
    value *= 10;
    if (value > Number.MAX_SAFE_INTEGER) return TOO_LARGE;
  }
  return value;
};
