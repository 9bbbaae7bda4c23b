import {parseDuration} from '../../base/duration.ts';
import {MAX_MICROS, toRfc3339} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {parseRfc3339} from '../../trace/time/rfc3339.ts';

export interface EndFlags {
  readonly for?: string;
  readonly until?: string;
}

/**
 * When something that is set ends, µs of the store's clock; Infinity where neither flag is given. Throws a RatectlError (exit 2) of
 * this code for what is no time to come.
 */
export const endOf = (flags: EndFlags, now: number, code: string): number => {
  const refusal = (flag: string, text: string, expected: string): RatectlError =>
    new RatectlError(`${flag}: expected ${expected}, got ${quoted(text)}`, {code});
  if (flags.for !== undefined) {
    const span = parseDuration(flags.for);
    if (span === undefined || span === 0 || now + span > MAX_MICROS)
      throw refusal('--for', flags.for, 'a duration such as "30m", "1h30m" or "7d"');
    return now + span;
  }
  if (flags.until === undefined) return Number.POSITIVE_INFINITY;
  const bytes = Buffer.from(flags.until);
  const until = parseRfc3339(bytes, 0, bytes.length);
  if (until < 0) throw refusal('--until', flags.until, 'a time such as "2026-01-31T18:00:00Z"');
  if (until <= now)
    throw refusal('--until', flags.until, `a time to come (in the store it is ${toRfc3339(now)})`);
  return until;
};
