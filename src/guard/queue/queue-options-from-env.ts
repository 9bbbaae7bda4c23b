import {
  type Env,
  type EnvVariables,
  optionsFromEnv,
  readFlag,
  readMilliseconds,
  readText,
} from '../../base/options-from-env.ts';
import type {QueueOptions} from './queue-options.ts';

const VARIABLES: EnvVariables<keyof QueueOptions> = {
  RATE_LIMIT_QUEUE: {option: 'queue', read: readText},
  RATE_LIMIT_QUEUE_ENABLED: {option: 'enabled', read: readFlag},
  RATE_LIMIT_QUEUE_TIMEOUT: {option: 'timeoutMs', read: readMilliseconds},
  // Never shown: it may hold a password.
  RATE_LIMIT_STORE: {option: 'store', read: readText},
  RATE_LIMIT_POLICY: {option: 'policy', read: readText},
  RATE_LIMIT_PREFIX: {option: 'prefix', read: readText},
};

/**
 * Options from the environment, for `createQueue({policy, ...queueOptionsFromEnv()})`. A variable that is not set, or empty, leaves
 * its option out. Those that limiters have, too, mean the same.
 *
 * | variable | option | values |
 * |---|---|---|
 * | `RATE_LIMIT_QUEUE` | `queue` | name of a queue of the policy |
 * | `RATE_LIMIT_QUEUE_ENABLED` | `enabled` | true, false (also 1, 0, yes, no, on, off) |
 * | `RATE_LIMIT_QUEUE_TIMEOUT` | `timeoutMs` | a duration: `5s` |
 * | `RATE_LIMIT_STORE` | `store` | a store URL |
 * | `RATE_LIMIT_POLICY` | `policy` | path of a policy file |
 * | `RATE_LIMIT_PREFIX` | `prefix` | text |
 *
 * Throws a RatectlError that names the variable.
 */
export const queueOptionsFromEnv = (env: Env = process.env): QueueOptions =>
  optionsFromEnv(env, VARIABLES) as QueueOptions;
