import type {Attributes} from '../../engine/live/attributes.ts';
import type {OnStoreError} from '../../engine/policy-model.ts';
import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import type {GivenPolicy} from '../../policy/given-policy.ts';
import type {Store} from '../../store/port.ts';
import type {ConcurrencyEvents} from './concurrency-events.ts';

/** How a concurrency limiter is made. Everything is optional. */
export interface ConcurrencyOptions {
  /**
   * Where the pool is described: path of a policy file, the same as an object, or one that was loaded before. Not read when there is
   * a `spec`. @default './ratectl.yaml'
   */
  readonly policy?: GivenPolicy | undefined;
  /** The pool itself, without a policy. Spans are whole µs; what is left out is as in a policy. */
  readonly spec?: (Partial<PoolSpec> & Pick<PoolSpec, 'name' | 'max'>) | undefined;
  /** Name of the pool in the policy. @default the only one there is */
  readonly pool?: string | undefined;
  /**
   * URL of the store, or an open store, which `close` leaves open. `memory:` is a pool of this process alone.
   * @default 'memory:' with a `spec`, else 'sqlite:', the file that the commands use, too
   */
  readonly store?: string | Store | undefined;
  /** Milliseconds after which a call of the store counts as failed; 10 … 60,000. @default 1,000 */
  readonly timeoutMs?: number | undefined;
  /** Where everything is kept when the URL does not say: the prefix of keys in Redis (`rl:`), the schema in Postgres (`ratectl`). */
  readonly prefix?: string | undefined;
  /** Off: everything gets a slot at once, nothing is counted. @default true */
  readonly enabled?: boolean | undefined;
  /**
   * While the store is lost: `open`, everything runs; `closed`, nothing that has no slot yet; `local`, this process has its share
   * of the pool, `max` ÷ `instances`. @default what the policy says, else 'open'
   */
  readonly onStoreError?: OnStoreError | undefined;
  /** Processes that share the pool, for `local`; whole, 1 … 10,000. @default 1 */
  readonly instances?: number | undefined;
  readonly events?: ConcurrencyEvents | undefined;
}

export interface AcquireOptions {
  /** Who the client is, up to `maxPerKey` slots. @default the pool's key template over `attributes` */
  readonly key?: string | undefined;
  /**
   * The priority class: its name in the policy, or its index, 0 being the most important one.
   * @default by `attributes` as the policy says; without priorities 0
   */
  readonly priority?: string | number | undefined;
  /** Milliseconds in the queue at most; not longer than the pool's `wait`. 0: takes a slot that is free, or none. @default `wait` */
  readonly timeoutMs?: number | undefined;
  /** Gives up: rejects with the signal's reason. A slot that was granted already is not touched. */
  readonly signal?: AbortSignal | undefined;
  /** Of the request, for the key template and the priority classes. */
  readonly attributes?: Attributes | undefined;
}

/** What work gets that runs in a slot. */
export interface SlotUse {
  /** Aborted when the lease of the slot is lost: somebody else may have it. */
  readonly signal: AbortSignal;
  readonly fencingToken: number;
}
