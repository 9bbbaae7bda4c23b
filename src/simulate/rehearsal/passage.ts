import type {Attributes} from '../../engine/live/attributes.ts';
import {type Arrival, refusedBy} from './arrival.ts';
import type {BreakerCall} from './breaker-bank.ts';
import type {Happening} from './event-queue.ts';
import type {LimitAnswer} from './limit-gate.ts';
import type {PoolLine, PoolUser} from './pool-line.ts';
import type {WorkOwner} from './server.ts';
import type {Side} from './side.ts';

/**
 * The way of a request that the limits let through: one pool after the other, the server, and back.
 *
 * When its client gives up, the connection closes: the request leaves the queue that it waits in, and a protection gives back the
 * slots that it holds, although the server works on.
 */
export class Passage implements PoolUser, WorkOwner {
  readonly rank: number;
  readonly gaveUpAt: number;
  readonly #side: Side;
  readonly #arrival: Arrival;
  /** Breakers that learn how it ends. */
  readonly #calls: readonly BreakerCall[];
  readonly #answer: LimitAnswer;
  readonly #slots: {readonly line: PoolLine; readonly token: number}[] = [];
  #nextPool = 0;
  #begunAt = 0;
  #isOver = false;

  constructor(
    side: Side,
    arrival: Arrival,
    rank: number,
    calls: readonly BreakerCall[],
    answer: LimitAnswer,
  ) {
    this.#side = side;
    this.#arrival = arrival;
    this.rank = rank;
    this.#calls = calls;
    this.#answer = answer;
    this.gaveUpAt = arrival.at + side.deadline;
  }

  get attributes(): Attributes {
    return this.#arrival.attributes;
  }

  /** Goes on its way, after what a leaky bucket holds it back. */
  start(now: number): void {
    const {delay} = this.#answer.ruling;
    if (delay === 0) this.#goOn(now);
    else this.#side.at(Math.min(now + delay, this.gaveUpAt), new EndOfDelay(this, now + delay));
  }

  /** For `EndOfDelay` alone. `due`: when it may go on, µs. */
  delayed(now: number, due: number): void {
    if (now >= due) this.#goOn(now);
    else this.#leaveWaiting(now);
    this.#side.look(now);
  }

  granted(line: PoolLine, token: number, now: number): void {
    this.#slots.push({line, token});
    this.#goOn(now);
  }

  refused(line: PoolLine, kind: 'queueFull' | 'queueTimeout', retryAfter: number, now: number): void {
    this.#side.counts.refused(kind, now);
    this.#side.ruled(this.#arrival, refusedBy(line.name, retryAfter));
    this.#abandon(now);
    this.#side.left(now);
  }

  gaveUp(_line: PoolLine, now: number): void {
    this.#leaveWaiting(now);
  }

  worked(now: number): void {
    const {at, failed} = this.#arrival;
    const kind = now > this.gaveUpAt ? 'late' : failed ? 'failed' : 'good';
    this.#side.counts.answered(kind, now - at, now);
    if (kind === 'late') this.#abandon(now);
    else {
      this.#isOver = true;
      for (const call of this.#calls) call.breaker.outcome(call, failed ? 'failure' : 'success', now);
      this.#side.load.observe(now - this.#begunAt);
      this.#giveBack(now);
    }
    this.#side.left(now);
  }

  /** For `EndOfPatience` alone. */
  closed(now: number): void {
    if (this.#isOver) return;
    this.#abandon(now);
    this.#side.look(now);
  }

  /** To the next pool that it has to pass, or to the server. */
  #goOn(now: number): void {
    const {pools, server} = this.#side;
    while (this.#nextPool < pools.length) {
      const line = pools[this.#nextPool++]!;
      if (!line.applies(this.attributes)) continue;
      line.enter(this, now);
      return;
    }
    this.#begunAt = now;
    this.#side.ruled(this.#arrival, this.#answer.ruling);
    // An answer at the deadline is in time.
    if (Number.isFinite(this.gaveUpAt)) this.#side.at(this.gaveUpAt + 1, new EndOfPatience(this));
    server.submit(this, this.#arrival.service, now);
  }

  /** The client is gone before the server knew of the request. */
  #leaveWaiting(now: number): void {
    this.#side.counts.gaveUp(now);
    this.#side.ruled(this.#arrival, this.#answer.ruling);
    this.#abandon(now);
    this.#side.left(now);
  }

  /** What nobody waits for says nothing about who serves it to breakers, and to control that it took at least so long. */
  #abandon(now: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#begunAt > 0) this.#side.load.observe(now - this.#begunAt, 'abandoned');
    for (const call of this.#calls) call.breaker.giveBack(call);
    this.#giveBack(now);
  }

  #giveBack(now: number): void {
    this.#side.release(this.#answer);
    for (const {line, token} of this.#slots) line.release(token, now);
  }
}

class EndOfPatience implements Happening {
  readonly #passage: Passage;

  constructor(passage: Passage) {
    this.#passage = passage;
  }

  happen(now: number): void {
    this.#passage.closed(now);
  }
}

class EndOfDelay implements Happening {
  readonly #passage: Passage;
  readonly #due: number;

  constructor(passage: Passage, due: number) {
    this.#passage = passage;
    this.#due = due;
  }

  happen(now: number): void {
    this.#passage.delayed(now, this.#due);
  }
}
