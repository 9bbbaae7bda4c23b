import {
  type Env,
  type EnvVariables,
  optionsFromEnv,
  readFlag,
  readMilliseconds,
  readOneOf,
  readText,
  readWhole,
} from '../../base/options-from-env.ts';
import type {ConcurrencyOptions} from './concurrency-options.ts';

const VARIABLES: EnvVariables<keyof ConcurrencyOptions> = {
  RATE_LIMIT_POOL: {option: 'pool', read: readText},
  RATE_LIMIT_POOL_ENABLED: {option: 'enabled', read: readFlag},
  RATE_LIMIT_POOL_TIMEOUT: {option: 'timeoutMs', read: readMilliseconds},
  RATE_LIMIT_ON_STORE_ERROR: {option: 'onStoreError', read: readOneOf('open', 'closed', 'local')},
  RATE_LIMIT_INSTANCES: {option: 'instances', read: readWhole},
  // Never shown: it may hold a password.
  RATE_LIMIT_STORE: {option: 'store', read: readText},
  RATE_LIMIT_POLICY: {option: 'policy', read: readText},
  RATE_LIMIT_PREFIX: {option: 'prefix', read: readText},
};

/**
 * Options from the environment, for `createConcurrency({policy, ...concurrencyOptionsFromEnv()})`. A variable that is not set, or
 * empty, leaves its option out. Those that limiters have, too, mean the same. With a policy for each environment (the presets
 * `concurrency-strict` and `concurrency-permissive` are two) `RATE_LIMIT_POLICY` chooses one.
 *
 * | variable | option | values |
 * |---|---|---|
 * | `RATE_LIMIT_POOL` | `pool` | name of a pool of the policy |
 * | `RATE_LIMIT_POOL_ENABLED` | `enabled` | true, false (also 1, 0, yes, no, on, off) |
 * | `RATE_LIMIT_POOL_TIMEOUT` | `timeoutMs` | a duration: `1s` |
 * | `RATE_LIMIT_ON_STORE_ERROR` | `onStoreError` | open, closed, local |
 * | `RATE_LIMIT_INSTANCES` | `instances` | a whole number |
 * | `RATE_LIMIT_STORE` | `store` | a store URL |
 * | `RATE_LIMIT_POLICY` | `policy` | path of a policy file |
 * | `RATE_LIMIT_PREFIX` | `prefix` | text |
 *
 * Throws a RatectlError that names the variable.
 */
export const concurrencyOptionsFromEnv = (env: Env = process.env): ConcurrencyOptions =>
  optionsFromEnv(env, VARIABLES) as ConcurrencyOptions;
