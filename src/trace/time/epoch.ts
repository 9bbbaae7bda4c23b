import {NOT_A_NUMBER, scaledInteger, TOO_LARGE} from './decimal.ts';
import {NOT_A_TIME, TIME_OUT_OF_RANGE} from './rfc3339.ts';
import {MICROS_SHIFT, type TimeUnit} from './time-unit.ts';

// `ts_ms`, `TS_MS`, `time.ns`. Not nginx's `msec`, which is seconds with milliseconds behind the point.
const SEPARATED = /[_.-](s|secs?|ms|us|µs|ns)$/i;
// `tsMs`; not `items`.
const CAPITALIZED = /[a-z0-9](Ms|Us|Ns)$/;
const WORD = /(milli|micro|nano)?s(?:ec(?:ond)?s?)?$/i;
const LONG_WORD = /(?:millis|micros|nanos|(?:milli|micro|nano)?seconds?)$/i;
const UNITS: Readonly<Record<string, TimeUnit>> = {s: 's', ms: 'ms', us: 'us', µs: 'us', ns: 'ns'};

/** The unit a field's name ends in: `ts_ms`, `tsMs`, `epochMillis`, `epoch_seconds`. */
export const unitOfFieldName = (name: string): TimeUnit | undefined => {
  const short = (SEPARATED.exec(name) ?? CAPITALIZED.exec(name))?.[1]?.toLowerCase();
  if (short !== undefined) return UNITS[short] ?? 's';
  if (!LONG_WORD.test(name)) return undefined;
  const prefix = WORD.exec(name)?.[1]?.toLowerCase();
  return prefix === undefined ? 's' : prefix === 'milli' ? 'ms' : prefix === 'micro' ? 'us' : 'ns';
};

/** The unit by size: below 1e11 seconds (until 5138), below 1e14 ms, below 1e17 µs, else ns. Undefined for text. */
export const unitOfSize = (bytes: Uint8Array, start: number, end: number): TimeUnit | undefined => {
  const thousands = scaledInteger(bytes, start, end, -3, 'drop');
  if (thousands === TOO_LARGE) return 'ns';
  if (thousands < 0) return undefined;
  if (thousands < 1e8) return 's';
  if (thousands < 1e11) return 'ms';
  return thousands < 1e14 ? 'us' : 'ns';
};

/**
 * A decimal number of `unit` since the epoch → whole microseconds, cut exactly; `NOT_A_TIME` or `TIME_OUT_OF_RANGE`
 * (both negative) when it is no number or not within 1970 … 2255.
 */
export const parseEpoch = (bytes: Uint8Array, start: number, end: number, unit: TimeUnit): number => {
  const micros = scaledInteger(bytes, start, end, MICROS_SHIFT[unit], 'drop');
  if (micros >= 0) return micros;
  return micros === NOT_A_NUMBER ? NOT_A_TIME : TIME_OUT_OF_RANGE;
};

/** `parseEpoch` for a whole number that a double holds exactly. */
export const epochOfInteger = (value: number, unit: TimeUnit): number => {
  const micros =
    unit === 'ms'
      ? value * 1_000
      : unit === 's'
        ? value * 1_000_000
        : unit === 'us'
          ? value
          : Math.floor(value / 1_000);
  return micros <= Number.MAX_SAFE_INTEGER ? micros : TIME_OUT_OF_RANGE;
};

/** Microseconds in one unit; 0 for nanoseconds, of which no whole number makes one. */
export const epochFactor = (unit: TimeUnit): number => (unit === 'ns' ? 0 : 10 ** MICROS_SHIFT[unit]);
