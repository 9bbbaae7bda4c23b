import {BEHAVIOUR_FIELDS} from './behaviour-fields.ts';
import {
  ADAPTIVE_FIELDS,
  AIMD_FIELDS,
  DEGRADATION_FIELDS,
  ENTER_FIELDS,
  GRADIENT_FIELDS,
  SIGNAL_FIELDS,
} from './control-fields.ts';
import {mapping} from './json-schema-fields.ts';
import {POOL_FIELDS} from './pool-fields.ts';
import {VALUE_TYPES} from './value-types.ts';

/** Schemas of what the sections on load hold. */
export const PROTECTION_DEFINITIONS = {
  classMatchers: {
    description: 'What matches a priority class; without matchers it takes all that is left.',
    ...VALUE_TYPES.matchers.schema,
    minProperties: 0,
  },
  pool: {
    ...mapping('A pool of slots for work at the same time, and a queue before it.', POOL_FIELDS),
    dependentRequired: {maxPerKey: ['key']},
  },
  adaptive: {
    ...mapping('A controller: limits and pools that shrink under load.', ADAPTIVE_FIELDS),
    anyOf: [{required: ['limits']}, {required: ['concurrency']}],
  },
  signals: {
    ...mapping('Signals with what is still all right.', SIGNAL_FIELDS),
    minProperties: 1,
  },
  aimd: mapping('Additive increase, multiplicative decrease.', AIMD_FIELDS),
  gradient: mapping('The response time against that of a long time.', GRADIENT_FIELDS),
  behaviour: mapping('A limit whose keys go a tier up or down.', BEHAVIOUR_FIELDS),
  degradation: mapping('Which priority classes are still served under pressure.', DEGRADATION_FIELDS),
  enter: mapping('The pressure that begins each mode.', ENTER_FIELDS),
};
