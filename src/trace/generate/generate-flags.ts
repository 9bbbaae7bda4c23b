/** All flags that shape the trace, camel-cased. */
export type FlagName =
  | 'kind'
  | 'rate'
  | 'duration'
  | 'requests'
  | 'start'
  | 'seed'
  | 'keys'
  | 'zipf'
  | 'keyKind'
  | 'tenants'
  | 'plans'
  | 'profile'
  | 'cost'
  | 'scanner'
  | 'scannerAt'
  | 'scannerFor'
  | 'peak'
  | 'trough'
  | 'period'
  | 'burstSize'
  | 'burstEvery'
  | 'burstSpread'
  | 'outageAt'
  | 'outage'
  | 'inFlight'
  | 'retries'
  | 'jitter'
  | 'backoff'
  | 'backoffCap'
  | 'format'
  | 'timeUnit';

/** The flags of `ratectl trace generate` as they were typed; `out` is the command's own. */
export type GenerateFlags = {readonly [name in FlagName | 'out']?: string};

/** `keyKind` → `--key-kind`. */
export const flagName = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Reads a flag, or its default, which is written as a user would. */
export type Reader = <T>(name: FlagName, fallback: string, read: (flag: string, text: string) => T) => T;
