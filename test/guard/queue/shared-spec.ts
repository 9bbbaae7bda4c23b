import type {QueueSpec} from '../../../src/engine/queue-spec.ts';
import {MS, S} from '../../support/instants.ts';

export const SHARED_SPEC: QueueSpec = {
  name: 'numbers',
  classes: [{name: 'all', handicap: 0}],
  maxAttempts: 3,
  lease: 5 * S,
  backoff: {first: 10 * MS, most: 100 * MS},
};
