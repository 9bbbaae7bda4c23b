import type {ClaimedItem, NewQueueItem, QueueFacts, QueueItem, QueueSettlement} from '../port.ts';
import type {ClaimKey, ClaimOptions, QueueState} from '../queue-rules.ts';
import {MemoryQueue} from './memory-queue.ts';

/** Queues by name. One that became empty is kept: its ids and fencing tokens go on growing. */
export class MemoryQueues {
  readonly #queues = new Map<string, MemoryQueue>();

  enqueue(queue: string, items: readonly NewQueueItem[], now: number): readonly string[] {
    if (items.length === 0) return [];
    const known = this.#queues.get(queue) ?? new MemoryQueue(queue);
    const ids = known.enqueue(items, now);
    this.#queues.set(queue, known);
    return ids;
  }

  claim(queue: string, {count, leaseFor}: ClaimOptions, now: number): readonly ClaimedItem[] {
    return this.#queues.get(queue)?.claim(count, leaseFor, now) ?? [];
  }

  extend(queue: string, claim: ClaimKey, leaseFor: number, now: number): boolean {
    return this.#queues.get(queue)?.extend(claim, leaseFor, now) ?? false;
  }

  settle(queue: string, claim: ClaimKey, settlement: QueueSettlement, now: number): boolean {
    return this.#queues.get(queue)?.settle(claim, settlement, now) ?? false;
  }

  facts(now: number): readonly QueueFacts[] {
    return [...this.#queues]
      .filter(([, queue]) => !queue.isEmpty)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, queue]) => queue.facts(now));
  }

  items(queue: string, state: QueueState, count: number): readonly QueueItem[] {
    return this.#queues.get(queue)?.items(state, count) ?? [];
  }

  drain(queue: string, state: 'waiting' | 'dead', count: number): readonly QueueItem[] {
    return this.#queues.get(queue)?.drain(state, count) ?? [];
  }
}
