import type {HeldSlot} from './held-slot.ts';
import type {PoolOrders} from './pool-orders.ts';
import type {WaitingCall} from './waiting-call.ts';

/** What this process wants of a pool, until it is carried out. */
export class PoolOutbox {
  #entering: WaitingCall<HeldSlot>[] = [];
  #leaving = new Set<string>();
  /** Slots to be given back, by fencing token, and who waits for that. */
  readonly #releasing = new Map<number, (() => void)[]>();
  #isDue = false;

  get isEmpty(): boolean {
    return (
      !this.#isDue && this.#entering.length === 0 && this.#leaving.size === 0 && this.#releasing.size === 0
    );
  }

  enter(call: WaitingCall<HeldSlot>): void {
    this.#entering.push(call);
  }

  leave(id: string): void {
    this.#leaving.add(id);
  }

  /** Resolves once it was carried out, or the store was lost. */
  release(token: number): Promise<void> {
    return new Promise((resolve) => {
      this.#releasing.set(token, [...(this.#releasing.get(token) ?? []), resolve]);
    });
  }

  isReleasing(token: number): boolean {
    return this.#releasing.has(token);
  }

  /** Signs of life are due, or the pool has something to do by itself. */
  due(): void {
    this.#isDue = true;
  }

  /** Takes what there is; slots stay in the list until `released`. */
  take(
    held: readonly number[],
    waiting: Iterable<string>,
  ): {readonly orders: PoolOrders; readonly calls: readonly WaitingCall<HeldSlot>[]} {
    const calls = this.#entering.filter((call) => !call.isOver);
    const orders: PoolOrders = {
      entering: calls.map((call) => call.entering),
      leaving: [...this.#leaving],
      releasing: [...this.#releasing.keys()],
      renewing: this.#isDue ? held : [],
      touching: new Set(waiting),
    };
    this.#entering = [];
    this.#leaving = new Set();
    this.#isDue = false;
    return {orders, calls};
  }

  released(tokens: readonly number[]): void {
    for (const token of tokens) {
      const waiting = this.#releasing.get(token) ?? [];
      this.#releasing.delete(token);
      for (const resolve of waiting) resolve();
    }
  }

  /** The store was lost: slots are given back when it is there again, and nobody waits for that. */
  stopWaiting(): void {
    for (const [token, waiting] of this.#releasing) {
      this.#releasing.set(token, []);
      for (const resolve of waiting) resolve();
    }
  }
}
