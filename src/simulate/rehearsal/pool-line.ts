import {scaledMax} from '../../engine/control/scaled-spec.ts';
import {type Attributes, type Condition, conditionOf, renderer} from '../../engine/live/attributes.ts';
import {advance, emptyPool, enter, leave, type PoolState, release} from '../../engine/pool/pool.ts';
import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import type {EventQueue, Happening} from './event-queue.ts';

/** Whoever wants a slot. Exactly one of the three is called, at once or later. */
export interface PoolUser {
  /** Index of the priority class. */
  readonly rank: number;
  readonly attributes: Attributes;
  /** When nobody waits for the answer any more, µs. */
  readonly gaveUpAt: number;
  granted(line: PoolLine, token: number, now: number): void;
  refused(line: PoolLine, kind: 'queueFull' | 'queueTimeout', retryAfter: number, now: number): void;
  gaveUp(line: PoolLine, now: number): void;
}

/** Holders of a replay do not die: 142 years. */
const NO_END = 2 ** 52;

/** A pool of the policy at work: its slots, and the queue before them. */
export class PoolLine {
  readonly name: string;
  readonly #spec: PoolSpec;
  readonly #events: EventQueue;
  readonly #when: Condition | undefined;
  readonly #unless: Condition | undefined;
  readonly #keyOf: (attributes: Attributes) => string;
  readonly #waiting = new Map<string, PoolUser>();
  #state: PoolState = emptyPool;
  #max: number;
  #serial = 0;

  constructor(spec: PoolSpec, events: EventQueue) {
    this.name = spec.name;
    this.#spec = {...spec, lease: NO_END};
    this.#events = events;
    this.#when = spec.when.length > 0 ? conditionOf(spec.when) : undefined;
    this.#unless = spec.unless.length > 0 ? conditionOf(spec.unless) : undefined;
    this.#keyOf = spec.key === undefined ? () => '' : renderer(spec.key);
    this.#max = spec.max;
  }

  get waiting(): number {
    return this.#state.waiting.length;
  }

  applies(attributes: Attributes): boolean {
    return !this.#unless?.(attributes) && this.#when?.(attributes) !== false;
  }

  enter(user: PoolUser, now: number): void {
    this.#advance(now);
    const id = String(++this.#serial);
    const newcomer = {id, key: this.#keyOf(user.attributes), rank: user.rank, seen: Number.MAX_SAFE_INTEGER};
    const {state, entry, displaced} = enter(this.#state, this.#spec, newcomer, now, this.#max);
    this.#state = state;
    if (entry.kind === 'granted') user.granted(this, entry.lease.token, now);
    else if (entry.kind === 'refused') user.refused(this, 'queueFull', entry.retryAfter, now);
    else {
      this.#waiting.set(id, user);
      this.#events.push(Math.min(now + this.#spec.wait, user.gaveUpAt), new EndOfWait(this, id));
    }
    for (const waiter of displaced)
      this.#take(waiter.id)?.refused(
        this,
        'queueFull',
        entry.kind === 'queued' ? entry.estimatedWait : 0,
        now,
      );
  }

  release(token: number, now: number): void {
    this.#state = release(this.#state, this.#spec, token, now);
    this.#advance(now);
  }

  /** The share of its slots that is in force from now on: what runs above them runs on. */
  setShare(share: number, now: number): void {
    const max = scaledMax(this.#spec.max, share);
    if (max === this.#max) return;
    this.#max = max;
    this.#advance(now);
  }

  /** For `EndOfWait` alone. */
  endWait(id: string, now: number): void {
    const user = this.#waiting.get(id);
    if (user === undefined) return;
    if (now < user.gaveUpAt) {
      this.#advance(now);
      return;
    }
    this.#waiting.delete(id);
    this.#state = leave(this.#state, id);
    user.gaveUp(this, now);
    this.#advance(now);
  }

  #advance(now: number): void {
    const {state, granted, timedOut} = advance(this.#state, this.#spec, now, this.#max);
    this.#state = state;
    for (const waiter of timedOut) this.#take(waiter.id)?.refused(this, 'queueTimeout', state.meanHold, now);
    for (const lease of granted) this.#take(lease.id)?.granted(this, lease.token, now);
  }

  #take(id: string): PoolUser | undefined {
    const user = this.#waiting.get(id);
    this.#waiting.delete(id);
    return user;
  }
}

/** A wait that ends by itself, unless it has ended before. */
class EndOfWait implements Happening {
  readonly #line: PoolLine;
  readonly #id: string;

  constructor(line: PoolLine, id: string) {
    this.#line = line;
    this.#id = id;
  }

  happen(now: number): void {
    this.#line.endWait(this.#id, now);
  }
}
