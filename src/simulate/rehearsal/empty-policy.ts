import type {Policy} from '../../engine/policy-model.ts';

/** What stands before a server without protection: everything goes through. */
export const EMPTY_POLICY: Policy = {
  limits: [],
  charge: 'all-or-nothing',
  onStoreError: 'open',
  thresholds: [],
  tokens: [],
  queues: [],
  breakers: [],
  priorities: [],
  pools: [],
  adaptive: [],
  behaviour: [],
  degradation: undefined,
};
