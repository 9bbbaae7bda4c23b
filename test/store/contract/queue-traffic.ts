/** Random traffic on a queue: a store answers every step as the memory store does. */
import {expect, test} from 'vitest';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import type {ClaimedItem, QueueFacts, QueueItem, QueueSettlement, Store} from '../../../src/store/port.ts';
import {S} from '../../support/instants.ts';
import type {OnScene} from './scene.ts';

const Q = 'traffic';
const STEPS = 150;
const SEEDS = [1, 2, 3, 4, 5, 6];
const ALL = 10_000;

/** Whole numbers from 0 to `below`, the same for the same seed (mulberry32). */
const randomOf = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
};

/** Two stores that are asked the same. Claims are kept in pairs: ids and fencing tokens are each store's own. */
class Pair {
  readonly #stores: readonly [Store, Store];
  readonly #clock: {now: number};
  readonly #random: (below: number) => number;
  readonly #claims: (readonly [ClaimedItem, ClaimedItem])[] = [];
  #added = 0;

  constructor(stores: readonly [Store, Store], clock: {now: number}, random: (below: number) => number) {
    this.#stores = stores;
    this.#clock = clock;
    this.#random = random;
  }

  async step(): Promise<void> {
    this.#clock.now += 1 + this.#random(2) * this.#random(3 * S);
    const what = this.#random(100);
    if (what < 25) await this.#enqueue();
    else if (what < 55) await this.#claim();
    else if (what < 85) await this.#settle();
    else if (what < 95) await this.#extend();
    else if (what < 97) await this.#drain();
    await this.#compare();
  }

  async #enqueue(): Promise<void> {
    const items = Array.from({length: 1 + this.#random(4)}, () => ({
      class: ['high', 'low'][this.#random(2)]!,
      rank: this.#random(10),
      notBefore: this.#random(2) * (this.#clock.now + this.#random(5 * S) - S),
      payload: this.#added++,
    }));
    await this.#both((store) => store.enqueue(Q, items).then((ids) => ids.length));
  }

  async #claim(): Promise<void> {
    const options = {count: 1 + this.#random(4), leaseFor: 1 + this.#random(4 * S)};
    const [mine, theirs] = await Promise.all(this.#stores.map((store) => store.claim(Q, options)));
    expect(mine!.map(told)).toEqual(theirs!.map(told));
    for (const [i, claimed] of mine!.entries()) this.#claims.push([claimed, theirs![i]!]);
  }

  async #settle(): Promise<void> {
    const claims = this.#claims[this.#random(this.#claims.length)];
    if (claims === undefined) return;
    const settlement = this.#settlement();
    await this.#both((store, i) => store.settle(Q, claims[i]!, settlement));
  }

  #settlement(): QueueSettlement {
    const notBefore = this.#random(2) * (this.#clock.now + this.#random(3 * S) - S);
    const error = `error ${this.#random(100)}`;
    const all = [
      {kind: 'done'},
      {kind: 'park', notBefore},
      {kind: 'retry', notBefore, error},
      {kind: 'dead', error},
    ] as const;
    return all[this.#random(4)]!;
  }

  async #extend(): Promise<void> {
    const claims = this.#claims[this.#random(this.#claims.length)];
    if (claims === undefined) return;
    const leaseFor = 1 + this.#random(4 * S);
    await this.#both((store, i) => store.extend(Q, claims[i]!, leaseFor));
  }

  async #drain(): Promise<void> {
    const state = this.#random(2) === 0 ? 'waiting' : 'dead';
    await this.#both(async (store) =>
      (await store.drain(Q, state, ALL)).map(told).sort((a, b) => Number(a.payload) - Number(b.payload)),
    );
  }

  async #compare(): Promise<void> {
    await this.#both(async (store) => (await store.queues()).map((facts) => this.#facts(facts)));
    for (const state of ['waiting', 'claimed', 'dead'] as const)
      await this.#both(async (store) => (await store.items(Q, state, ALL)).map(told));
  }

  /** What can be claimed at once is told by any instant that is past. */
  #facts({waiting, nextAt, ...facts}: QueueFacts): unknown {
    const byClass = [...waiting].sort(([a], [b]) => (a < b ? -1 : 1));
    return {...facts, waiting: byClass, nextAt: nextAt <= this.#clock.now ? 'now' : nextAt};
  }

  async #both(ask: (store: Store, i: number) => Promise<unknown>): Promise<void> {
    const [mine, theirs] = await Promise.all(this.#stores.map(ask));
    expect(mine).toEqual(theirs);
  }
}

/** An item without what is each store's own. */
const told = ({id, fencingToken, ...item}: QueueItem & {readonly fencingToken?: number}) => item;

export const describeQueueTraffic = (on: OnScene): void => {
  test.each(SEEDS)('random traffic is answered as the memory store does (seed %i)', (seed) =>
    on(async ({store, clock}) => {
      const reference = new MemoryStore({access: 'write', clock: () => clock.now});
      const pair = new Pair([store, reference], clock, randomOf(seed));
      for (let i = 0; i < STEPS; i++) await pair.step();
    })(),
  );
};
