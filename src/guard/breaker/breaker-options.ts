import type {NamedBreakerSpec} from '../../engine/policy-model.ts';
import type {GivenPolicy} from '../../policy/given-policy.ts';
import type {Store} from '../../store/port.ts';
import type {BreakerEvents} from './breaker-events.ts';
import type {CallResult} from './call-result.ts';

/** A breaker without a policy. Spans are whole µs. */
export type BreakerGiven = Omit<NamedBreakerSpec, 'guards' | 'healthCheck'> &
  Partial<Pick<NamedBreakerSpec, 'healthCheck'>>;

/** How a breaker is made. Everything is optional. */
export interface BreakerOptions {
  /**
   * Where `breaker` is described: path of a policy file, the same as an object, or one that was loaded before. Not read when there is
   * a `spec`. @default './ratectl.yaml'
   */
  readonly policy?: GivenPolicy | undefined;
  /** The breaker itself, without a policy. Spans are whole µs; `healthCheck` is 10 s when it is left out. */
  readonly spec?: BreakerGiven | undefined;
  /** Name of the breaker in the policy. @default the only one there is */
  readonly breaker?: string | undefined;
  /**
   * URL of the store, or an open store, which `close` leaves open. @default 'sqlite:', the file that the commands use, too; with a
   * `spec` none: the breaker is this process's own
   */
  readonly store?: string | Store | undefined;
  /** Milliseconds after which a call of the store counts as failed; 10 … 60,000. @default 2,000 */
  readonly timeoutMs?: number | undefined;
  /** Where everything is kept when the URL does not say: the prefix of keys in Redis (`rl:`), the schema in Postgres (`ratectl`). */
  readonly prefix?: string | undefined;
  /** Off: every call goes through, nothing is counted, and the store is not opened. @default true */
  readonly enabled?: boolean | undefined;
  /** Whether what a call returned or threw is a failure. @default what it throws, and a Response with a status of 500 and more */
  readonly isFailure?: ((result: CallResult) => boolean) | undefined;
  /**
   * Called while the breaker is open, every `healthCheck` of the policy, by one process at a time. Unhealthy: it throws, rejects, takes
   * longer than until the next one, or answers false or a Response that is not `ok`. @default none
   */
  readonly healthCheck?: ((signal: AbortSignal) => unknown) | undefined;
  readonly events?: BreakerEvents | undefined;
}
