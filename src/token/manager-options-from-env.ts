import {
  type Env,
  type EnvVariables,
  optionsFromEnv,
  readFlag,
  readMilliseconds,
  readText,
} from '../base/options-from-env.ts';
import type {TokenManagerOptions} from './manager-options.ts';

const VARIABLES: EnvVariables<keyof TokenManagerOptions> = {
  // Never shown: it may hold a password.
  RATE_LIMIT_STORE: {option: 'store', read: readText},
  RATE_LIMIT_POLICY: {option: 'policy', read: readText},
  RATE_LIMIT_TOKENS_LEAD: {option: 'lead', read: readFlag},
  RATE_LIMIT_TOKENS_REGISTER: {option: 'register', read: readFlag},
  RATE_LIMIT_TOKENS_ANALYTICS: {option: 'analytics', read: readFlag},
  RATE_LIMIT_TOKENS_CHECK_EVERY: {option: 'checkEveryMs', read: readMilliseconds},
  RATE_LIMIT_TOKENS_LEADER_LEASE: {option: 'leaderLeaseMs', read: readMilliseconds},
  RATE_LIMIT_TOKENS_HEARTBEAT: {option: 'heartbeatMs', read: readMilliseconds},
};

/**
 * Options from the environment, for `createTokenManager({policy, ...tokenManagerOptionsFromEnv()})`. A variable that is not set, or
 * empty, leaves its option out.
 *
 * | variable | option | values |
 * |---|---|---|
 * | `RATE_LIMIT_STORE` | `store` | a store URL |
 * | `RATE_LIMIT_POLICY` | `policy` | path of a policy file |
 * | `RATE_LIMIT_TOKENS_LEAD` | `lead` | true, false: whether this process may refresh |
 * | `RATE_LIMIT_TOKENS_REGISTER` | `register` | true, false: whether it is listed among the instances |
 * | `RATE_LIMIT_TOKENS_ANALYTICS` | `analytics` | true, false: whether uses are counted |
 * | `RATE_LIMIT_TOKENS_CHECK_EVERY` | `checkEveryMs` | a duration: `60s` |
 * | `RATE_LIMIT_TOKENS_LEADER_LEASE` | `leaderLeaseMs` | a duration: `15s` |
 * | `RATE_LIMIT_TOKENS_HEARTBEAT` | `heartbeatMs` | a duration: `10s` |
 *
 * Throws a RatectlError that names the variable. The vault's keys are read from the environment by `createTokenManager` itself.
 */
export const tokenManagerOptionsFromEnv = (env: Env = process.env): TokenManagerOptions =>
  optionsFromEnv(env, VARIABLES) as TokenManagerOptions;
