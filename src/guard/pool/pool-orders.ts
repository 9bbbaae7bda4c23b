import {
  advance,
  enter,
  leave,
  type Newcomer,
  type PoolEntry,
  type PoolLease,
  type PoolState,
  type PoolWaiter,
  release,
  renew,
  touch,
} from '../../engine/pool/pool.ts';
import type {PoolChange, PoolMoment} from '../../store/stored-pool.ts';

export interface Entering extends Newcomer {
  /** The longest wait, µs. */
  readonly wait: number;
  /** `none`: does not wait at all. */
  readonly queue: 'pool' | 'none';
}

/** What a process wants of a pool, all at once. */
export interface PoolOrders {
  readonly entering: readonly Entering[];
  readonly leaving: readonly string[];
  readonly releasing: readonly number[];
  /** Slots that are held, and waiters: signs of life. */
  readonly renewing: readonly number[];
  readonly touching: ReadonlySet<string>;
}

export interface PoolAnswers {
  readonly entries: ReadonlyMap<string, PoolEntry>;
  /** Waiters that have a slot from now on, of all processes. */
  readonly granted: readonly PoolLease[];
  readonly displaced: readonly PoolWaiter[];
}

/**
 * Carries orders out: signs of life before anything ends, then what becomes free, then who waits for it, and newcomers last. Pure: it
 * may be asked again with another state.
 */
export const carryOut = (
  orders: PoolOrders,
  before: PoolState,
  {now, spec}: PoolMoment,
  max: number,
): PoolChange<PoolAnswers> => {
  let state = before;
  for (const token of orders.renewing) state = renew(state, spec, token, now);
  if (orders.touching.size > 0) state = touch(state, orders.touching, now);
  for (const token of orders.releasing) state = release(state, spec, token, now);
  for (const id of orders.leaving) state = leave(state, id);
  const advanced = advance(state, spec, now, max);
  state = advanced.state;
  const entries = new Map<string, PoolEntry>();
  const displaced: PoolWaiter[] = [];
  for (const {wait, queue, ...newcomer} of orders.entering) {
    const entered = enter(
      state,
      {...spec, wait, queue: queue === 'none' ? 0 : spec.queue},
      newcomer,
      now,
      max,
    );
    state = entered.state;
    entries.set(newcomer.id, entered.entry);
    displaced.push(...entered.displaced);
  }
  return {state, answer: {entries, granted: advanced.granted, displaced}};
};
