import {
  type Env,
  type EnvVariables,
  optionsFromEnv,
  readFlag,
  readMilliseconds,
  readText,
} from '../../base/options-from-env.ts';
import type {BreakerOptions} from './breaker-options.ts';

const VARIABLES: EnvVariables<keyof BreakerOptions> = {
  RATE_LIMIT_BREAKER: {option: 'breaker', read: readText},
  RATE_LIMIT_BREAKER_ENABLED: {option: 'enabled', read: readFlag},
  RATE_LIMIT_BREAKER_TIMEOUT: {option: 'timeoutMs', read: readMilliseconds},
  // Never shown: it may hold a password.
  RATE_LIMIT_STORE: {option: 'store', read: readText},
  RATE_LIMIT_POLICY: {option: 'policy', read: readText},
  RATE_LIMIT_PREFIX: {option: 'prefix', read: readText},
};

/**
 * Options from the environment, for `createBreaker({breaker, ...breakerOptionsFromEnv()})`. A variable that is not set, or empty, leaves
 * its option out. Those that limiters have, too, mean the same.
 *
 * | variable | option | values |
 * |---|---|---|
 * | `RATE_LIMIT_BREAKER` | `breaker` | name of a breaker of the policy |
 * | `RATE_LIMIT_BREAKER_ENABLED` | `enabled` | true, false (also 1, 0, yes, no, on, off) |
 * | `RATE_LIMIT_BREAKER_TIMEOUT` | `timeoutMs` | a duration: `2s` |
 * | `RATE_LIMIT_STORE` | `store` | a store URL |
 * | `RATE_LIMIT_POLICY` | `policy` | path of a policy file |
 * | `RATE_LIMIT_PREFIX` | `prefix` | text |
 *
 * Throws a RatectlError that names the variable.
 */
export const breakerOptionsFromEnv = (env: Env = process.env): BreakerOptions =>
  optionsFromEnv(env, VARIABLES) as BreakerOptions;
