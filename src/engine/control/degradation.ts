/**
 * Which priority classes are still served under pressure: modes, from the mildest on, with hysteresis in both directions.
 *
 *   normal ⇄ shed-low ⇄ essential-only ⇄ closed
 *   up     pressure ≥ enter(mode) for `after`            to the highest mode that was met all that time: an overload does not wait
 *   down   pressure < leave × enter(mode) for `hold`     to the mode before, one at a time: load comes back in portions
 *
 * Between the two thresholds nothing happens, and no mode is left before it was held for `hold`. A mode set by hand holds until its
 * end whatever the pressure, `normal` too; beneath it the automatic mode is kept up, and is in force again afterwards.
 *
 * Units: pressure as in pressure.ts, µs of one clock. The state is plain JSON, so that many processes share one by compare-and-set.
 *
 * Nothing measured: counts as no pressure. It never enters a mode; it does leave one after `hold`, since a mode that refuses
 * everything also ends the response times that would say that it may be left.
 * A pause of more than three intervals: what was before it proves nothing, `after` and `hold` begin anew. A clock that was set
 * back by more than an interval: likewise.
 *
 * Example, enter 1 / 1.2 / 1.5, leave 0.8, after 10 s, hold 30 s, every 5 s: pressure 1.3 at 0, 5 and 10 s enters essential-only
 * at 10 s; 0.9 from 15 s on leaves it for shed-low at 45 s; 0.7 from 50 s on leaves that at 80 s.
 */
import {isDue} from './adaptive.ts';
import {
  DEGRADED_MODES,
  type DegradationMode,
  type DegradationSpec,
  type LoadSample,
  type SignalName,
} from './control-spec.ts';
import {pressureOf} from './pressure.ts';

/** All modes, from the mildest on. */
export const DEGRADATION_MODES = ['normal', ...DEGRADED_MODES] as const;

/** A mode that somebody set. */
export interface ManualMode {
  readonly mode: DegradationMode;
  /** `user@host`. */
  readonly by: string;
  readonly reason: string;
  /** µs. */
  readonly at: number;
  /** It ends by itself, µs; `NO_END`: only by hand. */
  readonly until: number;
}

/** An end that JSON can hold, in the year 2255. */
export const NO_END = Number.MAX_SAFE_INTEGER;

export interface DegradationState {
  /** What the rules say, whatever is set by hand. */
  readonly mode: DegradationMode;
  /** When it was entered; 0: it always was. */
  readonly since: number;
  /** Since when the pressure is at or above the threshold of the next mode; 0: it is not. */
  readonly aboveSince: number;
  /** The lowest pressure since then. */
  readonly aboveAtLeast: number;
  /** Since when the pressure is low enough to leave the mode; 0: it is not. */
  readonly belowSince: number;
  /** At the last step. */
  readonly pressure: number;
  readonly signal: SignalName | undefined;
  /** 0: never. */
  readonly steppedAt: number;
  readonly manual?: ManualMode;
}

export const normalDegradation: DegradationState = {
  mode: 'normal',
  since: 0,
  aboveSince: 0,
  aboveAtLeast: 0,
  belowSince: 0,
  pressure: 0,
  signal: undefined,
  steppedAt: 0,
};

/** What is in force. */
export interface ModeNow {
  readonly mode: DegradationMode;
  /** Undefined: by rule. */
  readonly manual: ManualMode | undefined;
  /** When it ends by itself, µs; Infinity: not at a known time. */
  readonly until: number;
}

const LONGEST_GAP = 3;

/** One step when it is due, from the worst sample of all processes. The same object: nothing is to be kept. */
export const stepDegradation = (
  state: DegradationState,
  spec: DegradationSpec,
  sample: LoadSample,
  now: number,
): DegradationState => {
  if (!isDue(state.steppedAt, spec.every, now)) return state;
  const {value, signal} = pressureOf(sample, spec.targets);
  const step = {...withoutEnded(connected(state, spec, now), now), pressure: value, signal, steppedAt: now};
  return lowered(raised(tracked(step, spec, now), spec, now), spec, now);
};

/** Ends what was set by hand; the same object when nothing was. */
export const withoutManual = (state: DegradationState): DegradationState => {
  if (state.manual === undefined) return state;
  const {manual: _, ...rest} = state;
  return rest;
};

export const modeAt = ({mode, manual}: DegradationState, now: number): ModeNow => {
  if (manual === undefined || manual.until <= now)
    return {mode, manual: undefined, until: Number.POSITIVE_INFINITY};
  return {
    mode: manual.mode,
    manual,
    until: manual.until >= NO_END ? Number.POSITIVE_INFINITY : manual.until,
  };
};

/**
 * Whether a class (0: the most important, of `classes`) is served. Only `closed` refuses the most important one, also where it is
 * the only one.
 */
export const serves = (mode: DegradationMode, classIndex: number, classes: number): boolean => {
  switch (mode) {
    case 'normal':
      return true;
    case 'shed-low':
      return classIndex === 0 || classIndex < classes - 1;
    case 'essential-only':
      return classIndex === 0;
    case 'closed':
      return false;
  }
};

const withoutEnded = (state: DegradationState, now: number): DegradationState =>
  state.manual !== undefined && state.manual.until <= now ? withoutManual(state) : state;

/** Spans that were not watched all the time, or lie in the future, begin anew. */
const connected = (state: DegradationState, {every}: DegradationSpec, now: number): DegradationState => {
  const gap = now - state.steppedAt;
  if (gap >= 0 && gap <= LONGEST_GAP * every) return state;
  return {...state, since: Math.min(state.since, now), aboveSince: 0, aboveAtLeast: 0, belowSince: 0};
};

const tracked = (state: DegradationState, spec: DegradationSpec, now: number): DegradationState => {
  const next = modeAbove(state.mode);
  const isAbove = next !== undefined && state.signal !== undefined && state.pressure >= spec.enter[next];
  const isBelow = state.mode !== 'normal' && state.pressure < spec.leave * spec.enter[state.mode];
  const wasAbove = state.aboveSince > 0;
  return {
    ...state,
    aboveSince: isAbove ? state.aboveSince || now : 0,
    aboveAtLeast: isAbove ? Math.min(state.pressure, wasAbove ? state.aboveAtLeast : state.pressure) : 0,
    belowSince: isBelow ? state.belowSince || now : 0,
  };
};

const raised = (state: DegradationState, spec: DegradationSpec, now: number): DegradationState => {
  if (state.aboveSince === 0 || now - state.aboveSince < spec.after) return state;
  const mode = DEGRADED_MODES.findLast((mode) => state.aboveAtLeast >= spec.enter[mode])!;
  return entered(state, mode, spec, now);
};

const lowered = (state: DegradationState, spec: DegradationSpec, now: number): DegradationState => {
  if (state.belowSince === 0 || now - state.belowSince < spec.hold) return state;
  return entered(state, modeBelow(state.mode), spec, now);
};

/** The pressure of this very step already counts for what comes after the new mode. */
const entered = (
  state: DegradationState,
  mode: DegradationMode,
  spec: DegradationSpec,
  now: number,
): DegradationState =>
  tracked({...state, mode, since: now, aboveSince: 0, aboveAtLeast: 0, belowSince: 0}, spec, now);

const modeAbove = (mode: DegradationMode) => DEGRADED_MODES[DEGRADATION_MODES.indexOf(mode)];

const modeBelow = (mode: DegradationMode): DegradationMode =>
  DEGRADATION_MODES[Math.max(0, DEGRADATION_MODES.indexOf(mode) - 1)]!;
