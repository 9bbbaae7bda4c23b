/**
 * In which order queued work is done: by priority class, and still nothing waits for ever.
 *
 *     rank = enqueuedAt + handicap(class)       lowest first
 *
 * An item of a class with a handicap of 10 min goes behind better items that come within 10 min after it, and before all that come
 * later: `a` goes before `b` when a.enqueuedAt − b.enqueuedAt < handicap(b) − handicap(a). Within a class the order is that of
 * arrival. A rank never changes, so a store keeps it as a number in an index.
 */
import type {QueueClass} from './queue-spec.ts';

export type {QueueClass} from './queue-spec.ts';

export interface Ranked {
  readonly rank: number;
  /** Grows in the order of arrival. */
  readonly id: string;
}

/** The rank of an item that came at `enqueuedAt` µs. */
export const rankOf = ({handicap}: QueueClass, enqueuedAt: number): number => enqueuedAt + handicap;

/** Less than 0: `a` goes first. Ids decide between equal ranks, shorter ones first: they are numbers that grow. */
export const compareRanked = (a: Ranked, b: Ranked): number =>
  a.rank - b.rank || a.id.length - b.id.length || (a.id < b.id ? -1 : Number(a.id > b.id));

/** Until when (exclusive) an item of `other` may come and still go before one of `own` that came at `enqueuedAt`, µs. */
export const overtakenUntil = (own: QueueClass, other: QueueClass, enqueuedAt: number): number =>
  rankOf(own, enqueuedAt) - other.handicap;
