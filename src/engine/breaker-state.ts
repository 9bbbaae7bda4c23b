import type {CallSlot} from './breaker-window.ts';

export type BreakerKind = 'closed' | 'open' | 'half-open';

/** Why a breaker opened: failures in a row, the failed share of the calls, a probe that failed, or somebody by hand. */
export type OpenedBy = 'failures' | 'rate' | 'probe' | 'operator';

/** What a breaker keeps, see breaker.ts. JSON can hold it. */
export interface BreakerState {
  readonly kind: BreakerKind;
  /** Failures in a row, up to the one that opened it. */
  readonly failures: number;
  /** Probes and health checks that succeeded since it opened. */
  readonly successes: number;
  /** Probes that failed while it is half-open: with `spec.rate` one failure need not open it again. */
  readonly failedProbes: number;
  /** When it was opened last; 0: not since it was closed. */
  readonly openedAt: number;
  /** Undefined while it is closed. */
  readonly openedBy: OpenedBy | undefined;
  /** Calls of `spec.window`, at most ten slots; none once it is open, and where there is no `spec.rate`. */
  readonly slots: readonly CallSlot[];
  /** Probes under way, at most `spec.probes`. */
  readonly probes: readonly BreakerProbe[];
  /** The number of the last probe or health check. */
  readonly lastProbe: number;
  /** The last health check since it opened. */
  readonly check: HealthCheck | undefined;
}

/** A place for a probe. It is free again at `until`, should the prober die: after `spec.recovery`. */
export interface BreakerProbe {
  readonly id: number;
  readonly until: number;
}

export interface HealthCheck {
  /** 0: it was given up. */
  readonly id: number;
  /** When it began, µs. */
  readonly at: number;
}

export const CLOSED: BreakerState = {
  kind: 'closed',
  failures: 0,
  successes: 0,
  failedProbes: 0,
  openedAt: 0,
  openedBy: undefined,
  slots: [],
  probes: [],
  lastProbe: 0,
  check: undefined,
};

/** Closed, with nothing counted: the state of a breaker never used, and of one that an operator resets. */
export const reset = (): BreakerState => CLOSED;

/** Whether nothing is counted against it: closed, and no call of those it remembers failed. */
export const isPlainlyClosed = ({kind, failures, slots}: BreakerState): boolean =>
  kind === 'closed' && failures === 0 && slots.every((slot) => slot.failures === 0);

export const opened = (state: BreakerState, openedBy: OpenedBy, now: number): BreakerState => ({
  ...CLOSED,
  kind: 'open',
  failures: state.failures,
  openedAt: now,
  openedBy,
  lastProbe: state.lastProbe,
});

/** What was counted is forgotten, numbers of probes are not: a late word of one is nobody's. */
export const closed = ({lastProbe}: BreakerState): BreakerState => ({...CLOSED, lastProbe});

/** Nothing was opened, granted or begun later than now: the clock was put back. */
export const notInFuture = (state: BreakerState, recovery: number, now: number): BreakerState => {
  const {openedAt, probes, check} = state;
  const latest = now + recovery;
  if (openedAt <= now && (check?.at ?? 0) <= now && probes.every(({until}) => until <= latest)) return state;
  return {
    ...state,
    openedAt: Math.min(openedAt, now),
    probes: probes.map(({id, until}) => ({id, until: Math.min(until, latest)})),
    check: check && {id: check.id, at: Math.min(check.at, now)},
  };
};
