import type {ClaimedItem, NewQueueItem, QueueFacts, QueueItem, QueueSettlement} from '../port.ts';
import {
  type ClaimKey,
  checkQueueRoom,
  DEAD_KEPT,
  keptError,
  LEASE_ENDED,
  payloadJson,
  type QueueState,
  queueItemId,
} from '../queue-rules.ts';
import {LazyHeap} from './lazy-heap.ts';

/** An item as it is kept: its payload as JSON, so that nobody changes what another one holds. */
interface Kept extends Omit<QueueItem, 'payload' | 'notBefore' | 'attempts' | 'error'> {
  readonly json: string;
  /** `due` and `later`: it waits. `out`: it is dead or has left the queue. */
  state: 'due' | 'later' | 'claimed' | 'out';
  notBefore: number;
  attempts: number;
  error: string;
  leasedUntil: number;
  fencingToken: number;
}

interface Lease {
  readonly item: Kept;
  readonly fencingToken: number;
  readonly until: number;
}

const byRank = (a: Kept, b: Kept): number => a.rank - b.rank || (a.id < b.id ? -1 : 1);

/** One queue. The claims look at what is due, what becomes due and whose lease ends next, never at all items. */
export class MemoryQueue {
  readonly #queue: string;
  /** Those that wait or are claimed, in the order of arrival. */
  readonly #items = new Map<string, Kept>();
  /** The oldest death first. */
  readonly #dead = new Map<string, Kept>();
  readonly #due = new LazyHeap<Kept>(byRank, ({state}) => state === 'due');
  readonly #later = new LazyHeap<Kept>(
    (a, b) => a.notBefore - b.notBefore,
    ({state}) => state === 'later',
  );
  readonly #leases = new LazyHeap<Lease>(
    (a, b) => a.until - b.until,
    ({item, fencingToken, until}) =>
      item.state === 'claimed' && item.fencingToken === fencingToken && item.leasedUntil === until,
  );
  #lastId = 0;
  #lastToken = 0;

  constructor(queue: string) {
    this.#queue = queue;
  }

  get isEmpty(): boolean {
    return this.#items.size + this.#dead.size === 0;
  }

  enqueue(items: readonly NewQueueItem[], now: number): readonly string[] {
    checkQueueRoom(this.#queue, this.#items.size, items.length);
    const texts = items.map(payloadJson);
    return items.map(({class: name, rank, notBefore}, i) => {
      const id = queueItemId(++this.#lastId);
      const item: Kept = {
        ...{id, class: name, rank, notBefore, json: texts[i]!, enqueuedAt: now, attempts: 0, error: ''},
        ...{state: 'later', leasedUntil: 0, fencingToken: 0},
      };
      this.#items.set(id, item);
      this.#wait(item, now);
      return id;
    });
  }

  claim(count: number, leaseFor: number, now: number): readonly ClaimedItem[] {
    this.#reclaim(now);
    this.#promote(now);
    const claimed: ClaimedItem[] = [];
    while (claimed.length < count) {
      const item = this.#due.pop();
      if (item === undefined) break;
      item.state = 'claimed';
      item.fencingToken = ++this.#lastToken;
      this.#lease(item, now + leaseFor);
      claimed.push({...told(item), leasedUntil: item.leasedUntil, fencingToken: item.fencingToken});
    }
    return claimed;
  }

  extend(claim: ClaimKey, leaseFor: number, now: number): boolean {
    const item = this.#claimed(claim);
    if (item === undefined) return false;
    this.#lease(item, now + leaseFor);
    return true;
  }

  settle(claim: ClaimKey, settlement: QueueSettlement, now: number): boolean {
    const item = this.#claimed(claim);
    if (item === undefined) return false;
    if (settlement.kind === 'retry' || settlement.kind === 'dead') {
      item.attempts++;
      item.error = keptError(settlement.error);
    }
    if (settlement.kind === 'park' || settlement.kind === 'retry') {
      item.notBefore = settlement.notBefore;
      this.#wait(item, now);
      return true;
    }
    item.state = 'out';
    this.#items.delete(item.id);
    if (settlement.kind === 'dead') this.#bury(item);
    return true;
  }

  facts(now: number): QueueFacts {
    this.#promote(now);
    const waiting = new Map<string, number>();
    const facts = {due: 0, claimed: 0, oldestAt: 0, nextAt: Number.POSITIVE_INFINITY};
    for (const item of this.#items.values()) {
      const {state, enqueuedAt, notBefore, leasedUntil} = item;
      if (state === 'claimed') {
        facts.claimed++;
        facts.nextAt = Math.min(facts.nextAt, leasedUntil);
        continue;
      }
      waiting.set(item.class, (waiting.get(item.class) ?? 0) + 1);
      if (state === 'due') facts.due++;
      if (facts.oldestAt === 0) facts.oldestAt = enqueuedAt;
      facts.nextAt = Math.min(facts.nextAt, Math.max(notBefore, enqueuedAt));
    }
    return {queue: this.#queue, waiting, dead: this.#dead.size, ...facts};
  }

  items(state: QueueState, count: number): readonly QueueItem[] {
    return this.#listed(state).slice(0, count).map(told);
  }

  drain(state: 'waiting' | 'dead', count: number): readonly QueueItem[] {
    const drained = this.#listed(state).slice(0, count);
    for (const item of drained) {
      item.state = 'out';
      (state === 'dead' ? this.#dead : this.#items).delete(item.id);
    }
    this.#due.clean();
    this.#later.clean();
    return drained.map(told);
  }

  #listed(state: QueueState): readonly Kept[] {
    if (state === 'dead') return [...this.#dead.values()].reverse();
    const isWanted = (item: Kept): boolean => (item.state === 'claimed') === (state === 'claimed');
    return [...this.#items.values()].filter(isWanted).sort(byRank);
  }

  #claimed({id, fencingToken}: ClaimKey): Kept | undefined {
    const item = this.#items.get(id);
    return item?.state === 'claimed' && item.fencingToken === fencingToken ? item : undefined;
  }

  #lease(item: Kept, until: number): void {
    item.leasedUntil = until;
    this.#leases.push({item, until, fencingToken: item.fencingToken});
  }

  #wait(item: Kept, now: number): void {
    item.state = item.notBefore <= now ? 'due' : 'later';
    (item.state === 'due' ? this.#due : this.#later).push(item);
  }

  /** Items whose lease has ended wait again. */
  #reclaim(now: number): void {
    for (let lease = this.#leases.peek(); lease !== undefined; lease = this.#leases.peek()) {
      if (lease.until > now) return;
      lease.item.attempts++;
      lease.item.error = LEASE_ENDED;
      this.#wait(lease.item, now);
    }
  }

  #promote(now: number): void {
    for (let item = this.#later.peek(); item !== undefined; item = this.#later.peek()) {
      if (item.notBefore > now) return;
      this.#wait(item, now);
    }
  }

  #bury(item: Kept): void {
    this.#dead.set(item.id, item);
    if (this.#dead.size <= DEAD_KEPT) return;
    const [oldest] = this.#dead.keys();
    this.#dead.delete(oldest!);
  }
}

const told = ({id, class: name, rank, notBefore, json, enqueuedAt, attempts, error}: Kept): QueueItem => ({
  ...{id, class: name, rank, notBefore, payload: JSON.parse(json), enqueuedAt, attempts, error},
});
