import type {EventQueue, Happening} from './event-queue.ts';
import {Fifo} from './fifo.ts';

/** Whoever waits for a piece of work. */
export interface WorkOwner {
  /** `waited`: µs in the backlog, before the server began. */
  worked(now: number, waited: number): void;
}

/**
 * A server that works on `capacity` requests at once, first come first served, with a backlog without bound: what it has taken in it
 * works on, whether somebody still waits for the answer or not.
 */
export class Server {
  readonly #events: EventQueue;
  readonly #capacity: number;
  readonly #changing: (now: number) => void;
  readonly #backlog = new Fifo<Work>();
  #busy = 0;
  /** Busy places times µs, up to `#changedAt`. */
  #busyTime = 0;
  #changedAt = 0;

  /**
   * `capacity`: whole, 1 or more; Infinity: nothing ever waits. `changing` is called before a request is begun with, and before one
   * ends.
   */
  constructor(events: EventQueue, capacity: number, changing: (now: number) => void = () => undefined) {
    this.#events = events;
    this.#capacity = capacity;
    this.#changing = changing;
  }

  /** Requests that are worked on. */
  get busy(): number {
    return this.#busy;
  }

  /** Requests that wait for a free place. */
  get backlog(): number {
    return this.#backlog.length;
  }

  /** `service`: µs of work, 0 or more. */
  submit(owner: WorkOwner, service: number, now: number): void {
    const work = new Work(this, owner, service, now);
    if (this.#busy < this.#capacity) this.#begin(work, now);
    else this.#backlog.push(work);
  }

  /** Busy places times µs so far. */
  busyTime(now: number): number {
    return this.#busyTime + this.#busy * Math.max(0, now - this.#changedAt);
  }

  /** For `Work` alone. */
  end(work: Work, now: number): void {
    this.#count(-1, now);
    const next = this.#backlog.shift();
    if (next !== undefined) this.#begin(next, now);
    work.owner.worked(now, work.waited);
  }

  #begin(work: Work, now: number): void {
    this.#count(1, now);
    work.waited = now - work.since;
    this.#events.push(now + work.service, work);
  }

  #count(step: 1 | -1, now: number): void {
    this.#changing(now);
    this.#busyTime = this.busyTime(now);
    this.#changedAt = now;
    this.#busy += step;
  }
}

class Work implements Happening {
  waited = 0;
  readonly owner: WorkOwner;
  readonly service: number;
  readonly since: number;
  readonly #server: Server;

  constructor(server: Server, owner: WorkOwner, service: number, since: number) {
    this.#server = server;
    this.owner = owner;
    this.service = service;
    this.since = since;
  }

  happen(now: number): void {
    this.#server.end(this, now);
  }
}
