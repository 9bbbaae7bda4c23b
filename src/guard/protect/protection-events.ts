import type {DegradationMode} from '../../engine/control/control-spec.ts';
import type {LimiterEvents} from '../limiter-events.ts';
import type {ProtectedDecision} from './protected-decision.ts';
import type {ProtectionMetrics} from './protection-metrics.ts';

/** A breaker that opened. */
export interface OpenedCircuit {
  readonly breaker: string;
  /** Of a breaker with keys. Untrusted text. */
  readonly key: string | undefined;
  /** Milliseconds until it lets probes through. */
  readonly forMs: number;
}

/** Something that decides differently from now on. */
export type StateChange =
  | {
      readonly kind: 'breaker';
      readonly breaker: string;
      readonly key: string | undefined;
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: 'mode';
      readonly from: DegradationMode;
      readonly to: DegradationMode;
      /** Whether an operator set it. */
      readonly manual: boolean;
    }
  /** Of a limit or a pool: what adaptive control leaves of it, 0 … 1. */
  | {
      readonly kind: 'share';
      readonly of: 'limit' | 'pool';
      readonly name: string;
      readonly from: number;
      readonly to: number;
    };

export interface QueueChange {
  readonly pool: string;
  readonly running: number;
  readonly waiting: number;
  readonly estimatedWaitMs: number;
}

/** Functions that a protection calls. What they throw is counted and dropped: it never reaches who asked. */
export interface ProtectionEvents extends Omit<LimiterEvents, 'onDenied'> {
  /** For every refused request, whoever refused it. */
  readonly onLimitExceeded?: ((decision: ProtectedDecision) => unknown) | undefined;
  readonly onCircuitOpen?: ((opened: OpenedCircuit) => unknown) | undefined;
  readonly onStateChange?: ((change: StateChange) => unknown) | undefined;
  /** At most ten times a second and pool. */
  readonly onQueueChange?: ((change: QueueChange) => unknown) | undefined;
  /** Every `metricsEveryMs`. */
  readonly onMetrics?: ((metrics: ProtectionMetrics) => unknown) | undefined;
}
