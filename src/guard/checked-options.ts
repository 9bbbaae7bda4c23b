import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {Attributes} from '../engine/live/request-router.ts';
import type {CheckOptions} from './limiter-options.ts';

/** Units, and µs for which slots are held. Throws a RatectlError for what is none. */
export const checkedOptions = (
  attributes: Attributes,
  {cost = 1, holdMs}: CheckOptions,
): {readonly cost: number; readonly hold: number} => {
  if (typeof attributes !== 'object' || attributes === null) throw noAttributes(attributes);
  if (!Number.isSafeInteger(cost) || cost < 0) throw noCost(cost);
  if (holdMs === undefined) return {cost, hold: Number.POSITIVE_INFINITY};
  if (!(holdMs > 0)) throw noHold(holdMs);
  return {cost, hold: Math.ceil(holdMs * 1_000)};
};

const noAttributes = (attributes: unknown): RatectlError =>
  new RatectlError(`attributes are ${quoted(String(attributes))}, expected an object such as {ip, path}`, {
    code: 'limiter/attributes',
  });

const noCost = (cost: unknown): RatectlError =>
  new RatectlError(`a cost of ${quoted(String(cost))}, expected a whole number of 0 or more`, {
    code: 'limiter/cost',
  });

const noHold = (holdMs: unknown): RatectlError =>
  new RatectlError(`holdMs is ${quoted(String(holdMs))}, expected more than 0`, {code: 'limiter/hold'});
