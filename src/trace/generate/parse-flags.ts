import {RatectlError} from '../../base/ratectl-error.ts';
import {TIME_UNITS} from '../time/time-unit.ts';
import {KEY_KINDS, MAX_CLIENTS} from './client-directory.ts';
import {readCost, readPlans} from './flag-lists.ts';
import {readChoice, readDuration, readInstant, readNumber, readRate, readWhole} from './flag-values.ts';
import {type FlagName, flagName, type GenerateFlags, type Reader} from './generate-flags.ts';
import {parseArrivals} from './parse-arrivals.ts';
import {
  ARRIVAL_KINDS,
  type ArrivalKind,
  OUTPUT_FORMATS,
  PROFILE_NAMES,
  type ScannerSpec,
  type TraceSpec,
} from './trace-spec.ts';

/** Flags that mean something for one kind only; elsewhere they are a mistake worth an error. */
const FLAGS_OF_KIND: Readonly<Record<ArrivalKind, readonly FlagName[]>> = {
  constant: [],
  poisson: [],
  diurnal: ['peak', 'trough', 'period'],
  burst: ['burstSize', 'burstEvery', 'burstSpread'],
  'retry-storm': ['outageAt', 'outage', 'inFlight', 'retries', 'jitter', 'backoff', 'backoffCap'],
};

const MAX_REQUESTS = 1e12;
const MAX_TENANTS = 100_000;

/** The trace that the flags ask for. Throws a usage error that names the flag, the value and what was expected. */
export const parseGenerateFlags = (flags: GenerateFlags): TraceSpec => {
  const get: Reader = (name, fallback, read) => read(flagName(name), flags[name] ?? fallback);
  const kind = get('kind', 'poisson', (flag, text) => readChoice(flag, text, ARRIVAL_KINDS));
  rejectForeignFlags(flags, kind);
  const rate = get('rate', '100/s', readRate);
  const format = get('format', 'ndjson', (flag, text) => readChoice(flag, text, OUTPUT_FORMATS));
  const accessLog = format === 'combined' || format === 'common';
  const requests =
    flags.requests === undefined
      ? Number.POSITIVE_INFINITY
      : readWhole('--requests', flags.requests, 1, MAX_REQUESTS);
  const duration =
    flags.duration === undefined && requests < Number.POSITIVE_INFINITY
      ? Number.POSITIVE_INFINITY
      : get('duration', '10m', readDuration);
  const span = Math.min(duration, Math.round((requests * rate.period) / rate.count));
  return {
    seed: get('seed', '1', (flag, text) => readWhole(flag, text, 0, Number.MAX_SAFE_INTEGER)),
    start: get('start', '2026-01-05T00:00:00Z', readInstant),
    duration,
    requests,
    arrivals: parseArrivals(get, kind, rate, span),
    scanner: readScanner(flags, get),
    clients: {
      count: get('keys', '1000', (flag, text) => readWhole(flag, text, 1, MAX_CLIENTS)),
      zipf: get('zipf', '1.1', (flag, text) => readNumber(flag, text, 0, 20)),
      key: get('keyKind', 'ip', (flag, text) => readChoice(flag, text, KEY_KINDS)),
      tenants: get('tenants', '20', (flag, text) => readWhole(flag, text, 1, MAX_TENANTS)),
      plans: get('plans', 'free=80,premium=20', readPlans),
    },
    profile: get('profile', accessLog ? 'shop' : 'api', (flag, text) =>
      readChoice(flag, text, PROFILE_NAMES),
    ),
    cost: get('cost', '1', readCost),
    format,
    timeUnit: get('timeUnit', 'ms', (flag, text) => readChoice(flag, text, TIME_UNITS)),
  };
};

const readScanner = (flags: GenerateFlags, get: Reader): ScannerSpec | undefined => {
  if (flags.scanner === undefined) {
    const orphan = (['scannerAt', 'scannerFor'] as const).find((name) => flags[name] !== undefined);
    if (orphan === undefined) return undefined;
    throw new RatectlError(`${flagName(orphan)}: only with --scanner, the rate at which it probes`, {
      code: 'usage/bad-value',
      hint: 'for example --scanner 40/s --scanner-at 5m --scanner-for 30s',
    });
  }
  return {
    rate: readRate('--scanner', flags.scanner),
    at: get('scannerAt', '1m', (flag, text) => readDuration(flag, text, 'zero')),
    length: get('scannerFor', '30s', readDuration),
  };
};

const rejectForeignFlags = (flags: GenerateFlags, kind: ArrivalKind): void => {
  for (const owner of ARRIVAL_KINDS) {
    const name = owner === kind ? undefined : FLAGS_OF_KIND[owner].find((flag) => flags[flag] !== undefined);
    if (name === undefined) continue;
    throw new RatectlError(`${flagName(name)}: only with --kind ${owner}, not with --kind ${kind}`, {
      code: 'usage/bad-value',
      hint: `add --kind ${owner}, or leave ${flagName(name)} out`,
    });
  }
};
