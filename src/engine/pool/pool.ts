/**
 * Slots for work that runs at the same time, and a queue before them: a bulkhead. Pure: nothing here asks a clock, states are never
 * changed in place, and a function that changes nothing answers the state that it was given.
 *
 * A slot is a lease with a fencing token that grows. A holder renews its lease while it works; of one that died the slot is free
 * again when the lease ends. Waiters give signs of life in the same way. `max` may be below that of the specification, and change:
 * what runs is left alone, and slots above `max` are not given out again.
 */
import {type Place, placeOf, retryAfter} from './pool-estimate.ts';
import {inOrder, slotsByKey} from './pool-order.ts';
import type {PoolSpec} from './pool-spec.ts';
import {type PoolLease, type PoolState, type PoolWaiter, SILENT_AFTER} from './pool-state.ts';

export {estimatedWait, type Place, placeOf} from './pool-estimate.ts';
export {
  emptyPool,
  type PoolLease,
  type PoolState,
  type PoolWaiter,
  SILENT_AFTER,
} from './pool-state.ts';

/** Weight of a new hold time in the moving average. */
const HOLD_WEIGHT = 0.1;
/** A lease that began so much later than now was granted before the clock was set back, µs: it must not last until then. */
const CLOCK_STEP = 60_000_000;
/** No lease and no wait is longer, µs: what ends later was never granted. */
const LONGEST = 86_400_000_000;

export type PoolEntry =
  | {readonly kind: 'granted'; readonly lease: PoolLease}
  /** `position`: 1 goes next. `estimatedWait`: µs; 0 until a slot was given back for the first time. */
  | ({readonly kind: 'queued'} & Place)
  /** `retryAfter`: µs until a place in the queue may be free, an estimate. */
  | {readonly kind: 'refused'; readonly retryAfter: number};

export interface Newcomer {
  /** Unique in the pool: who asks again with the same one is answered the same. */
  readonly id: string;
  readonly key: string;
  readonly rank: number;
  /** Where nobody gives signs of life (a replay): `Number.MAX_SAFE_INTEGER`. @default now */
  readonly seen?: number;
}

/**
 * Somebody asks for a slot. To be asked after `advance` with the same `now` and `max`: it ends nothing by itself, and while there is
 * somebody in the queue who could go, a newcomer does not go before. A full queue gives way to a more important class: the newest
 * of the least important class is displaced.
 */
export const enter = (
  state: PoolState,
  spec: PoolSpec,
  newcomer: Newcomer,
  now: number,
  max: number = spec.max,
): {readonly state: PoolState; readonly entry: PoolEntry; readonly displaced: readonly PoolWaiter[]} => {
  const {id, key, rank, seen = now} = newcomer;
  const known = entryOf(state, spec, id, now, max);
  if (known !== undefined) return {state, entry: known, displaced: []};
  const slots = slotsByKey(state.leases);
  const isFree = (wanted: string): boolean => (slots.get(wanted) ?? 0) < spec.maxPerKey;
  if (state.leases.length < max && isFree(key) && !state.waiting.some((waiter) => isFree(waiter.key))) {
    const lease = leaseFor({id, key}, spec, state.lastToken, now);
    const granted = {...state, leases: [...state.leases, lease], lastToken: lease.token};
    return {state: granted, entry: {kind: 'granted', lease}, displaced: []};
  }
  const displaced = state.waiting.length < spec.queue ? [] : displacedBy(rank, state.waiting, spec.queue);
  if (displaced === undefined)
    return {state, entry: {kind: 'refused', retryAfter: retryAfter(state, max)}, displaced: []};
  const staying =
    displaced.length === 0 ? state.waiting : state.waiting.filter((one) => !displaced.includes(one));
  const waiter: PoolWaiter = {id, key, rank, since: now, until: now + spec.wait, seen};
  const queued = withWaiting(state, [...staying, waiter], now);
  return {state: queued, entry: {kind: 'queued', ...placeOf(queued, spec, id, now, max)!}, displaced};
};

export interface Advanced {
  readonly state: PoolState;
  /** Waiters that have a slot from now on. */
  readonly granted: readonly PoolLease[];
  /** Waiters that gave up, or gave no sign of life for `SILENT_AFTER`. */
  readonly timedOut: readonly PoolWaiter[];
  /** Leases that ended without having been given back. */
  readonly lost: readonly PoolLease[];
}

/** Ends leases and waits whose time has come, and gives free slots to those who wait, in their order. */
export const advance = (state: PoolState, spec: PoolSpec, now: number, max: number = spec.max): Advanced => {
  const known = notInFuture(state, spec, now);
  const lost = known.leases.filter(({until}) => until <= now);
  const timedOut = known.waiting.filter((waiter) => endOf(waiter) <= now);
  if (known === state && lost.length === 0 && timedOut.length === 0 && !canGrant(state, spec, max))
    return {state, granted: [], timedOut, lost};
  const leases = lost.length === 0 ? known.leases : known.leases.filter(({until}) => until > now);
  const waiting =
    timedOut.length === 0 ? known.waiting : known.waiting.filter((waiter) => endOf(waiter) > now);
  const granted = grants({...known, leases, waiting}, spec, now, max);
  const ids = new Set(granted.map(({id}) => id));
  const left = ids.size === 0 ? waiting : waiting.filter(({id}) => !ids.has(id));
  const next: PoolState = {
    ...known,
    leases: [...leases, ...granted],
    lastToken: granted.at(-1)?.token ?? known.lastToken,
  };
  return {state: withWaiting(next, left, now), granted, timedOut, lost};
};

/** Gives a slot back. */
export const release = (state: PoolState, _spec: PoolSpec, token: number, now: number): PoolState => {
  const lease = state.leases.find((one) => one.token === token);
  if (lease === undefined) return state;
  const hold = Math.max(1, now - lease.since);
  const {meanHold} = state;
  return {
    ...state,
    leases: state.leases.filter((one) => one !== lease),
    meanHold: meanHold === 0 ? hold : Math.max(1, Math.round(meanHold + (hold - meanHold) * HOLD_WEIGHT)),
  };
};

/** A lease lasts from now on for as long as a new one; one that has ended stays so, and is never made shorter. */
export const renew = (state: PoolState, spec: PoolSpec, token: number, now: number): PoolState => {
  const until = now + spec.lease;
  const lease = state.leases.find((one) => one.token === token);
  if (lease === undefined || lease.until <= now || lease.until >= until) return state;
  return {...state, leases: state.leases.map((one) => (one === lease ? {...one, until} : one))};
};

/** A waiter gives up. */
export const leave = (state: PoolState, id: string): PoolState => {
  const waiting = state.waiting.filter((one) => one.id !== id);
  if (waiting.length === state.waiting.length) return state;
  return {...state, waiting, overloadedSince: waiting.length === 0 ? 0 : state.overloadedSince};
};

/** Waiters give a sign of life. */
export const touch = (state: PoolState, ids: ReadonlySet<string>, now: number): PoolState => {
  if (!state.waiting.some(({id, seen}) => seen < now && ids.has(id))) return state;
  return {
    ...state,
    waiting: state.waiting.map((one) => (one.seen < now && ids.has(one.id) ? {...one, seen: now} : one)),
  };
};

/** When `advance` would next do something by itself, if nobody comes or gives anything back, µs; Infinity: never. */
export const nextChangeAt = (state: PoolState, _spec: PoolSpec, now: number): number => {
  let next = Number.POSITIVE_INFINITY;
  for (const {until} of state.leases) next = Math.min(next, until);
  for (const waiter of state.waiting) next = Math.min(next, endOf(waiter));
  return Math.max(now, next);
};

const endOf = ({until, seen}: PoolWaiter): number => Math.min(until, seen + SILENT_AFTER);

const leaseFor = (
  {id, key}: Pick<PoolWaiter, 'id' | 'key'>,
  spec: PoolSpec,
  lastToken: number,
  now: number,
): PoolLease => ({
  // Instants grow also when a store has forgotten the last token.
  token: Math.max(lastToken + 1, now),
  ...{id, key, since: now, until: now + spec.lease},
});

const entryOf = (
  state: PoolState,
  spec: PoolSpec,
  id: string,
  now: number,
  max: number,
): PoolEntry | undefined => {
  const lease = state.leases.find((one) => one.id === id);
  if (lease !== undefined) return {kind: 'granted', lease};
  if (!state.waiting.some((one) => one.id === id)) return undefined;
  const place = placeOf(state, spec, id, now, max);
  return place && {kind: 'queued', ...place};
};

/** Undefined: nobody gives way. */
const displacedBy = (
  rank: number,
  waiting: readonly PoolWaiter[],
  queue: number,
): readonly PoolWaiter[] | undefined => {
  const last = waiting.reduce((least, one) => Math.max(least, one.rank), rank);
  if (last === rank || waiting.length > queue) return undefined;
  return [waiting.findLast((one) => one.rank === last)!];
};

const canGrant = ({leases, waiting}: PoolState, spec: PoolSpec, max: number): boolean => {
  if (waiting.length === 0 || leases.length >= max) return false;
  const slots = slotsByKey(leases);
  return waiting.some(({key}) => (slots.get(key) ?? 0) < spec.maxPerKey);
};

const grants = (state: PoolState, spec: PoolSpec, now: number, max: number): readonly PoolLease[] => {
  if (!canGrant(state, spec, max)) return [];
  const granted: PoolLease[] = [];
  const slots = slotsByKey(state.leases);
  let token = state.lastToken;
  for (const waiter of inOrder(state, spec, now)) {
    if (state.leases.length + granted.length >= max) break;
    const held = slots.get(waiter.key) ?? 0;
    if (held >= spec.maxPerKey) continue;
    const lease = leaseFor(waiter, spec, token, now);
    token = lease.token;
    slots.set(waiter.key, held + 1);
    granted.push(lease);
  }
  return granted;
};

const withWaiting = (state: PoolState, waiting: readonly PoolWaiter[], now: number): PoolState => ({
  ...state,
  waiting,
  // 0 stands for an empty queue, also in a replay that begins at 0.
  overloadedSince: waiting.length === 0 ? 0 : state.overloadedSince || Math.max(1, now),
});

/** After the clock was set back, or somebody wrote nonsense: what was to end at a later time ends a lease, or a wait, from now on. */
const notInFuture = (state: PoolState, spec: PoolSpec, now: number): PoolState => {
  const latest = now + CLOCK_STEP;
  const isLate = ({since, until}: PoolLease | PoolWaiter): boolean =>
    since > latest || until > latest + LONGEST;
  if (!state.leases.some(isLate) && !state.waiting.some(isLate)) return state;
  return {
    ...state,
    leases: state.leases.map((one) => (isLate(one) ? {...one, since: now, until: now + spec.lease} : one)),
    waiting: state.waiting.map((one) =>
      isLate(one) ? {...one, since: now, until: now + spec.wait, seen: now} : one,
    ),
    overloadedSince: Math.min(state.overloadedSince, now),
  };
};
