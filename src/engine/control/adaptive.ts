/**
 * The share of limits and pools that is in force under load: one number between `floor` and 1, moved once per `every`.
 *
 *   aimd       pressure > 1: share × decrease             else share + increase                              (aimd.ts)
 *   gradient   the response time against its long-time average, on the share in percent, queue √percent     (gradient.ts);
 *              a signal beyond its target counts as a gradient of 1 ÷ pressure, where that is steeper
 *
 * The base, what the policy says, is the ceiling: control can only take away from it, and gives back no more than it took.
 * Units: shares of the base; µs of one clock. The state is plain JSON, so that many processes share one by compare-and-set.
 *
 * Nothing measured: the share stays as it is, since silence may be an idle process, or one whose work hangs. With a gradient, no
 * response time: signals beyond their targets still shrink it, but it does not grow.
 * A clock that steps back: the next step comes `every` after the new now at the latest. A pause of many intervals is one step.
 *
 * Example, aimd with decrease 0.9 and increase 5 %, every 5 s: pressure 1.2, 1.2, 0.7, 0.7, 0.7 from share 1 gives
 * 0.9, 0.81, 0.86, 0.91, 0.96.
 */
import {aimd} from './aimd.ts';
import type {AdaptiveSpec, AimdSpec, GradientSpec, LoadSample, Pressure, SignalName} from './control-spec.ts';
import {gradientOf, NO_AVERAGE, nextLimit, squareRootQueue, gradient as stepGradient} from './gradient.ts';
import {pressureOf} from './pressure.ts';

export interface AdaptiveState {
  /** Of the base, `floor` … 1. */
  readonly share: number;
  /** The long-time average of the response time, µs; 0: none yet. Only a gradient keeps one. */
  readonly longTerm: number;
  /** Response times in it, counted up to 10. */
  readonly samples: number;
  /** When the last step was made; 0: never. */
  readonly steppedAt: number;
  /** At the last step. */
  readonly pressure: number;
  /** The signal that was worst; undefined: nothing was measured. */
  readonly signal: SignalName | undefined;
}

export const idleAdaptive: AdaptiveState = {
  share: 1,
  longTerm: NO_AVERAGE.value,
  samples: NO_AVERAGE.samples,
  steppedAt: 0,
  pressure: 0,
  signal: undefined,
};

/** One step when it is due, from the worst sample of all processes. The same object: nothing is to be kept. */
export const stepAdaptive = (
  state: AdaptiveState,
  spec: AdaptiveSpec,
  sample: LoadSample,
  now: number,
): AdaptiveState => {
  if (!isDue(state.steppedAt, spec.every, now)) return state;
  const pressure = pressureOf(sample, spec.targets);
  const moved =
    spec.controller.kind === 'aimd'
      ? aimdStep(state, spec, spec.controller, pressure)
      : gradientStep(state, spec, spec.controller, pressure, sample.responseTime);
  return {...moved, steppedAt: now, pressure: pressure.value, signal: pressure.signal};
};

/** Whether an interval has gone by; also when the last step is further ahead than one, because the clock was set back. */
export const isDue = (steppedAt: number, every: number, now: number): boolean =>
  now - steppedAt >= every || steppedAt - now > every;

/** What is in force: whole percent ÷ 100, floor ≤ share ≤ 1. */
export const effectiveShare = (
  {share}: Pick<AdaptiveState, 'share'>,
  {floor}: Pick<AdaptiveSpec, 'floor'>,
): number => {
  // A share that should be 0.29 may be stored as 0.28999…
  const percent = Math.floor(share * 100 + 1e-6);
  const lowest = Math.ceil(floor * 100 - 1e-6);
  return Math.min(100, Math.max(1, lowest, percent)) / 100;
};

const aimdStep = (
  state: AdaptiveState,
  {floor}: AdaptiveSpec,
  {decrease, increase}: AimdSpec,
  {value, signal}: Pressure,
): AdaptiveState => {
  if (signal === undefined) return state;
  const sample = {overloaded: value > 1, inUse: Number.POSITIVE_INFINITY};
  return {...state, share: aimd(state.share, sample, {decrease, increase, min: floor, max: 1})};
};

const gradientStep = (
  state: AdaptiveState,
  {floor}: AdaptiveSpec,
  controller: GradientSpec,
  {value}: Pressure,
  responseTime: number | undefined,
): AdaptiveState => {
  const options = {...controller, queue: squareRootQueue, min: floor * 100, max: 100};
  const limit = state.share * 100;
  const slope = value > 1 ? 1 / value : 1;
  if (responseTime === undefined) {
    if (slope === 1) return state;
    return {...state, share: shareOf(shrunk(limit, slope, options), floor)};
  }
  const short = Math.max(1, responseTime);
  const before = {limit, long: {value: state.longTerm, samples: state.samples}};
  const {limit: next, long} = stepGradient(before, {short, inUse: Number.POSITIVE_INFINITY}, options);
  const forced = slope === 1 ? next : Math.min(next, shrunk(limit, slope, options));
  return {...state, share: shareOf(forced, floor), longTerm: long.value, samples: long.samples};
};

/** Percent ÷ 100 may be a rounding error outside of the bounds that the percent kept. */
const shareOf = (percent: number, floor: number): number => Math.min(1, Math.max(floor, percent / 100));

/** Beyond a target there is no queue to allow for, and no step is steeper than a gradient's. */
const shrunk = (limit: number, slope: number, options: Parameters<typeof nextLimit>[2]): number =>
  nextLimit(limit, gradientOf(slope, 1, 1), {...options, queue: () => 0});
