/**
 * A bucket as JSON inside a stored document, and back. Fields are those of `AlgorithmSpec` (spans in µs); the one number
 * that JSON cannot hold, a leaky bucket without delay, is the word `nodelay`.
 *
 * What is read may have been written by anybody who can write to the store, or by a later version: whatever is not a bucket
 * that the engine can compute is undefined. Unknown fields are left out.
 */
import {CALENDAR_UNITS, isTimeZone} from '../engine/calendar-grid.ts';
import {
  bucketOutOfRange,
  leakRateOf,
  leakyOutOfRange,
  MAX_LEAKY_BURST,
  windowOutOfRange,
} from '../engine/exact-range.ts';
import type {AlgorithmSpec, RefillSpec, WindowSpec} from '../engine/policy-model.ts';

const NO_DELAY = 'nodelay';
/** 100 years of 365.25 days: the longest span of a policy. */
const LONGEST = 36_525 * 86_400_000_000;
const MOST = Number.MAX_SAFE_INTEGER;
const MOST_LEASES = 1_000_000;

/** The bucket as plain JSON. */
export const algorithmDocument = (spec: AlgorithmSpec): unknown =>
  spec.kind === 'leaky-bucket' && spec.delayFrom === Number.POSITIVE_INFINITY
    ? {...spec, delayFrom: NO_DELAY}
    : spec;

type Json = Readonly<Record<string, unknown>>;

/** Takes fields out of a mapping; the first that is not as it should be throws `Unreadable`. */
class Unreadable extends Error {}

const wrong = (): never => {
  throw new Unreadable();
};

const mapping = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : wrong();

const field = (json: Json, name: string): unknown => (Object.hasOwn(json, name) ? json[name] : undefined);

const count = (json: Json, name: string, min: number, max = MOST): number => {
  const value = field(json, name);
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
    ? (value as number)
    : wrong();
};

const span = (json: Json, name: string): number => count(json, name, 1, LONGEST);

const flag = (json: Json, name: string): boolean => {
  const value = field(json, name);
  return typeof value === 'boolean' ? value : wrong();
};

const refill = (value: unknown): RefillSpec => {
  const json = mapping(value);
  const kind = field(json, 'kind');
  if (kind === 'continuous' || kind === 'burst-penalty' || kind === 'smoothed') return {kind};
  return kind === 'stepped' ? {kind, every: span(json, 'every')} : wrong();
};

const window = (value: unknown): WindowSpec => {
  const json = mapping(value);
  const align = field(json, 'align');
  if (align === 'epoch' || align === 'first-hit') return {align, length: span(json, 'length')};
  const unit = CALENDAR_UNITS.find((name) => name === field(json, 'unit'));
  const timeZone = field(json, 'timeZone');
  return align === 'calendar' && unit !== undefined && typeof timeZone === 'string' && isTimeZone(timeZone)
    ? {align, unit, timeZone}
    : wrong();
};

const leakyBucket = (json: Json): AlgorithmSpec => {
  const [units, per] = [count(json, 'count', 1), span(json, 'per')];
  const burst = count(json, 'burst', 0, MAX_LEAKY_BURST);
  const rate = leakRateOf(units, per) ?? 0;
  if (rate < 1 || leakyOutOfRange(burst, rate) !== undefined) wrong();
  const delayFrom =
    field(json, 'delayFrom') === NO_DELAY
      ? Number.POSITIVE_INFINITY
      : count(json, 'delayFrom', 0, MAX_LEAKY_BURST);
  return {kind: 'leaky-bucket', count: units, per, burst, delayFrom};
};

const specOf = (json: Json): AlgorithmSpec => {
  const kind = field(json, 'kind');
  switch (kind) {
    case 'token-bucket': {
      const burst = count(json, 'burst', 1);
      const initial = count(json, 'initial', 0, burst);
      const [units, per] = [count(json, 'count', 1), span(json, 'per')];
      const refilled = refill(field(json, 'refill'));
      const step = refilled.kind === 'stepped' ? refilled.every : 1;
      if (bucketOutOfRange({count: units, per, burst, step}) !== undefined) wrong();
      return {kind, count: units, per, burst, initial, refill: refilled};
    }
    case 'gcra': {
      const [units, per, burst] = [count(json, 'count', 1), span(json, 'per'), count(json, 'burst', 1)];
      if (bucketOutOfRange({count: units, per, burst, step: 1}) !== undefined) wrong();
      return {kind, count: units, per, burst};
    }
    case 'fixed-window':
      return {
        kind,
        limit: count(json, 'limit', 1),
        window: window(field(json, 'window')),
        countDenied: flag(json, 'countDenied'),
      };
    case 'sliding-window':
    case 'sliding-log': {
      const [limit, length] = [count(json, 'limit', 1), span(json, 'window')];
      if (kind === 'sliding-window' && windowOutOfRange(limit, length) !== undefined) wrong();
      return {kind, limit, window: length};
    }
    case 'leaky-bucket':
      return leakyBucket(json);
    case 'concurrency':
      return {kind, max: count(json, 'max', 1, MOST_LEASES), timeout: span(json, 'timeout')};
    default:
      return wrong();
  }
};

/** The bucket that a document holds; undefined when it holds none. */
export const readAlgorithm = (value: unknown): AlgorithmSpec | undefined => {
  try {
    return specOf(mapping(value));
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
};
