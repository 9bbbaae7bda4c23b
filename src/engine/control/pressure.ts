/**
 * How far something is from its targets: the worst of measured ÷ target over the signals that have a target.
 *
 *   pressure = max over signals of  sample ÷ target          1 is at the target, above 1 beyond it, 0 idle
 *
 * Units: shares (processors, memory) or µs (event loop, response time) on both sides, so the pressure has none.
 * A signal without a target is not looked at; one that was not measured says nothing, and those that were decide. When nothing
 * was, the pressure is 0 and has no signal: callers must not take that for an idle process.
 *
 * Example: a processor in use for 60 % with a target of 80 %, responses of 6 s with one of 5 s: max(0.75, 1.2) = 1.2.
 */
import type {LoadSample, Pressure, SignalName, SignalTargets} from './control-spec.ts';

/** In the order in which the first of two that are equally bad is named. */
export const SIGNAL_NAMES: readonly SignalName[] = ['cpu', 'memory', 'eventLoop', 'responseTime'];

export const NO_SAMPLE: LoadSample = {
  cpu: undefined,
  memory: undefined,
  eventLoop: undefined,
  responseTime: undefined,
};

/** Keeps what JSON holds finite, whatever a target is. */
const MOST = 1_000_000;

export const pressureOf = (sample: LoadSample, targets: SignalTargets): Pressure => {
  let value = 0;
  let signal: SignalName | undefined;
  for (const name of SIGNAL_NAMES) {
    const measured = sample[name];
    const target = targets[name];
    if (measured === undefined || target === undefined) continue;
    const pressure = Math.min(MOST, Math.max(0, measured / target));
    if (signal !== undefined && !(pressure > value)) continue;
    value = pressure;
    signal = name;
  }
  return {value, signal};
};

/**
 * Signal by signal the highest of what several processes measured: shared limits follow the process that is worst off. What none
 * of them measured is undefined.
 */
export const worstSample = (samples: readonly LoadSample[]): LoadSample => ({
  cpu: highest(samples, 'cpu'),
  memory: highest(samples, 'memory'),
  eventLoop: highest(samples, 'eventLoop'),
  responseTime: highest(samples, 'responseTime'),
});

const highest = (samples: readonly LoadSample[], name: SignalName): number | undefined => {
  let most: number | undefined;
  for (const {[name]: value} of samples)
    if (value !== undefined && (most === undefined || value > most)) most = value;
  return most;
};
