import {formatDuration, parseDuration} from '../base/duration.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {nearestDuration} from '../policy/read/read-duration.ts';
import {LONGEST_TIMEOUT, SHORTEST_TIMEOUT} from './config-fields.ts';

/** A timeout as it is given outside of files, µs. Throws a RatectlError that calls it by `name`. */
export const parseTimeout = (text: string, name: string): number => {
  const value = parseDuration(text);
  if (value !== undefined && value >= SHORTEST_TIMEOUT && value <= LONGEST_TIMEOUT) return value;
  const meant = value === undefined ? nearestDuration(text) : undefined;
  throw new RatectlError(
    `${name}: expected a duration from ${formatDuration(SHORTEST_TIMEOUT)} to ${formatDuration(LONGEST_TIMEOUT)}, such as "5s", got ${quoted(text)}`,
    {code: 'usage/timeout', ...(meant === undefined ? {} : {hint: `did you mean "${meant}"?`})},
  );
};
