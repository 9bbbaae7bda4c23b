import {
  type Env,
  type EnvVariables,
  optionsFromEnv,
  readFlag,
  readList,
  readMilliseconds,
  readOneOf,
  readShare,
  readText,
  readWhole,
} from '../base/options-from-env.ts';
import type {LimiterOptions} from './limiter-options.ts';

const VARIABLES: EnvVariables<keyof LimiterOptions> = {
  RATE_LIMIT_ENABLED: {option: 'enabled', read: readFlag},
  // Never shown: it may hold a password.
  RATE_LIMIT_STORE: {option: 'store', read: readText},
  RATE_LIMIT_POLICY: {option: 'policy', read: readText},
  RATE_LIMIT_PREFIX: {option: 'prefix', read: readText},
  RATE_LIMIT_TTL_SLACK: {option: 'ttlSlackMs', read: readMilliseconds},
  RATE_LIMIT_TIMEOUT: {option: 'timeoutMs', read: readMilliseconds},
  RATE_LIMIT_EXEMPT_PATHS: {option: 'exemptPaths', read: readList},
  RATE_LIMIT_ON_STORE_ERROR: {option: 'onStoreError', read: readOneOf('open', 'closed', 'local')},
  RATE_LIMIT_INSTANCES: {option: 'instances', read: readWhole},
  RATE_LIMIT_MODE: {option: 'mode', read: readOneOf('enforce', 'shadow')},
  RATE_LIMIT_ROLLOUT: {option: 'rollout', read: readShare},
  RATE_LIMIT_CACHE: {option: 'cache', read: readFlag},
  RATE_LIMIT_METRICS: {option: 'metrics', read: readFlag},
  RATE_LIMIT_USAGE: {option: 'usage', read: readFlag},
};

/**
 * Options from the environment, for `createLimiter({policy, ...limiterOptionsFromEnv()})`. A variable that is not set, or empty,
 * leaves its option out.
 *
 * | variable | option | values |
 * |---|---|---|
 * | `RATE_LIMIT_ENABLED` | `enabled` | true, false (also 1, 0, yes, no, on, off) |
 * | `RATE_LIMIT_STORE` | `store` | a store URL |
 * | `RATE_LIMIT_POLICY` | `policy` | path of a policy file |
 * | `RATE_LIMIT_PREFIX` | `prefix` | text |
 * | `RATE_LIMIT_TTL_SLACK` | `ttlSlackMs` | a duration: `5s` |
 * | `RATE_LIMIT_TIMEOUT` | `timeoutMs` | a duration: `250ms` |
 * | `RATE_LIMIT_EXEMPT_PATHS` | `exemptPaths` | paths with commas between: `/health,/ready` |
 * | `RATE_LIMIT_ON_STORE_ERROR` | `onStoreError` | open, closed, local |
 * | `RATE_LIMIT_INSTANCES` | `instances` | a whole number |
 * | `RATE_LIMIT_MODE` | `mode` | enforce, shadow |
 * | `RATE_LIMIT_ROLLOUT` | `rollout` | a share: `25%` |
 * | `RATE_LIMIT_CACHE`, `_METRICS`, `_USAGE` | `cache`, `metrics`, `usage` | true, false |
 *
 * Throws a RatectlError that names the variable.
 */
export const limiterOptionsFromEnv = (env: Env = process.env): LimiterOptions =>
  optionsFromEnv(env, VARIABLES) as LimiterOptions;
