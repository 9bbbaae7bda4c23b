import {scaledInteger} from '../time/decimal.ts';
import {MICROS_SHIFT, type TimeUnit} from '../time/time-unit.ts';
import {Ascii} from './ascii.ts';

/** A whole number, 0 … 2^53 − 1; a lone `-` is 0, as access logs write it (no bytes sent); negative for anything else. */
export const readWhole = (bytes: Uint8Array, start: number, end: number): number =>
  end - start === 1 && bytes[start] === Ascii.minus ? 0 : scaledInteger(bytes, start, end, 0, 'refuse');

/**
 * A span of time in `unit`, or in the unit written behind it (`12ms`, `0.5s`), as whole microseconds, cut. Missing,
 * `-` and negative spans (a phase that never began) are 0: unknown. Negative for anything else.
 */
export const readSpan = (bytes: Uint8Array, start: number, end: number, unit: TimeUnit): number => {
  if (start >= end || bytes[start] === Ascii.minus) return 0;
  // HAProxy writes `+1487` when it logged before the last byte was sent.
  const from = bytes[start] === Ascii.plus ? start + 1 : start;
  if (bytes[end - 1] !== 0x73) return scaledInteger(bytes, from, end, MICROS_SHIFT[unit], 'drop');
  const before = bytes[end - 2];
  const written: TimeUnit = before === 0x6d ? 'ms' : before === 0x75 ? 'us' : before === 0x6e ? 'ns' : 's';
  return scaledInteger(bytes, from, written === 's' ? end - 1 : end - 2, MICROS_SHIFT[written], 'drop');
};
