import {ceilMillis, toRfc3339} from '../../base/micros.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import type {StoredRow} from '../../store/port.ts';
import type {StatusKey, StatusOverride, StatusUnits} from '../../view/model/status-report.ts';
import type {KeyOverride, KeyRule} from '../key-rules.ts';
import type {KeyStanding, KeyState, KeyStateReader, UnitState} from '../key-state.ts';

/** A key as it was found: what it is counted and sorted by, and what the rest is worked out from when it is shown. */
export interface ObservedKey {
  readonly address: RowAddress;
  readonly row: StoredRow | undefined;
  readonly rule: KeyRule | undefined;
  /** When it stood so, µs of the store's clock. */
  readonly now: number;
  readonly standing: KeyStanding;
  readonly deniedLastMinute: number;
}

/** `token bucket 10/s, burst 20`. */
export type DescribeBucket = (spec: AlgorithmSpec) => string;

/** The key as a report gives it. */
export const statusKey = (
  {address: {limit, key, tier}, row, rule, now, deniedLastMinute}: ObservedKey,
  {reader, describe}: {readonly reader: KeyStateReader; readonly describe: DescribeBucket},
): StatusKey => {
  const state = reader.read(rule, row, {now});
  const adaptive = statusAdaptive(rule, state);
  return {
    limit,
    key,
    ...(tier === '' ? {} : {tier}),
    state: state.condition,
    ...(state.units === undefined ? {} : statusUnits({...state.units, retryAfter: state.retryAfter})),
    deniedLastMinute,
    ...(rule?.override === undefined ? {} : {override: statusOverride(rule.override)}),
    ...(adaptive === undefined ? {} : {adaptive}),
    ...(row === undefined ? {} : {shape: row.address.shape, ...expiry(row.expiresAt)}),
    ...(row === undefined || state.units === undefined ? {} : {shapeMatches: state.row === 'read'}),
    buckets: state.buckets.map(({spec, ...units}) => ({algorithm: describe(spec), ...statusUnits(units)})),
  };
};

export const statusUnits = (units: UnitState): StatusUnits => ({
  used: units.used,
  capacity: units.capacity,
  remaining: units.remaining,
  share: units.share,
  resetAfterMs: ceilMillis(units.resetAfter),
  ...(Number.isFinite(units.retryAfter) ? {retryAfterMs: ceilMillis(units.retryAfter)} : {}),
});

export const statusOverride = ({from, effect, until}: KeyOverride): StatusOverride => ({
  from,
  effect,
  ...(Number.isFinite(until) ? {until: toRfc3339(until)} : {}),
});

/** What adaptive control takes away of the bucket with the fewest units left. */
const statusAdaptive = (
  rule: KeyRule | undefined,
  {units, buckets}: KeyState,
): StatusKey['adaptive'] | undefined => {
  if (rule?.base === undefined || units === undefined) return undefined;
  const at = buckets.findIndex(
    ({capacity, remaining}) => capacity === units.capacity && remaining === units.remaining,
  );
  const base = rule.base.buckets[Math.max(0, at)]!.algorithm.capacity;
  return {share: rule.share, baseCapacity: base};
};

const expiry = (at: number): {expiresAt?: string} => {
  const shown = shownInstant(at);
  return shown === undefined ? {} : {expiresAt: shown};
};

/** RFC 3339; undefined for never, and for what no calendar has (a row from a foreign hand). */
export const shownInstant = (at: number): string | undefined =>
  Number.isFinite(at) && Math.abs(at) <= 8.64e18 ? toRfc3339(at) : undefined;
