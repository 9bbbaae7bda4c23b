import {onTestFinished} from 'vitest';
import type {AdaptiveSpec, DegradationSpec, LoadSample} from '../../../src/engine/control/control-spec.ts';
import {NO_SAMPLE} from '../../../src/engine/control/pressure.ts';
import {ControlLoop, type ControlLoopOptions} from '../../../src/guard/control/control-loop.ts';
import type {ControlPolicy} from '../../../src/guard/control/control-states.ts';
import type {LoadSource} from '../../../src/guard/control/load-meter.ts';
import {adaptiveSpec, degradationSpec} from '../../engine/control/samples.ts';
import {MS} from '../../support/instants.ts';

/** Short spans: tests run in real time. */
export const EVERY = 100 * MS;

export const ADAPTIVE: AdaptiveSpec = adaptiveSpec({
  every: EVERY,
  floor: 0.5,
  targets: {...NO_SAMPLE, cpu: 0.8},
});
export const DEGRADATION: DegradationSpec = degradationSpec({
  every: EVERY,
  after: 2 * EVERY,
  hold: 4 * EVERY,
});

export const policyWith = (more: Partial<ControlPolicy> = {}): ControlPolicy => ({
  adaptive: [ADAPTIVE],
  degradation: DEGRADATION,
  ...more,
});

/** A load that a test sets. */
export class SetLoad implements LoadSource {
  now: LoadSample = {...NO_SAMPLE, cpu: 0.1};
  readonly observed: number[] = [];

  start(): void {}

  observe(us: number): void {
    this.observed.push(us);
  }

  sample(): LoadSample {
    return this.now;
  }

  set cpu(cpu: number | undefined) {
    this.now = {...this.now, cpu};
  }

  close(): void {}
}

/** A loop that was started and is closed when the test has ended, and its load. */
export const loopFor = async (
  options: Partial<ControlLoopOptions> = {},
): Promise<{readonly loop: ControlLoop; readonly load: SetLoad}> => {
  const load = new SetLoad();
  const loop = new ControlLoop({policy: policyWith(), load, ...options});
  onTestFinished(() => loop.close());
  await loop.start();
  return {loop, load};
};
