/**
 * Positions and times are estimates. By Little's law (L = λW) a pool whose slots are all busy gives back max ÷ meanHold slots a
 * second, so that place n of the queue waits for about
 *
 *     n × meanHold ÷ max
 *
 * Example: 10 slots that are held for 2 s each: the fifth in the queue waits for about 5 × 2 s ÷ 10 = 1 s.
 */
import {inOrder, slotsByKey} from './pool-order.ts';
import type {PoolSpec} from './pool-spec.ts';
import type {PoolState} from './pool-state.ts';

/** What a slot is taken to be held for while none was given back yet, µs. */
const ASSUMED_HOLD = 1_000_000;

export interface Place {
  /** 1 goes next. */
  readonly position: number;
  /** µs; 0 until a slot was given back for the first time. */
  readonly estimatedWait: number;
}

/** Where a waiter stands; undefined: it does not wait. */
export const placeOf = (
  state: PoolState,
  spec: PoolSpec,
  id: string,
  now: number,
  max: number = spec.max,
): Place | undefined => {
  const order = inOrder(state, spec, now);
  const index = order.findIndex((one) => one.id === id);
  if (index < 0) return undefined;
  const {key} = order[index]!;
  const place = {position: index + 1, estimatedWait: estimatedWait(state, index + 1, max)};
  // A client that has all its slots waits for one of its own, however many others are free.
  if ((slotsByKey(state.leases).get(key) ?? 0) < spec.maxPerKey) return place;
  const own = order.slice(0, index + 1).filter((one) => one.key === key).length;
  return {...place, estimatedWait: Math.max(place.estimatedWait, estimatedWait(state, own, spec.maxPerKey))};
};

/** What the `position`th of the queue waits for, µs, an estimate; 0: not known. */
export const estimatedWait = ({meanHold}: PoolState, position: number, max: number): number =>
  Math.ceil((position * meanHold) / Math.max(1, max));

/** µs until a place in a full queue may be free: when the next slot is. */
export const retryAfter = (state: PoolState, max: number): number =>
  estimatedWait({...state, meanHold: state.meanHold === 0 ? ASSUMED_HOLD : state.meanHold}, 1, max);
