/**
 * What JSON from a store holds: control states and load samples. Undefined when it holds none: anybody who may write to the store
 * may have written it, and what is read decides how much traffic is let through.
 */
import {isCount, isMapping} from '../../base/untrusted-json.ts';
import type {AdaptiveState} from './adaptive.ts';
import type {DegradationMode, LoadSample, SignalName} from './control-spec.ts';
import {DEGRADATION_MODES, type DegradationState, type ManualMode} from './degradation.ts';
import {WARM_UP} from './gradient.ts';
import {SIGNAL_NAMES} from './pressure.ts';

/** What a process measured, as it tells the others. */
export interface LoadReport {
  readonly sample: LoadSample;
  /** µs of the store's clock. */
  readonly at: number;
}

/** Texts of people longer than this are cut. */
const LONGEST_TEXT = 1_000;

export const readAdaptiveState = (value: unknown): AdaptiveState | undefined => {
  if (!isMapping(value)) return undefined;
  const {share, longTerm, samples, steppedAt, pressure} = value;
  const signal = readSignal(value['signal']);
  if (!isAmount(share) || share === 0 || share > 1) return undefined;
  if (!isAmount(longTerm) || !isAmount(pressure) || signal === undefined) return undefined;
  if (!isCount(samples) || samples > WARM_UP || !isCount(steppedAt)) return undefined;
  return {share, longTerm, samples, steppedAt, pressure, signal: signal.name};
};

export const readDegradationState = (value: unknown): DegradationState | undefined => {
  if (!isMapping(value)) return undefined;
  const {mode, since, aboveSince, aboveAtLeast, belowSince, pressure, steppedAt, manual} = value;
  const signal = readSignal(value['signal']);
  if (!isMode(mode) || !isAmount(pressure) || !isAmount(aboveAtLeast) || signal === undefined)
    return undefined;
  if (!isCount(since) || !isCount(aboveSince) || !isCount(belowSince) || !isCount(steppedAt))
    return undefined;
  const read = manual === undefined || manual === null ? undefined : readManual(manual);
  if (read === undefined && manual !== undefined && manual !== null) return undefined;
  const state = {mode, since, aboveSince, aboveAtLeast, belowSince, pressure, signal: signal.name, steppedAt};
  return read === undefined ? state : {...state, manual: read};
};

/** Signals that are missing or `null` were not measured. */
export const readLoad = (value: unknown): LoadReport | undefined => {
  if (!isMapping(value)) return undefined;
  const {sample, at} = value;
  if (!isMapping(sample) || !isCount(at)) return undefined;
  const measured: Partial<Record<SignalName, number | undefined>> = {};
  for (const name of SIGNAL_NAMES) {
    const one = sample[name] ?? undefined;
    if (one !== undefined && !isAmount(one)) return undefined;
    measured[name] = one;
  }
  const {cpu, memory, eventLoop, responseTime} = measured;
  return {sample: {cpu, memory, eventLoop, responseTime}, at};
};

const readManual = (value: unknown): ManualMode | undefined => {
  if (!isMapping(value)) return undefined;
  const {mode, by, reason, at, until} = value;
  if (!isMode(mode) || typeof by !== 'string' || typeof reason !== 'string') return undefined;
  if (!isCount(at) || !isCount(until)) return undefined;
  return {mode, by: by.slice(0, LONGEST_TEXT), reason: reason.slice(0, LONGEST_TEXT), at, until};
};

/** Undefined: none of ours. */
const readSignal = (value: unknown): {readonly name: SignalName | undefined} | undefined => {
  if (value === undefined || value === null) return {name: undefined};
  const name = SIGNAL_NAMES.find((name) => name === value);
  return name === undefined ? undefined : {name};
};

const isMode = (value: unknown): value is DegradationMode =>
  (DEGRADATION_MODES as readonly unknown[]).includes(value);

/** Of what is measured nothing comes near the bound; it keeps sums and percentages of what others wrote finite. */
const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
