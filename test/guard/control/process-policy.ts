import type {AdaptiveSpec} from '../../../src/engine/control/control-spec.ts';
import {NO_SAMPLE} from '../../../src/engine/control/pressure.ts';
import type {ControlPolicy} from '../../../src/guard/control/control-states.ts';

const entry: AdaptiveSpec = {
  name: 'protect',
  limits: ['per-tenant'],
  pools: ['api'],
  controller: {kind: 'aimd', decrease: 0.9, increase: 0.05},
  every: 200_000,
  targets: {...NO_SAMPLE, cpu: 0.8},
  floor: 0.5,
};

/** What processes of a test share: five steps a second. */
export const PROCESS_POLICY: ControlPolicy = {adaptive: [entry], degradation: undefined};
