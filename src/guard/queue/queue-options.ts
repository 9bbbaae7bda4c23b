import type {QueueSpec} from '../../engine/queue-spec.ts';
import type {GivenPolicy} from '../../policy/given-policy.ts';
import type {Store} from '../../store/port.ts';
import type {Checking} from '../acquire.ts';
import type {QueueEvents} from './queue-events.ts';

/** How a queue is made. Everything is optional. */
export interface QueueOptions {
  /**
   * Where `queue` is described: path of a policy file, the same as an object, or one that was loaded before. Not read when there is
   * a `spec`. @default './ratectl.yaml'
   */
  readonly policy?: GivenPolicy | undefined;
  /** The queue itself, without a policy. Spans are whole µs. */
  readonly spec?: QueueSpec | undefined;
  /** Name of the queue in the policy. @default the only one there is */
  readonly queue?: string | undefined;
  /** URL of the store, or an open store, which `close` leaves open. @default 'sqlite:', the file that the commands use, too */
  readonly store?: string | Store | undefined;
  /** Milliseconds after which a call of the store counts as failed; 10 … 60,000. @default 5,000 */
  readonly timeoutMs?: number | undefined;
  /** Where everything is kept when the URL does not say: the prefix of keys in Redis (`rl:`), the schema in Postgres (`ratectl`). */
  readonly prefix?: string | undefined;
  /** Off: workers of this process take nothing; what is added waits for others. @default true */
  readonly enabled?: boolean | undefined;
  readonly events?: QueueEvents | undefined;
  /** Chance for the waits after failures, 0 ≤ x < 1. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** A request's attributes: what the limiter of a worker is asked with. */
export type ItemAttributes = Parameters<Checking['check']>[0];

export interface AddOptions {
  /** Name of the priority class. @default the only one there is, else it has to be said */
  readonly class?: string | undefined;
  /** Milliseconds before which the item is not worked on; 0 or more. @default 0 */
  readonly delayMs?: number | undefined;
  /** What the limiter of the workers is asked with. Kept in the store. @default {} */
  readonly attributes?: ItemAttributes | undefined;
  /** Units that the item takes from its limits; whole, 0 or more. @default 1 */
  readonly cost?: number | undefined;
}

export interface WorkOptions {
  /** Items that are worked on at once, whole, 1 … 1,000. @default 1 */
  readonly concurrency?: number | undefined;
  /** Asked before an item is worked on; one that is refused waits until its limits allow it. @default none */
  readonly limiter?: Checking | undefined;
}

/** What a handler is told about its item. */
export interface WorkItem {
  readonly id: string;
  readonly class: string;
  /** µs of the store's clock. */
  readonly enqueuedAt: number;
  /** 1 for the first one. */
  readonly attempt: number;
  /** Failed attempts after which the item is put among the dead ones. */
  readonly maxAttempts: number;
  readonly attributes: ItemAttributes;
  /** What the last failure said; empty without one. */
  readonly lastError: string;
  /** Aborted when the claim is lost: another worker has the item, or may have it. */
  readonly signal: AbortSignal;
}

/** Does the work. What it throws counts as a failed attempt. It may be called twice for an item: after a crash, or a lost claim. */
export type QueueHandler<Payload> = (payload: Payload, item: WorkItem) => unknown;
