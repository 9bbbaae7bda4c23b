import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {Attributes} from '../engine/live/request-router.ts';
import type {CheckOptions} from './limiter-options.ts';

/** Units, and µs for which slots are held. Throws a RatectlError for what is none. */
export const checkedOptions = (
  attributes: Attributes,
  {cost = 1, holdMs}: CheckOptions,
): {readonly cost: number; readonly hold: number} => {
  if (typeof attributes !== 'object' || attributes === null)
    throw new RatectlError(
      `attributes are ${quoted(String(attributes))}, expected an object such as {ip, path}`,
      {
        code: 'limiter/attributes',
      },
    );
  if (!Number.isSafeInteger(cost) || cost < 0)
    throw new RatectlError(`a cost of ${quoted(String(cost))}, expected a whole number of 0 or more`, {
      code: 'limiter/cost',
    });
  if (holdMs !== undefined && !(holdMs > 0))
    throw new RatectlError(`holdMs is ${quoted(String(holdMs))}, expected more than 0`, {
      code: 'limiter/hold',
    });
  return {cost, hold: holdMs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(holdMs * 1_000)};
};
