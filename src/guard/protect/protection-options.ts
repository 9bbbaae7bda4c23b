import type {LimiterOptions} from '../limiter-options.ts';
import type {ProtectedDecision} from './protected-decision.ts';
import type {ProtectionEvents} from './protection-events.ts';

/** How a protection is made: as a limiter, and … Everything is optional. */
export interface ProtectionOptions extends Omit<LimiterOptions, 'events'> {
  readonly events?: ProtectionEvents | undefined;
  /** Milliseconds between two calls of `onMetrics`, and the interval that latencies are told of; 100 … 3,600,000. @default 10,000 */
  readonly metricsEveryMs?: number | undefined;
  /** Sections of the policy that hold; each can be switched off. @default all */
  readonly parts?: Partial<Readonly<Record<ProtectionPart, boolean>>> | undefined;
}

export const PROTECTION_PARTS = ['concurrency', 'breakers', 'adaptive', 'behaviour', 'degradation'] as const;
export type ProtectionPart = (typeof PROTECTION_PARTS)[number];

export interface EnterOptions {
  /** Units; whole, 0 or more. @default 1 */
  readonly cost?: number | undefined;
  /** Milliseconds after which leases of `concurrency` limits end by themselves. @default their timeout */
  readonly holdMs?: number | undefined;
  /** Milliseconds that the request waits in queues at most. @default what the pools say */
  readonly timeoutMs?: number | undefined;
  /** Whoever asks is gone, and waits in no queue any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions<T> extends EnterOptions {
  /** Whether what the work answered is a failure of whoever serves it. @default a Response with status 500 and more */
  readonly isFailure?: ((result: T) => boolean) | undefined;
  /** Whether an error is one. @default every error but those of an aborted signal */
  readonly isError?: ((error: unknown) => boolean) | undefined;
}

/** What work is told that runs under a protection. */
export interface Running {
  readonly decision: ProtectedDecision;
  /** Aborted when a slot is lost, and when the caller's own signal is. */
  readonly signal: AbortSignal;
}
