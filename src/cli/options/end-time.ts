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
 * When something that is set ends, µs of the store's clock, once that clock is known; Infinity where neither flag is given. What is
 * no time, or none to come, is a RatectlError (exit 2) of this code: as soon as it can be told, which mostly is before a store is
 * opened.
 */
export const endOf = (flags: EndFlags, code: string): ((now: number) => number) => {
  const refusal = (flag: string, text: string, expected: string): RatectlError =>
    new RatectlError(`${flag}: expected ${expected}, got ${quoted(text)}`, {code});
  if (flags.for !== undefined) {
    const text = flags.for;
    const span = parseDuration(text);
    if (span === undefined || span === 0)
      throw refusal(
        '--for',
        text,
        `${span === 0 ? 'more than no time' : 'a duration'} such as "30m", "1h30m" or "7d"`,
      );
    return (now) => {
      if (now + span > MAX_MICROS)
        throw refusal(
          '--for',
          text,
          `an end before ${toRfc3339(MAX_MICROS).slice(0, 10)}; without --for there is none`,
        );
      return now + span;
    };
  }
  if (flags.until === undefined) return () => Number.POSITIVE_INFINITY;
  const text = flags.until;
  const bytes = Buffer.from(text);
  const until = parseRfc3339(bytes, 0, bytes.length);
  if (until < 0) throw refusal('--until', text, 'a time such as "2026-01-31T18:00:00Z"');
  return (now) => {
    if (until <= now) throw refusal('--until', text, `a time to come (in the store it is ${toRfc3339(now)})`);
    return until;
  };
};
