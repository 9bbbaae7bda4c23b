import {callListener} from '../../base/call-listener.ts';
import {safeExcerpt} from '../../base/safe-text.ts';
import {backoffDelay} from '../../engine/backoff.ts';
import type {QueueSpec} from '../../engine/queue-spec.ts';
import type {ClaimedItem, QueueSettlement, Store} from '../../store/port.ts';
import type {Checking} from '../acquire.ts';
import type {LimitDecision} from '../limit-decision.ts';
import {sleep} from '../sleep.ts';
import {type Envelope, envelopeOf} from './envelope.ts';
import {LeaseKeeper} from './lease-keeper.ts';
import type {ParkLines} from './park-lines.ts';
import type {QueueEventItem, QueueEvents} from './queue-events.ts';
import type {QueueHandler} from './queue-options.ts';
import type {StorePatience} from './store-patience.ts';

/** What an item's run needs of its worker. */
export interface RunContext {
  readonly store: Store;
  readonly spec: QueueSpec;
  readonly handler: QueueHandler<unknown>;
  readonly limiter: Checking | undefined;
  readonly events: QueueEvents;
  readonly random: () => number;
  readonly patience: StorePatience;
  readonly lines: ParkLines;
  /** Aborted when the worker stops: a store that fails is not waited for any longer. */
  readonly stopping: AbortSignal;
}

/** How a run ended: what becomes of the item, and whom that is told. */
interface Outcome {
  readonly settle: () => Promise<QueueSettlement>;
  readonly told: () => void;
}

/** One claimed item: asks its limits, has it handled, settles it. */
export class ItemRun {
  readonly #item: ClaimedItem;
  readonly #context: RunContext;
  readonly #lease: LeaseKeeper;

  constructor(item: ClaimedItem, askedAt: number, context: RunContext) {
    this.#item = item;
    this.#context = context;
    const {store, spec, events} = context;
    this.#lease = new LeaseKeeper({
      store,
      queue: spec.name,
      item,
      lease: spec.lease,
      askedAt,
      onLost: () => callListener(events.onClaimLost, [this.#told(0)]),
    });
  }

  /** Never rejects: what cannot be settled comes again when its lease has ended. */
  async run(): Promise<void> {
    try {
      await this.#settle(await this.#outcome());
    } catch {
      // The store stayed away until the worker stopped.
    } finally {
      this.#lease.stop();
    }
  }

  async #outcome(): Promise<Outcome> {
    const {attempts, error, payload} = this.#item;
    const envelope = envelopeOf(payload);
    if (envelope === undefined) return this.#dead('the payload is none that a queue of this library put in');
    // Workers that died with it count, too: an item that kills them must not do so for ever.
    if (attempts >= this.#context.spec.maxAttempts) return this.#dead(error);
    try {
      const decision = await this.#context.limiter?.check(envelope.attributes, {cost: envelope.cost});
      if (decision !== undefined && !decision.allowed) return this.#refused(decision);
      return await this.#handled(envelope, decision);
    } catch (failure) {
      return this.#failed(failure);
    }
  }

  async #handled({payload, attributes}: Envelope, decision: LimitDecision | undefined): Promise<Outcome> {
    const {id, class: name, enqueuedAt, attempts, error} = this.#item;
    const {handler, spec, events} = this.#context;
    const {signal} = this.#lease;
    try {
      if (decision !== undefined && decision.delayMs > 0) await sleep(decision.delayMs, signal);
      await handler(payload, {
        ...{id, class: name, enqueuedAt, attributes, signal, lastError: error},
        attempt: attempts + 1,
        maxAttempts: spec.maxAttempts,
      });
    } finally {
      await decision?.release();
    }
    return {settle: async () => ({kind: 'done'}), told: () => callListener(events.onDone, [this.#told(0)])};
  }

  #refused(decision: LimitDecision): Outcome {
    const {limit, never} = decision;
    if (never)
      return this.#dead(
        `${limit === undefined ? 'its limit' : `limit "${limit}"`} never allows it: the key is blocked, or the cost is above the limit`,
      );
    const forMs = this.#context.lines.park(this.#item, decision);
    return {
      settle: async () => ({kind: 'park', notBefore: await this.#after(forMs * 1_000)}),
      told: () => callListener(this.#context.events.onParked, [this.#told(0), {limit, forMs}]),
    };
  }

  #failed(failure: unknown): Outcome {
    const {spec, random, events} = this.#context;
    const failures = this.#item.attempts + 1;
    if (failures >= spec.maxAttempts) return this.#dead(failure);
    const wait = backoffDelay(spec.backoff, 'full', failures, random());
    return {
      settle: async () => ({kind: 'retry', notBefore: await this.#after(wait), error: textOf(failure)}),
      told: () => callListener(events.onRetry, [this.#told(1), {error: failure, afterMs: wait / 1_000}]),
    };
  }

  #dead(failure: unknown): Outcome {
    return {
      settle: async () => ({kind: 'dead', error: textOf(failure)}),
      told: () => callListener(this.#context.events.onDead, [this.#told(1), failure]),
    };
  }

  /** An instant of the store's clock, µs from now. */
  async #after(us: number): Promise<number> {
    return (await this.#context.store.now()) + us;
  }

  async #settle({settle, told}: Outcome): Promise<void> {
    const {store, spec, patience, stopping} = this.#context;
    const settled = await patience.run(
      async () => !this.#lease.isTaken && store.settle(spec.name, this.#item, await settle()),
      stopping,
    );
    if (settled) told();
  }

  #told(failed: 0 | 1): QueueEventItem {
    const {id, class: name, attempts} = this.#item;
    return {queue: this.#context.spec.name, id, class: name, attempts: attempts + failed};
  }
}

/** What a failure says, for lists of dead items. */
const textOf = (failure: unknown): string => {
  try {
    return safeExcerpt(failure instanceof Error ? failure.message || failure.name : String(failure), 500);
  } catch {
    return 'the handler threw something that has no text';
  }
};
