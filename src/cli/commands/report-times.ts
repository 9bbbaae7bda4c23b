import {parseDuration} from '../../base/duration.ts';
import {fromMillis, MAX_MICROS} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {isoInZone} from '../../view/when.ts';

interface RangeFlags {
  readonly since: string;
  readonly until?: string;
}

/** An instant (µs) that may depend on now. */
type Instant = (now: number) => number;

/** The range that --since and --until ask for, given the store's now. Throws (exit 2) at once for what is no time. */
export const rangeAsked = (
  {since, until}: RangeFlags,
  timeZone: string,
): ((now: number) => {readonly from: number; readonly until: number}) => {
  const first = instantOf('--since', since, timeZone);
  const last = until === undefined ? undefined : instantOf('--until', until, timeZone);
  return (now) => {
    const from = first(now);
    const end = Math.min(now, last?.(now) ?? now);
    if (from >= end)
      throw new RatectlError(
        `--since ${quoted(since)} is not before ${until === undefined ? 'now' : `--until ${quoted(until)}`}`,
        {code: 'usage/range', hint: 'for example --since 7d, or --since 2026-11-01 --until 2026-11-15'},
      );
    return {from, until: end};
  };
};

const LOCAL = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?(Z|[+-]\d{2}:\d{2})?$/i;

const instantOf = (flag: string, text: string, timeZone: string): Instant => {
  const span = parseDuration(text);
  if (span !== undefined) return (now) => now - span;
  const at = calendarInstant(text, timeZone);
  if (at === undefined)
    throw new RatectlError(`${flag} ${quoted(text)}: expected a duration, a date or a time`, {
      code: 'usage/time',
      hint: `for example ${flag} 7d, ${flag} 2026-11-01, ${flag} 2026-11-01T08:00 or ${flag} 2026-11-01T08:00:00Z`,
    });
  return () => at;
};

/** A date is its midnight in the zone; a time without an offset is one of the zone, too. */
const calendarInstant = (text: string, timeZone: string): number | undefined => {
  const [, date, time, offset] = LOCAL.exec(text) ?? [];
  if (date === undefined || (time === undefined && offset !== undefined)) return undefined;
  const wall = Date.parse(`${date}T${time ?? '00:00'}${offset ?? 'Z'}`);
  // 30 February is read as 2 March.
  const isReal = new Date(Date.parse(`${date}T00:00Z`)).toISOString().startsWith(date);
  if (!Number.isFinite(wall) || !isReal || Math.abs(wall) > MAX_MICROS / 1_000) return undefined;
  return offset === undefined ? instantInZone(wall, timeZone) : fromMillis(wall);
};

/** The instant at which the clocks of a zone show a time, given as if it were UTC (ms). */
const instantInZone = (wall: number, timeZone: string): number => {
  const offsetAt = (ms: number): number =>
    Date.parse(`${isoInZone(ms, timeZone).slice(0, 19)}Z`) - Math.floor(ms / 1_000) * 1_000;
  const guess = wall - offsetAt(wall);
  return fromMillis(wall - offsetAt(guess));
};
