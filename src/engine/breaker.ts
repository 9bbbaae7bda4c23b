/**
 * A circuit breaker: calls to something that keeps failing are refused for a while, then a few are let through as probes.
 *
 *               failures in a row ≥ spec.failures, or failed share ≥ spec.rate of ≥ spec.minimumCalls
 *     closed  ──────────────────────────────────────────────────────────────────────────────────────▶  open
 *        ▲                                                                                              │ spec.recovery
 *        └── spec.probes ended, too few failed ──  half-open  ◀─────────────────────────────────────────┘
 *                                                      └── too many failed ──▶ open
 *
 * Too many probes failed: one without `spec.rate`; with it, at least that share of `spec.probes`, so that something that always fails
 * a little is not shut out for ever. With one probe both are the same. An outcome closes or opens as soon as it settles the matter.
 *
 * Pure functions of a state that JSON can hold, so that many processes may share it by compare-and-set. Example: 3 failures in a row,
 * recovery 5 min, 1 probe. Failures at 0:00, 0:01, 0:02 open it until 5:02; the first that asks then is the probe, others are
 * refused; its success closes, its failure keeps it open until 10:02 or later.
 *
 * Instants are µs of one clock. One that steps back is harmless: nothing stays open longer than `recovery` from the first look after.
 * Source: Nygard, Release It!, 2007, chapter 5; the window of calls, and probes that a share decides on, as in resilience4j.
 */
import type {BreakerSpec} from './breaker-spec.ts';
import {type BreakerKind, type BreakerState, closed, notInFuture, opened} from './breaker-state.ts';
import {callsIn, countCalls} from './breaker-window.ts';

export {type BreakerKind, type BreakerProbe, type BreakerState, reset} from './breaker-state.ts';

/** `state` is what to keep; the same object when nothing changed. */
export type Admission =
  | {readonly kind: 'allowed'; readonly state: BreakerState}
  /** `until`: ask again then, µs. */
  | {readonly kind: 'refused'; readonly until: number; readonly state: BreakerState}
  /** May go through once `state` was kept. `probe` has to be reported, or abandoned. */
  | {readonly kind: 'probe'; readonly probe: number; readonly state: BreakerState};

export interface CallOutcome {
  readonly kind: 'success' | 'failure';
  /** The number that `admit` gave a probe, or `admitCheck` a health check; undefined: it was allowed because the breaker was closed. */
  readonly probe?: number | undefined;
  /** How many calls ended so, one after the other; 1 for a probe. @default 1 */
  readonly calls?: number | undefined;
  /** When the call was let through, µs; undefined: not known. */
  readonly admittedAt?: number | undefined;
}

/** Whether a call may go through. */
export const admit = (stored: BreakerState, spec: BreakerSpec, now: number): Admission => {
  if (stored.kind === 'closed') return {kind: 'allowed', state: stored};
  const state = notInFuture(stored, spec.recovery, now);
  const until = state.openedAt + spec.recovery;
  if (state.kind === 'open' && now < until) return {kind: 'refused', until, state};
  const probes = state.probes.filter((one) => now < one.until);
  if (probes.length >= spec.probes)
    return {kind: 'refused', until: Math.min(...probes.map((one) => one.until)), state};
  const probe = nextProbe(state, now);
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
 * What came of a call. Late words change nothing: of a call that was allowed before the breaker opened last, of a probe whose place
 * was given to another, or whose half-open phase is over.
 */
export const report = (
  state: BreakerState,
  spec: BreakerSpec,
  {kind, probe, calls = 1, admittedAt}: CallOutcome,
  now: number,
): BreakerState => {
  if (probe !== undefined) return reportProbe(state, spec, kind, probe, now);
  // It has been open, and the last probe was granted, since the call was let through. A number ahead of the clock says nothing.
  const isLate = (admittedAt ?? now) < state.lastProbe && state.lastProbe <= now;
  if (state.kind !== 'closed' || isLate) return state;
  return kind === 'failure'
    ? countFailures(state, spec, calls, now)
    : countSuccesses(state, spec, calls, now);
};

/** Gives back the place of a probe, or of a health check, that came to nothing: it says neither that calls succeed nor that they fail. */
export const abandon = (state: BreakerState, probe: number): BreakerState => {
  if (state.check?.id === probe) return {...state, check: {...state.check, id: 0}};
  const probes = state.probes.filter(({id}) => id !== probe);
  return probes.length === state.probes.length ? state : {...state, probes};
};

/** When a call may go through again; 0: now. For display: asks for no place. */
export const refusedUntil = (state: BreakerState, spec: BreakerSpec, now: number): number => {
  const admission = admit(state, spec, now);
  return admission.kind === 'refused' ? admission.until : 0;
};

/** As whoever asks finds it: an open one whose recovery is over is half-open. */
export const kindAt = (state: BreakerState, {recovery}: BreakerSpec, now: number): BreakerKind =>
  state.kind === 'open' && notInFuture(state, recovery, now).openedAt + recovery <= now
    ? 'half-open'
    : state.kind;

export type CheckAdmission =
  /** May begin once `state` was kept. `check` has to be reported, or abandoned. */
  | {readonly kind: 'due'; readonly check: number; readonly state: BreakerState}
  /** µs; Infinity while it is closed. */
  | {readonly kind: 'not-due'; readonly until: number};

/**
 * Whether a health check of something behind a breaker that is not closed is due: one `every` µs after it opened, and after each one
 * before, whoever makes them. Needs no recovery to be over. A success counts as that of a probe, so that the breaker may close before
 * any call is risked; a failure takes back what health checks counted, and leaves recovery and probes as they are, so that a check
 * that is itself wrong keeps nobody out.
 */
export const admitCheck = (
  stored: BreakerState,
  {recovery}: BreakerSpec,
  every: number,
  now: number,
): CheckAdmission => {
  if (stored.kind === 'closed') return {kind: 'not-due', until: Number.POSITIVE_INFINITY};
  const state = notInFuture(stored, recovery, now);
  const until = Math.max(state.openedAt, state.check?.at ?? 0) + every;
  if (now < until) return {kind: 'not-due', until};
  const check = nextProbe(state, now);
  return {kind: 'due', check, state: {...state, check: {id: check, at: now}, lastProbe: check}};
};

/** The clock's instant, so that a number is not given again after a reset. */
const nextProbe = ({lastProbe}: BreakerState, now: number): number => Math.max(lastProbe + 1, now);

const reportProbe = (
  state: BreakerState,
  spec: BreakerSpec,
  kind: CallOutcome['kind'],
  probe: number,
  now: number,
): BreakerState => {
  const freed = abandon(state, probe);
  if (state.kind === 'closed' || freed === state || probe === 0) return state;
  if (state.check?.id === probe) {
    if (kind === 'failure') return state.kind === 'open' ? {...freed, successes: 0} : freed;
  } else if (kind === 'failure') {
    const failed = {...freed, failures: state.failures + 1, failedProbes: state.failedProbes + 1};
    const {rate, probes} = spec;
    if (rate === undefined || failed.failedProbes / probes >= rate) return opened(failed, 'probe', now);
    return ended(failed, spec);
  }
  return ended({...freed, successes: state.successes + 1}, spec);
};

/** Closed once all probes that it takes have ended, and too few of them failed to open it. */
const ended = (state: BreakerState, {probes}: BreakerSpec): BreakerState =>
  state.successes + state.failedProbes >= probes ? closed(state) : state;

const countFailures = (state: BreakerState, spec: BreakerSpec, calls: number, now: number): BreakerState => {
  let counted = state;
  // Those behind the one that opens it are late.
  for (let i = 0; i < calls && counted.kind === 'closed'; i++) {
    const failures = counted.failures + 1;
    const slots = slotsWith(counted, spec, now, {calls: 1, failures: 1});
    counted = {...counted, failures, slots};
    if (failures >= spec.failures) counted = opened(counted, 'failures', now);
    else if (isTooLarge(counted, spec, callsIn(slots).calls)) counted = opened(counted, 'rate', now);
  }
  return counted;
};

const countSuccesses = (state: BreakerState, spec: BreakerSpec, calls: number, now: number): BreakerState => {
  if (spec.rate === undefined && state.failures === 0 && state.slots.length === 0) return state;
  const slots = slotsWith(state, spec, now, {calls, failures: 0});
  const counted = {...state, failures: 0, slots};
  // The share falls with each of them: it is largest at the first one with which it means something.
  const all = callsIn(slots).calls;
  const first = Math.max(spec.minimumCalls, all - calls + 1);
  return first <= all && isTooLarge(counted, spec, first) ? opened(counted, 'rate', now) : counted;
};

/** Where no share is looked at, calls are not counted. */
const slotsWith = (
  {slots}: BreakerState,
  {rate, window}: BreakerSpec,
  now: number,
  more: Parameters<typeof countCalls>[3],
): BreakerState['slots'] => (rate === undefined ? [] : countCalls(slots, window, now, more));

/** The failed share of so many calls. */
const isTooLarge = ({slots}: BreakerState, {rate, minimumCalls}: BreakerSpec, calls: number): boolean =>
  // The quotient of two whole numbers is rounded to the same double as the share that was written down: 7 of 100 is 0.07.
  rate !== undefined && calls >= Math.max(1, minimumCalls) && callsIn(slots).failures / calls >= rate;
