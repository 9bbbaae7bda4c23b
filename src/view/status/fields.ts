import type {CsvValue} from '../csv.ts';
import {formatCount} from '../format-number.ts';
import type {StatusKey, StatusOverride} from '../model/status-report.ts';
import {nameText} from '../name-text.ts';
import type {Cell, Column} from '../table.ts';
import {isoInZone, type Times, whenOrNow, whenText} from '../when.ts';
import {stateRole} from './state-role.ts';

/** A fact about a key that can be asked for with --fields; the name is that in JSON. */
interface Field {
  readonly value: (key: StatusKey) => CsvValue;
  readonly column: (times: Times) => Column;
  readonly cell: (key: StatusKey, times: Times) => Cell;
}

const number = (value: number | undefined): string => (value === undefined ? '' : formatCount(value));

const overrideText = ({effect, from, until}: StatusOverride, times: Times): string => {
  const word = effect === 'buckets' ? 'own limits' : effect;
  if (until === undefined) return from === 'live' ? word : `${word} (policy)`;
  const at = Date.parse(until);
  return times.format === 'relative'
    ? `${word}, ${whenText(Math.max(0, at - times.now), times)} more`
    : `${word} until ${isoInZone(at, times.timeZone)}`;
};

const retryText = ({state, retryAfterMs, capacity}: StatusKey, times: Times): string => {
  if (retryAfterMs === undefined) return capacity === undefined ? '' : 'never';
  if (retryAfterMs === 0) return state === 'unknown' ? '' : 'now';
  return whenText(retryAfterMs, times);
};

const at = (times: Times, relative: string, absolute: string): string =>
  times.format === 'relative' ? relative : absolute;

/** By name, in the order of a line. */
export const STATUS_FIELDS = {
  state: {
    value: ({state}) => state,
    column: () => ({title: 'state'}),
    cell: ({state}) => ({text: state, role: stateRole(state)}),
  },
  limit: {
    value: ({limit}) => limit,
    column: () => ({title: 'limit', min: 12, cut: 'middle'}),
    cell: ({limit}) => limit,
  },
  key: {
    value: ({key}) => key,
    column: () => ({title: 'key', min: 14, cut: 'middle'}),
    cell: ({key}) => nameText(key),
  },
  tier: {
    value: ({tier}) => tier,
    column: () => ({title: 'tier', min: 4, drop: 3}),
    cell: ({tier = '', override}) =>
      override?.effect === 'buckets' ? `${tier}${tier === '' ? '' : ', '}override` : tier,
  },
  share: {
    value: ({share}) => share,
    column: () => ({title: '', min: 6, drop: 2, elastic: true}),
    cell: ({share = 0, state}) => ({share, role: stateRole(state)}),
  },
  used: {
    value: ({used}) => used,
    column: () => ({title: 'used', align: 'right', drop: 6}),
    cell: ({used, capacity}) => (used === undefined ? '' : `${number(used)}/${number(capacity)}`),
  },
  capacity: {
    value: ({capacity}) => capacity,
    column: () => ({title: 'capacity', align: 'right', drop: 5}),
    cell: ({capacity}) => number(capacity),
  },
  remaining: {
    value: ({remaining}) => remaining,
    column: () => ({title: 'left', align: 'right'}),
    cell: ({remaining}) => number(remaining),
  },
  retryAfterMs: {
    value: ({retryAfterMs}) => retryAfterMs,
    column: (times) => ({title: at(times, 'lifts in', 'lifts at'), align: 'right'}),
    cell: (key, times) => retryText(key, times),
  },
  resetAfterMs: {
    value: ({resetAfterMs}) => resetAfterMs,
    column: (times) => ({title: at(times, 'resets in', 'resets at'), align: 'right', drop: 4}),
    cell: ({resetAfterMs}, times) => (resetAfterMs === undefined ? '' : whenOrNow(resetAfterMs, times)),
  },
  deniedLastMinute: {
    value: ({deniedLastMinute}) => deniedLastMinute,
    column: () => ({title: 'denied', align: 'right', drop: 5}),
    cell: ({deniedLastMinute}) => number(deniedLastMinute),
  },
  override: {
    value: ({override}) =>
      override && `${override.effect}${override.until === undefined ? '' : ` until ${override.until}`}`,
    column: () => ({title: 'override', min: 8, drop: 3}),
    cell: ({override}, times) => (override === undefined ? '' : overrideText(override, times)),
  },
  adaptive: {
    value: ({adaptive}) => adaptive?.share,
    column: () => ({title: 'adaptive', align: 'right', drop: 3}),
    cell: ({adaptive, capacity}) =>
      adaptive === undefined
        ? ''
        : {text: `${number(adaptive.baseCapacity)} → ${number(capacity)}`, role: 'warn'},
  },
  shape: {
    value: ({shape}) => shape,
    column: () => ({title: 'shape', min: 3, drop: 1}),
    cell: ({shape, shapeMatches}) =>
      shape === undefined ? '' : shapeMatches === false ? `${shape} (other)` : shape,
  },
  expiresAt: {
    value: ({expiresAt}) => expiresAt,
    column: (times) => ({title: at(times, 'forgotten in', 'forgotten at'), align: 'right', drop: 1}),
    cell: ({expiresAt}, times) =>
      expiresAt === undefined ? '' : whenOrNow(Math.max(0, Date.parse(expiresAt) - times.now), times),
  },
} as const satisfies Readonly<Record<string, Field>>;

export type StatusField = keyof typeof STATUS_FIELDS;

export const STATUS_FIELD_NAMES = Object.keys(STATUS_FIELDS) as readonly StatusField[];

export const statusField = (name: StatusField): Field => STATUS_FIELDS[name];
