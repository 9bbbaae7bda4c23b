import type {OnStoreError} from '../engine/policy-model.ts';
import type {GivenPolicy} from '../policy/given-policy.ts';
import type {Store} from '../store/port.ts';
import type {LimiterEvents} from './limiter-events.ts';

/** How a limiter is made. Everything is optional. */
export interface LimiterOptions {
  /**
   * Path of a policy file, the same as an object (`{version: 1, limits: […]}`), or one that was loaded before.
   * @default './ratectl.yaml'
   */
  readonly policy?: GivenPolicy | undefined;
  /**
   * URL of the store, or an open store, which `close` leaves open. @default 'sqlite:', the file that the commands use, too:
   * shared by the processes of one host, not by several hosts
   */
  readonly store?: string | Store | undefined;
  /** What happens while the store cannot be reached. @default what the policy says */
  readonly onStoreError?: OnStoreError | undefined;
  /** How many processes share the limits: with `onStoreError: local` each allows its share. Whole, 1 … 10,000. @default 1 */
  readonly instances?: number | undefined;
  /**
   * Milliseconds after which an answer is not waited for any longer and the store counts as lost; 10 … 60,000. It is paid once per
   * outage by the requests under way, so it is chosen well above a slow answer (a save to disk, a failover of a connection pool).
   * @default 500
   */
  readonly timeoutMs?: number | undefined;
  /** Whether `createLimiter` rejects when the store cannot be used, rather than to begin with `onStoreError`. @default false */
  readonly failFast?: boolean | undefined;
  /** Off: everything is allowed, and the store is not opened. @default true */
  readonly enabled?: boolean | undefined;
  /** `shadow`: no limit denies, whatever the policy says. @default 'enforce' */
  readonly mode?: 'enforce' | 'shadow' | undefined;
  /** Share of keys, 0 … 1, for which limits deny: an upper bound of what each limit says. @default 1 */
  readonly rollout?: number | undefined;
  /** Requests whose `path` is one of these are allowed unseen; `*` stands for any text. @default none */
  readonly exemptPaths?: readonly string[] | undefined;
  /** Whether refusals are remembered until they can change, so that a flood does not reach the store. @default true */
  readonly cache?: boolean | undefined;
  /** Whether `metrics()` counts. @default true */
  readonly metrics?: boolean | undefined;
  /** Whether sums of what happened are written into the store, for `ratectl status` and `report`. @default true */
  readonly usage?: boolean | undefined;
  /** Whether the policy is written into the store, for the commands. @default true */
  readonly publishPolicy?: boolean | undefined;
  /** Where everything is kept when the URL does not say: the prefix of keys in Redis (`rl:`), the schema in Postgres (`ratectl`). */
  readonly prefix?: string | undefined;
  /** Milliseconds for which a key is kept beyond the instant from which it means nothing; 0 … a day. @default 5,000 */
  readonly ttlSlackMs?: number | undefined;
  readonly events?: LimiterEvents | undefined;
  /** A monotonic clock in whole microseconds, for replays and tests. @default the process's */
  readonly clock?: (() => number) | undefined;
}

export interface CheckOptions {
  /** Units; whole, 0 or more. 0 asks without taking. @default 1 */
  readonly cost?: number | undefined;
  /** Milliseconds after which leases of `concurrency` limits end by themselves; at most the limit's timeout. @default the timeout */
  readonly holdMs?: number | undefined;
}
