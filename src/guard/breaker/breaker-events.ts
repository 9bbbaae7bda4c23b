import type {BreakerKind, BreakerState} from '../../engine/breaker.ts';
import type {OpenedBy} from '../../engine/breaker-state.ts';
import type {SharedChange} from './shared-change.ts';

/** Why a breaker changed: how it opened, that a probe was let through, that probes succeeded, or that somebody closed it by hand. */
export type BreakerWhy = OpenedBy | 'recovery' | 'probes' | 'reset';

export interface BreakerChange {
  readonly breaker: string;
  readonly from: BreakerKind;
  /** `half-open`: a first probe was let through. */
  readonly to: BreakerKind;
  readonly why: BreakerWhy;
  /** Until when it lets nothing through, µs of the store's clock; 0 unless it opened. */
  readonly until: number;
  /** `elsewhere`: by another process. */
  readonly where: 'here' | 'elsewhere';
}

export interface BreakerRefusal {
  readonly breaker: string;
  readonly retryAfterMs: number;
}

export interface HealthCheckResult {
  readonly breaker: string;
  readonly healthy: boolean;
  /** What the check threw; undefined: it threw nothing. */
  readonly error: unknown;
  readonly tookMs: number;
}

/** Functions that a breaker calls. What they throw is dropped: it never reaches a call. */
export interface BreakerEvents {
  readonly onStateChange?: ((change: BreakerChange) => unknown) | undefined;
  /** For every call that is refused. */
  readonly onRefused?: ((refusal: BreakerRefusal) => unknown) | undefined;
  /** For every health check that this process made. */
  readonly onHealthCheck?: ((result: HealthCheckResult) => unknown) | undefined;
  /** The breaker goes on with what this process knows. Without this function a process warning says so. */
  readonly onStoreLost?: ((error: Error) => unknown) | undefined;
  readonly onStoreBack?: ((lostForMs: number) => unknown) | undefined;
}

export const whyChanged = ({after}: Pick<SharedChange, 'after'>): BreakerWhy => {
  if (after.kind === 'half-open') return 'recovery';
  if (after.kind === 'open') return after.openedBy ?? 'failures';
  return closedBy(after);
};

/** Only a reset forgets the numbers of probes. */
const closedBy = ({lastProbe}: BreakerState): BreakerWhy => (lastProbe === 0 ? 'reset' : 'probes');
