import {parseDuration} from '../../base/duration.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {parseServiceTime, type ServiceTime} from './service-time.ts';

/** The server that a rehearsal has requests work on, and the patience of its clients. */
export interface ServerModel {
  /** Requests at once; whole, 1 or more; Infinity: any number. */
  readonly capacity: number;
  readonly serviceTime: ServiceTime;
  /** µs; Infinity: clients wait for ever. */
  readonly deadline: number;
  readonly seed: number;
}

/** The flags that describe it, as they were typed. */
export interface ServerFlags {
  readonly capacity?: string;
  readonly serviceTime?: string;
  readonly deadline?: string;
  readonly seed?: string;
}

const MOST_CAPACITY = 1_000_000;
const DEFAULT_SEED = 1;

const bad = (flag: string, expected: string, text: string, example: string): RatectlError =>
  new RatectlError(`${flag}: expected ${expected}, got ${quoted(text)}`, {
    code: 'usage/bad-value',
    hint: `for example ${flag} ${example}`,
  });

/** Reads the flags. Throws a usage error that says what was expected. */
export const parseServerModel = ({capacity, serviceTime, deadline, seed}: ServerFlags): ServerModel => ({
  capacity: capacity === undefined ? Number.POSITIVE_INFINITY : readCapacity(capacity),
  serviceTime: serviceTime === undefined ? {kind: 'trace'} : parseServiceTime(serviceTime),
  deadline: deadline === undefined ? Number.POSITIVE_INFINITY : readDeadline(deadline),
  seed: seed === undefined ? DEFAULT_SEED : readSeed(seed),
});

/** Whether a run is a rehearsal: the policy, or a flag, speaks of more than rate limits. */
export const isRehearsal = (policies: readonly Policy[], flags: ServerFlags): boolean =>
  [flags.capacity, flags.serviceTime, flags.deadline, flags.seed].some((flag) => flag !== undefined) ||
  policies.some(
    ({pools, breakers, adaptive, behaviour, degradation}) =>
      pools.length > 0 ||
      adaptive.length > 0 ||
      behaviour.length > 0 ||
      degradation !== undefined ||
      breakers.some(({guards}) => guards.kind === 'requests'),
  );

const readCapacity = (text: string): number => {
  const value = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (!(value >= 1 && value <= MOST_CAPACITY))
    throw bad('--capacity', 'a whole number of requests at once, 1 … 1,000,000', text, '20');
  return value;
};

const readDeadline = (text: string): number => {
  const time = parseDuration(text);
  if (time === undefined || time === 0) throw bad('--deadline', 'a time above 0', text, '1s');
  return time;
};

const readSeed = (text: string): number => {
  const value = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw bad('--seed', 'a whole number from 0 on', text, '7');
  return value;
};
