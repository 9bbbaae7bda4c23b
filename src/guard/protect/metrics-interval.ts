import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {ProtectionOptions} from './protection-options.ts';

const SHORTEST_MS = 100;
const LONGEST_MS = 3_600_000;

/** Throws a RatectlError for an interval that is none. */
export const metricsInterval = ({metricsEveryMs = 10_000}: ProtectionOptions): number => {
  if (Number.isInteger(metricsEveryMs) && metricsEveryMs >= SHORTEST_MS && metricsEveryMs <= LONGEST_MS)
    return metricsEveryMs;
  throw new RatectlError(
    `createProtection: metricsEveryMs is ${quoted(String(metricsEveryMs))}, expected a whole number of milliseconds from ${SHORTEST_MS} to ${LONGEST_MS}`,
    {code: 'protection/option'},
  );
};
