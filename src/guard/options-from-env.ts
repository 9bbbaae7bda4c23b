import {parseDuration} from '../base/duration.ts';
import {floorMillis} from '../base/micros.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {LimiterOptions} from './limiter-options.ts';

type Env = Readonly<Record<string, string | undefined>>;

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
export const limiterOptionsFromEnv = (env: Env = process.env): LimiterOptions => {
  const options: Record<string, unknown> = {};
  for (const [variable, {option, read}] of VARIABLES) {
    const text = env[variable]?.trim() ?? '';
    if (text !== '') options[option] = read(text, variable);
  }
  return options;
};

interface Variable {
  readonly option: keyof LimiterOptions;
  readonly read: (text: string, variable: string) => unknown;
}

const wrong = (variable: string, text: string, expected: string): RatectlError =>
  new RatectlError(`${variable} is ${quoted(text)}, expected ${expected}`, {code: 'limiter/environment'});

const text = (value: string): string => value;

const flag = (value: string, variable: string): boolean => {
  const word = value.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw wrong(variable, value, 'true or false');
};

const oneOf =
  (...words: readonly string[]) =>
  (value: string, variable: string): string => {
    const word = value.toLowerCase();
    if (words.includes(word)) return word;
    throw wrong(variable, value, `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
  };

const share = (value: string, variable: string): number => {
  const percent = /^(\d{1,3}(?:\.\d{1,2})?)%$/.exec(value);
  const number = Number(percent?.[1]);
  if (percent === null || number > 100) throw wrong(variable, value, 'a share such as 25%, from 0% to 100%');
  return number / 100;
};

const milliseconds = (value: string, variable: string): number => {
  const span = parseDuration(value);
  if (span === undefined) throw wrong(variable, value, 'a duration such as 250ms or 5s');
  return floorMillis(span);
};

const whole = (value: string, variable: string): number => {
  if (!/^\d{1,9}$/.test(value)) throw wrong(variable, value, 'a whole number');
  return Number(value);
};

const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const VARIABLES: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ['RATE_LIMIT_ENABLED', {option: 'enabled', read: flag}],
  // Never shown: it may hold a password.
  ['RATE_LIMIT_STORE', {option: 'store', read: text}],
  ['RATE_LIMIT_POLICY', {option: 'policy', read: text}],
  ['RATE_LIMIT_PREFIX', {option: 'prefix', read: text}],
  ['RATE_LIMIT_TTL_SLACK', {option: 'ttlSlackMs', read: milliseconds}],
  ['RATE_LIMIT_TIMEOUT', {option: 'timeoutMs', read: milliseconds}],
  ['RATE_LIMIT_EXEMPT_PATHS', {option: 'exemptPaths', read: list}],
  ['RATE_LIMIT_ON_STORE_ERROR', {option: 'onStoreError', read: oneOf('open', 'closed', 'local')}],
  ['RATE_LIMIT_INSTANCES', {option: 'instances', read: whole}],
  ['RATE_LIMIT_MODE', {option: 'mode', read: oneOf('enforce', 'shadow')}],
  ['RATE_LIMIT_ROLLOUT', {option: 'rollout', read: share}],
  ['RATE_LIMIT_CACHE', {option: 'cache', read: flag}],
  ['RATE_LIMIT_METRICS', {option: 'metrics', read: flag}],
  ['RATE_LIMIT_USAGE', {option: 'usage', read: flag}],
]);
