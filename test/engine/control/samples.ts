import type {
  AdaptiveSpec,
  ControllerSpec,
  DegradationSpec,
  LoadSample,
} from '../../../src/engine/control/control-spec.ts';
import {NO_SAMPLE} from '../../../src/engine/control/pressure.ts';
import {MS, S} from '../../support/instants.ts';

export const AIMD: ControllerSpec = {kind: 'aimd', decrease: 0.9, increase: 0.05};
export const GRADIENT: ControllerSpec = {kind: 'gradient', tolerance: 1.5, smoothing: 0.2, longWindow: 600};

/** What was measured; the rest was not. */
export const sampleOf = (measured: Partial<LoadSample>): LoadSample => ({...NO_SAMPLE, ...measured});

/** Responses of 100 ms are at the target. */
export const adaptiveSpec = (more: Partial<AdaptiveSpec> = {}): AdaptiveSpec => ({
  name: 'protect',
  limits: ['per-tenant'],
  pools: ['api'],
  controller: AIMD,
  every: 5 * S,
  targets: sampleOf({cpu: 0.8, responseTime: 100 * MS}),
  floor: 0.1,
  ...more,
});

/** The pressure is that of the processor, whose target is all of it. */
export const degradationSpec = (more: Partial<DegradationSpec> = {}): DegradationSpec => ({
  targets: sampleOf({cpu: 1}),
  every: 5 * S,
  enter: {'shed-low': 1, 'essential-only': 1.2, closed: 1.5},
  leave: 0.8,
  after: 10 * S,
  hold: 30 * S,
  ...more,
});

/** A pressure, by the processor; undefined: nothing was measured. */
export const pressed = (pressure: number | undefined): LoadSample => sampleOf({cpu: pressure});
