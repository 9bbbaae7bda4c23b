import {parseDuration} from '../../base/duration.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {ForceRefreshFlags} from './force-refresh.ts';

/** What the command line asks for. */
export interface ForceRefreshRequest {
  /** undefined: every provider of the policy. */
  readonly provider: string | undefined;
  readonly reason: 'forced' | 'emergency';
  readonly why: string;
  /** µs; Infinity: whenever it expires. */
  readonly ifExpiresWithin: number;
  readonly waitMs: number;
  /** Least time between two providers, ms. */
  readonly everyMs: number;
}

/** Throws a RatectlError (exit 2). */
export const forceRefreshRequest = (
  provider: string | undefined,
  flags: ForceRefreshFlags,
): ForceRefreshRequest => {
  if ((provider === undefined) === (flags.all !== true))
    throw usage(
      provider === undefined
        ? 'which provider? expected its name, or --all'
        : '--all goes without a provider',
      'ratectl token ls lists the providers',
    );
  const why = flags.reason?.trim() ?? '';
  if (flags.emergency === true) checkEmergency(flags, why);
  return {
    provider,
    why,
    reason: flags.emergency === true ? 'emergency' : 'forced',
    ifExpiresWithin: span('--if-expires-within', flags.ifExpiresWithin) ?? Number.POSITIVE_INFINITY,
    waitMs: Math.ceil(span('--wait', flags.wait)! / 1_000),
    everyMs: 1_000 / flags.maxPerSecond,
  };
};

const checkEmergency = ({all}: ForceRefreshFlags, why: string): void => {
  if (all === true)
    throw usage('--emergency is declared for one provider at a time', 'name the provider in place of --all');
  if (why === '')
    throw new RatectlError('--emergency needs --reason', {
      code: 'usage/no-reason',
      hint: 'say why in a few words: --reason "revoked by mistake"; audit lists it',
    });
};

const span = (flag: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw usage(`${flag}: expected a duration such as "30s" or "10m", got ${quoted(text)}`);
};

const usage = (message: string, hint?: string): RatectlError =>
  new RatectlError(message, {code: 'usage/force-refresh', ...(hint === undefined ? {} : {hint})});
