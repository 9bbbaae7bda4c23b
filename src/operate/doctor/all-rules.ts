import {CONFIGURATION_RULES} from './configuration-rules.ts';
import {MACHINE_RULES} from './machine-rules.ts';
import {OPERATION_RULES} from './operation-rules.ts';
import {POLICY_RULES} from './policy-rules.ts';
import {POSTGRES_ACTIVITY_RULES} from './postgres-activity-rules.ts';
import {POSTGRES_RULES} from './postgres-rules.ts';
import {REACH_RULES} from './reach-rules.ts';
import {REDIS_DURABILITY_RULES} from './redis-durability-rules.ts';
import {REDIS_RULES} from './redis-rules.ts';
import type {Rule} from './rule.ts';
import {SQLITE_RULES} from './sqlite-rules.ts';
import {STORE_RULES} from './store-rules.ts';
import {USAGE_RULES} from './usage-rules.ts';

/** Every check there is, in the order of docs/doctor.md. */
export const ALL_RULES: readonly Pick<Rule<never>, 'id' | 'title' | 'why'>[] = [
  ...MACHINE_RULES,
  ...CONFIGURATION_RULES,
  ...POLICY_RULES,
  ...REACH_RULES,
  ...STORE_RULES,
  ...REDIS_RULES,
  ...REDIS_DURABILITY_RULES,
  ...POSTGRES_RULES,
  ...POSTGRES_ACTIVITY_RULES,
  ...SQLITE_RULES,
  ...USAGE_RULES,
  ...OPERATION_RULES,
];
