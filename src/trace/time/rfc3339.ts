import {MAX_MICROS} from '../../base/micros.ts';
import {daysFromCivil, daysInMonth} from './civil.ts';

/** Not a date and time of the right form, or one the calendar does not have. */
export const NOT_A_TIME = -1;
/** A real instant, but before 1970 or after 2255: outside 0 … 2^53 − 1 µs. */
export const TIME_OUT_OF_RANGE = -2;

const HYPHEN = 0x2d;
const COLON = 0x3a;
const SPACE = 0x20;
const LOWER = 0x20;

/** Two decimal digits; NaN when they are not. */
const two = (bytes: Uint8Array, at: number): number => {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? 10 * tens + ones : Number.NaN;
};

/** Where the zone begins: after the seconds, their fraction and at most one space. −1 when the fraction has no digit. */
const zoneStart = (bytes: Uint8Array, start: number, end: number): number => {
  let i = start + 19;
  if (i < end && (bytes[i] === 0x2e || bytes[i] === 0x2c)) {
    const digits = ++i;
    while (i < end && (bytes[i]! - 0x30) >>> 0 <= 9) i++;
    if (i === digits) return -1;
  }
  return i + 1 < end && bytes[i] === SPACE ? i + 1 : i;
};

/** Seconds east of UTC for `Z`, `+01`, `+0100`, `+01:00` or nothing (UTC); NaN for anything else. */
const zoneSeconds = (bytes: Uint8Array, at: number, end: number): number => {
  if (at === end) return 0;
  const sign = bytes[at]!;
  const length = end - at;
  if ((sign | LOWER) === 0x7a) return length === 1 ? 0 : Number.NaN;
  if (sign !== 0x2b && sign !== HYPHEN) return Number.NaN;
  if (length !== 3 && length !== 5 && !(length === 6 && bytes[at + 3] === COLON)) return Number.NaN;
  const hours = two(bytes, at + 1);
  const minutes = length === 3 ? 0 : two(bytes, end - 2);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return (sign === HYPHEN ? -60 : 60) * (60 * hours + minutes);
};

/**
 * Reads RFC 3339: `2023-11-16T18:17:03.9799600Z`. Also taken: a space for the `T`, a comma before the fraction, offsets
 * without colon or minutes, one space before the offset, and no zone at all (UTC; `hasZone` tells). Fractions are cut
 * to whole microseconds. A second of 60 is refused: no clock that ratectl replays has it.
 *
 * Answers whole microseconds since the epoch, `NOT_A_TIME` or `TIME_OUT_OF_RANGE` (both negative).
 */
export const parseRfc3339 = (bytes: Uint8Array, start: number, end: number): number => {
  if (end - start < 19) return NOT_A_TIME;
  const separator = bytes[start + 10]!;
  if (
    bytes[start + 4] !== HYPHEN ||
    bytes[start + 7] !== HYPHEN ||
    bytes[start + 13] !== COLON ||
    bytes[start + 16] !== COLON
  ) {
    return NOT_A_TIME;
  }
  if ((separator | LOWER) !== 0x74 && separator !== SPACE) return NOT_A_TIME;
  const year = 100 * two(bytes, start) + two(bytes, start + 2);
  const month = two(bytes, start + 5);
  const day = two(bytes, start + 8);
  const hour = two(bytes, start + 11);
  const minute = two(bytes, start + 14);
  const second = two(bytes, start + 17);
  // NaN, a part that is not two digits, fails every comparison.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59))
    return NOT_A_TIME;
  if (day > 28 && day > daysInMonth(year, month)) return NOT_A_TIME;

  let seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  let fraction = 0;
  if (end - start > 19) {
    const zone = zoneStart(bytes, start, end);
    if (zone < 0) return NOT_A_TIME;
    const offset = zoneSeconds(bytes, zone, end);
    if (Number.isNaN(offset)) return NOT_A_TIME;
    seconds -= offset;
    for (let i = start + 20, unit = 100_000; i < zone && unit >= 1; i++, unit /= 10) {
      const digit = bytes[i]! - 0x30;
      if (digit >>> 0 > 9) break;
      fraction += digit * unit;
    }
  }
  const micros = seconds * 1_000_000 + fraction;
  return micros >= 0 && micros <= MAX_MICROS ? micros : TIME_OUT_OF_RANGE;
};

/** Whether a text that `parseRfc3339` accepts says its zone (`Z` or an offset). */
export const hasZone = (bytes: Uint8Array, start: number, end: number): boolean =>
  zoneStart(bytes, start, end) < end;
