import type {MatcherSpec} from '../policy-model.ts';

/**
 * An entry of `concurrency` in a policy: a pool of slots for work that runs at the same time, over all processes, and a queue before
 * it. Spans are whole µs.
 */
export interface PoolSpec {
  /** Unique among pools. */
  readonly name: string;
  /** Slots in all; whole, 1 … 10,000. */
  readonly max: number;
  /** Template over request attributes: who a client is; undefined: clients are not told apart. */
  readonly key: string | undefined;
  /** Slots of one client; whole, 1 … `max`; `max` where clients are not told apart. */
  readonly maxPerKey: number;
  /** How many may wait, in all; whole, 0 … 10,000. */
  readonly queue: number;
  /** The longest wait in the queue. */
  readonly wait: number;
  /** A slot whose holder gives no sign of life is free again after this. */
  readonly lease: number;
  readonly order: PoolOrder;
  /** A protection sends requests through the pool that match all of `when`, and not all of `unless`. */
  readonly when: readonly MatcherSpec[];
  readonly unless: readonly MatcherSpec[];
}

/**
 * Who goes first of those who wait, within a priority class: the oldest, the newest, or the oldest until the pool is overloaded and
 * the newest from then on (adaptive LIFO: Maurer, Fail at Scale, ACM Queue 13(8), 2015).
 */
export type PoolOrder = 'fifo' | 'lifo' | 'adaptive-lifo';
