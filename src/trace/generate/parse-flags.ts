import {RatectlError} from '../../base/ratectl-error.ts';
import type {Rate} from '../../engine/arithmetic/rate.ts';
import {TIME_UNITS} from '../time/time-unit.ts';
import {JITTERS} from './arrivals/backoff.ts';
import {KEY_KINDS, MAX_CLIENTS} from './client-directory.ts';
import {readCost, readPlans} from './flag-lists.ts';
import {
  badValue,
  readChoice,
  readDuration,
  readInstant,
  readNumber,
  readRate,
  readWhole,
} from './flag-values.ts';
import {
  ARRIVAL_KINDS,
  type ArrivalKind,
  type ArrivalSpec,
  OUTPUT_FORMATS,
  PROFILE_NAMES,
  type ScannerSpec,
  type TraceSpec,
} from './trace-spec.ts';

/** The flags of `ratectl trace generate` as they were typed: camel-cased name → text. */
export type GenerateFlags = Readonly<Record<string, string | undefined>>;

/** Flags that mean something for one kind only; elsewhere they are a mistake worth an error. */
const FLAGS_OF_KIND: Readonly<Record<ArrivalKind, readonly string[]>> = {
  constant: [],
  poisson: [],
  diurnal: ['peak', 'trough', 'period'],
  burst: ['burstSize', 'burstEvery', 'burstSpread'],
  'retry-storm': ['outageAt', 'outage', 'inFlight', 'retries', 'jitter', 'backoff', 'backoffCap'],
};

const MAX_REQUESTS = 1e12;
const MAX_TENANTS = 100_000;

const flagName = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Reads a flag, or its default, which is written as a user would. */
type Reader = <T>(name: string, fallback: string, read: (flag: string, text: string) => T) => T;

/** The trace that the flags ask for. Throws a usage error that names the flag, the value and what was expected. */
export const parseGenerateFlags = (flags: GenerateFlags): TraceSpec => {
  const get: Reader = (name, fallback, read) => read(flagName(name), flags[name] ?? fallback);
  const kind = get('kind', 'poisson', (flag, text) => readChoice(flag, text, ARRIVAL_KINDS));
  rejectForeignFlags(flags, kind);
  const rate = get('rate', '100/s', readRate);
  const format = get('format', 'ndjson', (flag, text) => readChoice(flag, text, OUTPUT_FORMATS));
  const accessLog = format === 'combined' || format === 'common';
  const requests =
    flags['requests'] === undefined
      ? Number.POSITIVE_INFINITY
      : readWhole('--requests', flags['requests'], 1, MAX_REQUESTS);
  const duration =
    flags['duration'] === undefined && requests < Number.POSITIVE_INFINITY
      ? Number.POSITIVE_INFINITY
      : get('duration', '10m', readDuration);
  const span = Math.min(duration, Math.round((requests * rate.period) / rate.count));
  return {
    seed: get('seed', '1', (flag, text) => readWhole(flag, text, 0, Number.MAX_SAFE_INTEGER)),
    start: get('start', '2026-01-05T00:00:00Z', readInstant),
    duration,
    requests,
    arrivals: readArrivals(get, kind, rate, span),
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

const readArrivals = (get: Reader, kind: ArrivalKind, rate: Rate, span: number): ArrivalSpec => {
  const notNegative = (flag: string, text: string): number => readDuration(flag, text, 'zero');
  switch (kind) {
    case 'constant':
    case 'poisson':
      return {kind, rate};
    case 'diurnal': {
      const peak = get('peak', '', (flag, text) => (text === '' ? scaled(rate, 9, 5) : readRate(flag, text)));
      const trough = get('trough', '', (flag, text) => {
        const low = text === '' ? scaled(rate, 1, 5) : readRate(flag, text, 'zero');
        if (low.count / low.period > peak.count / peak.period)
          throw badValue(flag, 'at most the peak', text || 'a fifth of --rate');
        return low;
      });
      return {kind, peak, trough, period: get('period', '24h', readDuration)};
    }
    case 'burst': {
      const size = get('burstSize', '500', (flag, text) => readWhole(flag, text, 1, 1e9));
      const every = get('burstEvery', '1m', readDuration);
      const spread = get('burstSpread', '', (flag, text) => {
        const us = text === '' ? Math.min(1e6, every) : notNegative(flag, text);
        if (us > every) throw badValue(flag, 'at most --burst-every', text);
        return us;
      });
      return {kind, rate, burst: {size, every, spread}};
    }
    case 'retry-storm': {
      const jitter = get('jitter', 'none', (flag, text) => readChoice(flag, text, JITTERS));
      const base = get('backoff', '1s', readDuration);
      const cap = get('backoffCap', '', (flag, text) => {
        const us = text === '' ? Math.max(60e6, base) : readDuration(flag, text);
        if (us < base) throw badValue(flag, 'at least --backoff', text);
        return us;
      });
      const at = get('outageAt', '', (flag, text) =>
        text === '' ? Math.floor(span / 3) : notNegative(flag, text),
      );
      const outage = {
        at,
        length: get('outage', '30s', readDuration),
        inFlight: get('inFlight', '2s', notNegative),
        retries: get('retries', '10', (flag, text) => readWhole(flag, text, 0, 50)),
      };
      return {kind, rate, outage, backoff: {jitter, base, cap}};
    }
  }
};

const scaled = (rate: Rate, by: number, over: number): Rate => ({
  count: rate.count * by,
  period: rate.period * over,
});

const readScanner = (flags: GenerateFlags, get: Reader): ScannerSpec | undefined => {
  if (flags['scanner'] === undefined) {
    const orphan = ['scannerAt', 'scannerFor'].find((name) => flags[name] !== undefined);
    if (orphan === undefined) return undefined;
    throw new RatectlError(`${flagName(orphan)}: only with --scanner, the rate at which it probes`, {
      code: 'usage/bad-value',
      hint: 'for example --scanner 40/s --scanner-at 5m --scanner-for 30s',
    });
  }
  return {
    rate: readRate('--scanner', flags['scanner']),
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
