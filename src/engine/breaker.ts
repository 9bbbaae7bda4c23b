/**
 * A circuit breaker: calls to something that keeps failing are refused for a while, then a few are let through as probes.
 *
 *               failures in a row ≥ spec.failures, or failed share ≥ spec.rate of ≥ spec.minimumCalls
 *     closed  ──────────────────────────────────────────────────────────────────────────────────────▶  open
 *        ▲                                                                                              │ spec.recovery
 *        └── spec.probes successes in a row ──  half-open  ◀────────────────────────────────────────────┘
 *                                                   └── one failure ──▶ open
 *
 * Pure functions of a state that JSON can hold, so that many processes may share it by compare-and-set. Example: 3 failures in a row,
 * recovery 5 min, 1 probe. Failures at 0:00, 0:01, 0:02 open it until 5:02; the first that asks then is the probe, others are
 * refused; its success closes, its failure keeps it open until 10:02 or later.
 *
 * Instants are µs of one clock. One that steps back is harmless: nothing stays open longer than `recovery` from the first look after.
 * Source: Nygard, Release It!, 2007, chapter 5; the window of calls as in resilience4j.
 */
import type {BreakerSpec} from './breaker-spec.ts';
import {type CallSlot, callsIn, countCall} from './breaker-window.ts';

export type BreakerKind = 'closed' | 'open' | 'half-open';

export interface BreakerState {
  readonly kind: BreakerKind;
  /** Failures in a row, up to the one that opened it. */
  readonly failures: number;
  /** Probes that succeeded in a row while it is half-open. */
  readonly successes: number;
  /** When it was opened last; 0: not since it was closed. */
  readonly openedAt: number;
  /** Calls of `spec.window`, at most ten slots; none once it is open. */
  readonly slots: readonly CallSlot[];
  /** Probes under way, at most `spec.probes`. */
  readonly probes: readonly BreakerProbe[];
  /** The number of the last probe. */
  readonly lastProbe: number;
}

/** A place for a probe. It is free again at `until`, should the prober die: after `spec.recovery`. */
export interface BreakerProbe {
  readonly id: number;
  readonly until: number;
}

/** `state` is what to keep; the same object when nothing changed. */
export type Admission =
  | {readonly kind: 'allowed'; readonly state: BreakerState}
  /** `until`: ask again then, µs. */
  | {readonly kind: 'refused'; readonly until: number; readonly state: BreakerState}
  /** May go through once `state` was kept. `probe` has to be reported. */
  | {readonly kind: 'probe'; readonly probe: number; readonly state: BreakerState};

export interface CallOutcome {
  readonly kind: 'success' | 'failure';
  /** The number that `admit` gave a probe; undefined: it was allowed because the breaker was closed. */
  readonly probe?: number | undefined;
}

const CLOSED: BreakerState = {
  kind: 'closed',
  failures: 0,
  successes: 0,
  openedAt: 0,
  slots: [],
  probes: [],
  lastProbe: 0,
};

/** Closed, with nothing counted: the state of a breaker never used, and of one that an operator resets. */
export const reset = (): BreakerState => CLOSED;

/** Whether a call may go through. */
export const admit = (stored: BreakerState, spec: BreakerSpec, now: number): Admission => {
  if (stored.kind === 'closed') return {kind: 'allowed', state: stored};
  const state = notInFuture(stored, spec, now);
  const until = state.openedAt + spec.recovery;
  if (state.kind === 'open' && now < until) return {kind: 'refused', until, state};
  const probes = state.probes.filter((one) => now < one.until);
  if (probes.length >= spec.probes)
    return {kind: 'refused', until: Math.min(...probes.map((one) => one.until)), state};
  // The clock's instant, so that a number is not given again after a reset.
  const probe = Math.max(state.lastProbe + 1, now);
  return {
    kind: 'probe',
    probe,
    state: {
      ...state,
      kind: 'half-open',
      probes: [...probes, {id: probe, until: now + spec.recovery}],
      lastProbe: probe,
    },
  };
};

/**
 * What came of a call. Late words change nothing: of a call that was allowed before the breaker opened, of a probe whose place was
 * given to another, or whose half-open phase is over.
 */
export const report = (
  state: BreakerState,
  spec: BreakerSpec,
  {kind, probe}: CallOutcome,
  now: number,
): BreakerState => {
  if (probe !== undefined) return reportProbe(state, spec, kind, probe, now);
  if (state.kind !== 'closed') return state;
  const failed = kind === 'failure' ? 1 : 0;
  const slots = countCall(state.slots, spec.window, now, failed);
  const counted = {...state, slots, failures: failed === 1 ? state.failures + 1 : 0};
  return shouldOpen(counted, spec) ? opened(counted, now) : counted;
};

/** When a call may go through again; 0: now. For display: asks for no place. */
export const refusedUntil = (state: BreakerState, spec: BreakerSpec, now: number): number => {
  const admission = admit(state, spec, now);
  return admission.kind === 'refused' ? admission.until : 0;
};

const reportProbe = (
  state: BreakerState,
  spec: BreakerSpec,
  kind: CallOutcome['kind'],
  probe: number,
  now: number,
): BreakerState => {
  if (state.kind !== 'half-open' || !state.probes.some(({id}) => id === probe)) return state;
  if (kind === 'failure') return opened({...state, failures: state.failures + 1}, now);
  const successes = state.successes + 1;
  if (successes >= spec.probes) return {...CLOSED, lastProbe: state.lastProbe};
  return {...state, successes, probes: state.probes.filter(({id}) => id !== probe)};
};

const shouldOpen = ({failures, slots}: BreakerState, {rate, minimumCalls, ...spec}: BreakerSpec): boolean => {
  if (failures >= spec.failures) return true;
  if (rate === undefined) return false;
  const window = callsIn(slots);
  // The quotient of two whole numbers is rounded to the same double as the share that was written down: 7 of 100 is 0.07.
  return window.calls >= Math.max(1, minimumCalls) && window.failures / window.calls >= rate;
};

const opened = (state: BreakerState, now: number): BreakerState => ({
  ...state,
  kind: 'open',
  successes: 0,
  openedAt: now,
  slots: [],
  probes: [],
});

/** Nothing was opened, or granted, later than now: the clock was put back. */
const notInFuture = (state: BreakerState, {recovery}: BreakerSpec, now: number): BreakerState => {
  const latest = now + recovery;
  if (state.openedAt <= now && state.probes.every(({until}) => until <= latest)) return state;
  const probes = state.probes.map(({id, until}) => ({id, until: Math.min(until, latest)}));
  return {...state, openedAt: Math.min(state.openedAt, now), probes};
};
