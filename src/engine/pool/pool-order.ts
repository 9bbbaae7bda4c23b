/**
 * Who goes first of those who wait for a slot: the more important class always, and within a class the oldest (`fifo`), the newest
 * (`lifo`), or the oldest until the queue has not been empty for `OVERLOADED_AFTER`, and the newest from then on (`adaptive-lifo`).
 *
 * Under overload the oldest have often been given up by whoever sent them, and with `fifo` everybody comes to be as late as they
 * are; the newest can still be answered in time. Source: Ben Maurer, Fail at Scale, ACM Queue 13(8), 2015, "Adaptive LIFO", and for
 * the time its N of "Controlled delay": a queue that was not empty for 100 ms is a standing one, no burst.
 *
 * Whoever's client has all the slots that a client may have is passed over and keeps its place.
 */
import type {PoolSpec} from './pool-spec.ts';
import type {PoolLease, PoolState, PoolWaiter} from './pool-state.ts';

/** The queue has not been empty for this long: overload rather than a burst, µs. */
export const OVERLOADED_AFTER = 100_000;

/** All that wait, the first to go first. */
export const inOrder = (
  {waiting, overloadedSince}: Pick<PoolState, 'waiting' | 'overloadedSince'>,
  spec: Pick<PoolSpec, 'order'>,
  now: number,
): readonly PoolWaiter[] => {
  const arrived = newestFirst(spec, overloadedSince, now) ? waiting.toReversed() : waiting;
  // Sorting is stable: within a class the order stays.
  return arrived.every(({rank}) => rank === arrived[0]!.rank)
    ? arrived
    : arrived.toSorted((a, b) => a.rank - b.rank);
};

const newestFirst = ({order}: Pick<PoolSpec, 'order'>, overloadedSince: number, now: number): boolean =>
  order === 'lifo' ||
  (order === 'adaptive-lifo' && overloadedSince > 0 && now - overloadedSince >= OVERLOADED_AFTER);

/** Slots in use by client. */
export const slotsByKey = (leases: readonly PoolLease[]): Map<string, number> => {
  const slots = new Map<string, number>();
  for (const {key} of leases) slots.set(key, (slots.get(key) ?? 0) + 1);
  return slots;
};
