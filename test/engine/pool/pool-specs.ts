import type {PoolSpec} from '../../../src/engine/pool/pool-spec.ts';
import {S} from '../../support/instants.ts';

export const poolSpec = (given: Partial<PoolSpec> = {}): PoolSpec => ({
  name: 'api',
  max: 1,
  key: undefined,
  maxPerKey: given.max ?? 1,
  queue: 10,
  wait: 30 * S,
  lease: 30 * S,
  order: 'fifo',
  when: [],
  unless: [],
  ...given,
});
