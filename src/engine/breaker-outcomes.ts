/**
 * Outcomes of calls that one process has applied to what it knows of a breaker, and has not told the others yet. When they are told,
 * they are applied again, to what the others wrote meanwhile: the same outcomes one after the other on the same state give the same
 * state, in one piece or in several.
 */
import {report} from './breaker.ts';
import type {BreakerSpec} from './breaker-spec.ts';
import {type BreakerState, closed, opened} from './breaker-state.ts';
import {slotOf} from './breaker-window.ts';

export type UntoldOutcome = UntoldCalls | UntoldChange;

/** Calls one after the other that ended alike, or one probe. */
export interface UntoldCalls {
  readonly kind: 'success' | 'failure';
  readonly probe: number | undefined;
  readonly calls: number;
  /** When the last of them was let through, and when it ended, µs. */
  readonly admittedAt: number;
  readonly at: number;
}

/** Without the others the breaker was closed, by probes or by hand, or opened by hand. */
export interface UntoldChange {
  readonly kind: 'closed' | 'opened';
  readonly at: number;
}

/** More than that is not remembered: the oldest go first. */
const MOST_UNTOLD = 1_000;

/** With one outcome more. Those that ended alike in the same slot of the window are one entry. */
export const remember = (
  untold: readonly UntoldOutcome[],
  outcome: UntoldOutcome,
  spec: BreakerSpec,
): readonly UntoldOutcome[] => {
  const last = untold.at(-1);
  if (last !== undefined && isCalls(last) && isCalls(outcome) && isAlike(last, outcome, spec))
    return [...untold.slice(0, -1), {...outcome, calls: last.calls + outcome.calls}];
  const since = outcome.at - keptFor(spec);
  const counting =
    untold[0] !== undefined && untold[0].at < since ? untold.filter(({at}) => at >= since) : untold;
  return [...counting.slice(-(MOST_UNTOLD - 1)), outcome];
};

const isCalls = (outcome: UntoldOutcome): outcome is UntoldCalls =>
  outcome.kind === 'success' || outcome.kind === 'failure';

/** Outcomes that are older say nothing. */
const keptFor = ({window, recovery}: BreakerSpec): number => Math.max(window, recovery);

const isAlike = (last: UntoldCalls, next: UntoldCalls, {window}: BreakerSpec): boolean =>
  next.kind === last.kind &&
  last.probe === undefined &&
  next.probe === undefined &&
  slotOf(window, last.at) === slotOf(window, next.at);

/**
 * The state after them. They count as of when they were, but not earlier than what is counted already; those that are older than
 * `window` and `recovery` do not count.
 */
export const applyUntold = (
  state: BreakerState,
  spec: BreakerSpec,
  untold: readonly UntoldOutcome[],
  now: number,
): BreakerState => untold.reduce((before, outcome) => applyOne(before, spec, outcome, now), state);

const applyOne = (
  state: BreakerState,
  spec: BreakerSpec,
  outcome: UntoldOutcome,
  now: number,
): BreakerState => {
  const newest = state.slots.at(-1)?.at ?? 0;
  const at = Math.min(now, Math.max(outcome.at, newest));
  if (isCalls(outcome)) return outcome.at < now - keptFor(spec) ? state : report(state, spec, outcome, at);
  if (state.openedAt >= at) return state;
  if (outcome.kind === 'opened') return opened(state, 'operator', at);
  return state.kind === 'closed' ? state : closed(state);
};
