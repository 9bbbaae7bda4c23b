import {type Env, type EnvVariables, optionsFromEnv, readFlag} from '../../base/options-from-env.ts';
import {limiterOptionsFromEnv} from '../options-from-env.ts';
import type {ProtectionOptions, ProtectionPart} from './protection-options.ts';

const PARTS: EnvVariables<ProtectionPart> = {
  RATE_LIMIT_ENABLE_CONCURRENCY: {option: 'concurrency', read: readFlag},
  RATE_LIMIT_ENABLE_BREAKERS: {option: 'breakers', read: readFlag},
  RATE_LIMIT_ENABLE_ADAPTIVE: {option: 'adaptive', read: readFlag},
  RATE_LIMIT_ENABLE_BEHAVIOUR: {option: 'behaviour', read: readFlag},
  RATE_LIMIT_ENABLE_DEGRADATION: {option: 'degradation', read: readFlag},
};

/**
 * Options from the environment, for `createProtection({policy, ...protectionOptionsFromEnv()})`: those of `limiterOptionsFromEnv`, and
 * `RATE_LIMIT_ENABLE_CONCURRENCY`, `_BREAKERS`, `_ADAPTIVE`, `_BEHAVIOUR`, `_DEGRADATION` (true or false), which switch off what a
 * policy says. A variable that is not set, or empty, leaves its option out. Throws a RatectlError that names the variable.
 */
export const protectionOptionsFromEnv = (env: Env = process.env): ProtectionOptions => {
  const parts = optionsFromEnv(env, PARTS) as NonNullable<ProtectionOptions['parts']>;
  return {
    ...limiterOptionsFromEnv(env),
    ...(Object.keys(parts).length === 0 ? {} : {parts}),
  } as ProtectionOptions;
};
